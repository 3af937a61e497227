"""Masks for the names of persons: after words that announce one, and signatures."""

from data.masking.announced import Strength, announced
from data.masking.reading import PARTICLES, Reading
from data.masking.words import (
    is_given,
    is_listed,
    is_ordinary,
    is_speakable,
    may_be_given,
    sounds_like_name,
)

_MOST = 5  # words of a name
_SHORTENED = {"m", "moh", "muh", "moch", "mochamad", "abd", "st", "h", "hj", "br", "by", "ny"}
_JOINING = {"bin", "binti", "alias", "als", "van", "de"}
# Holders of high office, who are addressed by name in any complaint: news, no personal data.
_PUBLIC = {
    *("jokowi", "prabowo", "gibran", "megawati", "ahok", "anies", "ganjar", "khofifah", "risma"),
    *("sby", "luhut", "emil", "armuji", "eri", "dedi mulyadi", "ridwan kamil", "purbaya", "bahlil"),
    *("pramono anung", "sri mulyani", "erick thohir", "tito karnavian", "ahy", "kdm", "hendi"),
    *("soekarno", "soetomo", "kariadi", "sardjito", "moewardi"),  # roads and hospitals
}


def mask_names(text: str) -> str:
    """The text with [NAMA] in place of names that something announces."""
    reading = Reading(text)
    parts, done, i = [], 0, 0
    while i < len(reading.lows):
        found = announced(reading, i)
        if not found or not _begins(reading, *found):
            i += 1
            continue
        first, strength = found
        last = _last(reading, first, strength)
        while True:
            parts += [text[done : reading.start(first)], "[NAMA]"]
            done = reading.end(last)
            if not _another(reading, last + 1):
                break
            first = last + 2
            last = _last(reading, first, strength)
        i = last + 1
    return "".join([*parts, text[done:]]) if parts else text


def _begins(reading: Reading, i: int, strength: Strength) -> bool:
    """Whether the word may begin a name after an announcement of that strength."""
    word, low = reading.word(i), reading.low(i)
    if not low.isalpha():
        return False
    if strength is Strength.ADDRESS and (
        low in _PUBLIC or f"{low} {reading.low(i + 1)}" in _PUBLIC
    ):
        return False
    if is_given(low):
        return strength is not Strength.LISTED or word[0].isupper() or len(low) > 3
    after = reading.low(i + 1)
    if low in PARTICLES or (len(word) == 1 and word.isupper() and reading.gap(i + 1)[:1] == "."):
        follows = reading.word(i + 1)
        written = word[0].isupper() and follows[:1].isupper() and _is_namelike(after)
        return written or (strength is Strength.STRONG and may_be_given(after))
    if may_be_given(low):
        named = strength in {Strength.STRONG, Strength.ADDRESS} and reading.is_title(i)
        paired = reading.is_title(i) and reading.is_title(i + 1) and _is_namelike(after)
        return named or ((paired or is_given(after)) and reading.gap(i + 1) == " ")
    if is_ordinary(low) or not is_speakable(low):
        return False
    if strength in {Strength.LISTED, Strength.LIKELY}:
        return strength is Strength.LIKELY and reading.is_title(i) and sounds_like_name(low)
    if strength is Strength.SELF:
        paired = reading.is_title(i + 1) and _is_namelike(after)
        alone = reading.gap(i + 1)[:1] == ","
        built = sounds_like_name(low) and (
            word[0].isupper() or reading.low(i - 1) in {"saya", "sy"}
        )
        return built or (reading.is_title(i) and (paired or alone))
    if strength is Strength.STRONG or sounds_like_name(low):
        return True
    return reading.is_title(i) or (len(word) > 3 and word.isupper() and not reading.shouts)


def _last(reading: Reading, first: int, strength: Strength) -> int:
    """The index of the last word of the name that begins there."""
    i = first
    while i + 1 < len(reading.lows) and i + 1 - first < _MOST and _goes_on(reading, i, strength):
        i += 1
    return i - 1 if reading.low(i) in _JOINING else i


def _goes_on(reading: Reading, i: int, strength: Strength) -> bool:
    """Whether the word after the i-th belongs to the same name."""
    gap, word, low = reading.gap(i + 1), reading.word(i + 1), reading.low(i + 1)
    short = len(reading.low(i)) == 1 or reading.low(i) in _SHORTENED
    if gap.strip(" ") and not (short and gap.strip(" ") == "."):
        return False
    if len(gap) > 3 or not word[0].isalpha():
        return False
    if low in _JOINING:
        return reading.low(i + 2).isalpha() and not is_ordinary(reading.low(i + 2))
    if len(word) == 1:
        return word.isupper() and (reading.gap(i + 2)[:1] in {".", ""} or reading.is_title(i + 2))
    if low in PARTICLES or low in _SHORTENED:
        return word[0].isupper()
    if reading.word(i)[0].isupper() and word[0].islower():
        return is_given(low) or (strength is not Strength.ADDRESS and may_be_given(low))
    if word[0].islower() and strength not in {Strength.STRONG, Strength.SELF}:
        return may_be_given(low) or sounds_like_name(low)
    return _is_namelike(low) or (reading.is_title(i + 1) and not is_listed(low))


def _is_namelike(low: str) -> bool:
    if low in PARTICLES or may_be_given(low):
        return True
    return is_speakable(low) and not is_ordinary(low)


def _another(reading: Reading, i: int) -> bool:
    """Whether "dan" and a further name stand there."""
    return (
        reading.low(i) in {"dan", "serta", "&"}
        and reading.gap(i) == reading.gap(i + 1) == " "
        and is_given(reading.low(i + 1))
    )
