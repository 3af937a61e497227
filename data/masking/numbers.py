"""Masks for numbers: identity, phone, account, card.

Runs of digits are looked for once. A run is judged by its own form and by the words before it, so
a text without long numbers costs next to nothing.
"""

import re
from collections.abc import Iterator

from data.masking.words import listed

# A date, an hour, a year range or an amount of money, which end a run of digits.
_OTHER = (
    r"(?<!\d)(?:[0-3]?\d(?:(?P<by>[-./])[01]?\d(?P=by)(?:19|20)?\d\d| [01]?\d (?:19|20)\d\d)|"
    r"(?:19|20)\d\d-\d\d-\d\d|(?:19|20)\d\d ?- ?"
    r"(?:19|20)\d\d|\d{1,2}[.:]\d\d(?:[ -]{1,3}\d{1,2}[.:]\d\d)?|[1-9]\d{0,2}(?:[.,]\d{3})+)"
    r"(?![.,:)-]?\d)"
)
_DIGIT = r"(?:\d|[oOlI](?=[oOlI]{0,3}\d))"
_RUN = rf"(?:\+|\(\+?)?(?:\d|(?<!\w)[oO](?=[ .-]?8))(?:[ ._()-]{{0,2}}{_DIGIT})*"
_SCAN = re.compile(rf"(?P<other>{_OTHER})|(?P<run>{_RUN})")
_MAY_BE_LONG = re.compile(r"\d(?:[ ._()-]{0,2}[\doOlI]){5}")  # quicker than the scan
_LONG = 7  # digits of the shortest number that is anybody's: a landline's
_PIECES = 9  # parts that a spaced number is written in, at most
_TABLE = 400  # characters: a longer run is no number in parts
_LETTERS = str.maketrans("oOlI", "0011")

_KINDS = {
    "NIK": "nik kk ktp npwp nip nisn nrp kependudukan identitas sim",
    "REKENING": "rek rekening norek bank bca bri bni btn bsi bjb bpd cimb danamon permatabank "
    "maybank panin ocbc bukopin muamalat mandiri va virtual kis kks kartu card atm debit kredit "
    "cc amex visa mastercard bpjs jkn kpj jht pbi idpel pelanggan pel tabungan account akun etoll",
    "TELEPON": "hp telp tlp tlpn telpon telepon wa whatsapp sms hub hubungi cp kontak nohp "
    "phone fax",
}
_KIND = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_REACH = {"NIK": 6, "REKENING": 6, "TELEPON": 4}  # words between the announcing one and its number
_LENGTHS = {"NIK": (10, 20), "REKENING": (8, 20), "TELEPON": (_LONG, 14)}
# After these a number is an amount, a date or a case, whatever stood before.
_ENDS = listed(
    "rp sebesar senilai sejumlah seharga uang nominal tiket ticket tracking laporan aduan resi "
    "invoice antrean antrian registrasi permohonan surat sk perda pergub perbup uu tgl tanggal jam "
    "pukul tahun thn koordinat pos kodepos billing pasal center"
)
_CASES = _ENDS - {"rp", "laporan", "tanggal", "tgl", "pos"}
_CONTEXT = re.compile(r"[a-z]+|\d+|[\[\];!?\n]")

_NPWP = re.compile(r"\d\d[.]\d{3}[.]\d{3}[.]\d[-.]\d{3}[.]\d{3}$")
_CARD = re.compile(
    r"(?:[1-9]\d{3}([ ._-])\d{4}\1\d{4}\1\d{4}|3[47]\d\d([ ._-])\d{6}\2\d{5}|"
    r"3[47]\d{4}([ ._-])\d{6}\3\d{3})$"
)
_BANKS = r"(?:bank|bca|bri|bni|btn|bsi|bjb|bpd|cimb|mandiri|danamon|permata|muamalat|seabank|jago)"
_BANK_AFTER = re.compile(rf"[\s,(-]{{1,3}}(?:di |rek(?:ening)? )?{_BANKS}\b", re.IGNORECASE)
_PAID_TO = re.compile(
    r"(?:transfer|trf|tf|setor|kirim|masuk|bayar)(?:kan|an|in)?(?: (?:uang|dana|duit))? ke\s?$"
)
_YEARS = re.compile(r"(?:(?:19|20)\d\d[ .-]?){4}$")
_ACCOUNT = re.compile(r"(?:\d{4,5}-\d\d-\d\d?\d{4,5}-\d\d?-\d|\d{3}-\d\d-\d{7}-\d)$")
_MOBILE = re.compile(r"\(?(?:\+?62\)?[ .-]?\(?0?\)?|0)8[1-35-9]\)?(?:[ ._-]{0,2}\d){7,10}$")
_LANDLINE = re.compile(
    r"(?:\(0\d{2,3}\)(?:[ .-]{0,2}\d){5,8}|0[2-79]\d{1,2}[ .-](?!1500|14\d)\d(?:[ .-]?\d){4,7}|"
    r"0[2-79]\d{7,9}|"
    r"\+?62[ -]\(?[2-79]\d{1,2}\)?[ -](?:[ -]?\d){6,8})$"
)


