"""Takes personal data out of texts before they are stored, shown or trained on.

The rules are this project's own, from the written forms of Indonesian numbers and names. They are
heuristics: names are found after words that announce one, at the end as a signature, beside a
number that was masked, and where common names stand by themselves.
"""

import re
from collections.abc import Sequence

from data.masking.forms import mask_forms
from data.masking.loose import mask_loose
from data.masking.names import mask_names
from data.masking.numbers import mask_numbers
from data.masking.words import is_ordinary

_ROUNDS = 6  # real texts need two: one that masks, one that finds nothing left


def mask(text: str) -> str:
    """The text with personal data replaced by what they are.

    [NIK] also stands for KK, NPWP, NIP, passport and driving licence numbers, [REKENING] for
    account, card, BPJS and customer numbers and for any other run of 12 digits or more. Masking
    twice gives the same as masking once.

    >>> mask("nama saya Siti Aminah, NIK 3578012345678901, wa 0812-3456-7890")
    'nama saya [NAMA], NIK [NIK], wa [TELEPON]'
    """
    for _ in range(_ROUNDS):  # a mark may part what hid a second number from view ("…NIK=…")
        before, text = text, mask_loose(mask_names(mask_numbers(mask_forms(text))))
        if text == before:
            break
    return text


def mask_with(text: str, names: Sequence[str]) -> str:
    """``mask``, and the given names wherever the text has them, as a form's field holds them.

    A name is found in any case as whole words; so are its single words of four letters or more.
    Single words that are ordinary ones ("Bunga") are left to ``mask``, as are names of one or two
    letters.

    >>> mask_with("kata tuti, got mampet", ["Tuti Contoh"])
    'kata [NAMA], got mampet'
    """
    found = {name.strip() for name in names}
    found.update(word for name in names for word in re.findall(r"[^\W\d_]{4,}", name))
    forms = [form for form in found if len(form) > 2 and not is_ordinary(form.lower())]
    forms.sort(key=lambda form: (-len(form), form))
    if forms:
        either = "|".join(r"\s+".join(map(re.escape, form.split())) for form in forms)
        text = re.sub(rf"(?<![\w\[])(?:{either})(?![\w\]])", "[NAMA]", text, flags=re.IGNORECASE)
    return mask(text)