def mask_numbers(text: str) -> str:
    """The text with [NIK], [TELEPON] and [REKENING] in place of such numbers."""
    if not _MAY_BE_LONG.search(text):
        return text
    parts, done = [], 0
    for match in _SCAN.finditer(text):
        if match["run"] and len(match["run"]) >= _LONG:
            for start, end, mark in _judged(text, match.start("run"), match["run"]):
                parts += [text[done:start], f"[{mark}]"]
                done = end
    return "".join([*parts, text[done:]]) if parts else text


def _judged(text: str, start: int, run: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and mark of each number in a run: the longest pieces that make one together."""
    pieces = [match.span() for match in re.finditer(r"\S+", run)]
    first = 0
    while first < len(pieces):
        at = start + pieces[first][0]
        before = text[max(0, at - 60) : at].lower()
        kind = _announced(before) if first < _PIECES else ""
        complete = re.fullmatch(r"\d{10,}", run[slice(*pieces[first])]) or len(run) > _TABLE
        most = 1 if complete else _PIECES
        taken = min(most, len(pieces) - first)
        while taken:
            found = run[pieces[first][0] : pieces[first + taken - 1][1]].rstrip("(.-")
            opened = int(found.startswith("(") and ")" not in found)  # the text's own bracket
            after = text[at + len(found) : at + len(found) + 30]
            paid = not kind and (_PAID_TO.search(before) or _BANK_AFTER.match(after))
            known = "REKENING" if paid else kind
            mark = _mark(found[opened:], before, known) if len(found) >= _LONG else ""
            if mark:
                yield at + opened, at + len(found), mark
                break
            taken -= 1
        first += max(taken, 1)


def _mark(found: str, before: str, kind: str) -> str:
    """What the number is by its form and by the word that announces it; "" if it is nobody's."""
    plain = found.translate(_LETTERS).strip("() ")
    digits = re.sub(r"\D", "", plain)
    form = _form(found.translate(_LETTERS), plain, digits)
    if kind in _KINDS and not form.startswith("sure"):
        least, most = _LENGTHS[kind]
        if least <= len(digits) <= most and not (kind != "NIK" and _is_amount(plain, digits, kind)):
            return kind
    if form:
        return form.split()[-1] if kind != "NIK" or "TELEPON" in form else "NIK"
    return _bare(plain, before, kind)


def _form(found: str, plain: str, digits: str) -> str:
    """The mark that the form alone gives; "sure" if no word before it can change that."""
    if _MOBILE.match(found) or _MOBILE.match(plain):
        return "sure TELEPON"
    if _NPWP.match(plain) or (len(digits) == 16 and _is_nik(digits)):
        return "sure NIK"
    if _YEARS.match(plain):
        return ""
    if plain == digits and len(digits) == 16:
        return "NIK"
    if _CARD.match(plain) or _ACCOUNT.match(plain):
        return "REKENING"
    if _LANDLINE.match(found) and not digits.startswith(("0800", "0804")):
        return "TELEPON"
    return "TELEPON" if found.startswith("+") and 9 <= len(digits) <= 14 else ""


def _bare(plain: str, before: str, kind: str) -> str:
    """A run of 12 digits or more without separators is somebody's, unless it numbers a case."""
    if not re.fullmatch(r"\d{12,}", plain) or kind == "case" or before.endswith(("/", "=", ",")):
        return ""
    return "" if re.search(r"rp[. ]{0,2}$|\d[.,]$", before) else "REKENING"


def _is_nik(digits: str) -> bool:
    """Whether 16 digits are built like a NIK: province, regency, district, day (+40), month."""
    province, day, month = int(digits[:2]), int(digits[6:8]) % 40, int(digits[8:10])
    return 11 <= province <= 97 and 1 <= day <= 31 and 1 <= month <= 12


def _is_amount(plain: str, digits: str, kind: str) -> bool:
    """Whether an announced number is rather money, or a hotline."""
    if kind == "TELEPON":
        return (len(digits) < 9 and digits[0] == "1") or digits.startswith("0800")
    return plain == digits and len(digits) < 13 and digits.endswith("0000") and digits[0] != "0"


def _announced(before: str) -> str:
    """The kind that the words before a number announce, "case" where they exclude one, or ""."""
    if before.endswith("/"):  # a case's number: its form alone may say otherwise
        return ""
    words = _CONTEXT.findall(before)[::-1]
    for back, word in enumerate(words[: max(_REACH.values())]):
        if word in _ENDS:
            return "case" if word in _CASES else ""
        if word.isdigit() and len(word) < 3:  # "SIM B1", "rekening 2"
            continue
        if not word.isalpha() and back:
            return ""
        kind = _KIND.get(word, "")
        if kind and back < _REACH[kind]:
            return kind
    return ""
