"""Masks for names that no word announces: beside a masked number, or plain by their own words."""

import re

from data.masking.announced import PLACES, in_place
from data.masking.reading import PARTICLES, Reading
from data.masking.words import (
    is_given,
    is_ordinary,
    is_public,
    is_speakable,
    listed,
    may_be_given,
    sounds_like_name,
)

_MARKS = {"[nik]", "[telepon]", "[rekening]", "[email]"}
_LINKS = listed(  # between a name and the number that is its holder's: "Darto, NIK …"
    "nik no nomor nomer hp telp tlp telepon telpon wa whatsapp kk ktp npwp rek rekening email e "
    "mail di melalui lewat via kontak sim bpjs paspor id nip nya dgn dengan surel peserta ber "
    "bca bri bni bsi btn mandiri bank"
)
_PLACEWARD = listed(  # the word after is rather a place
    "di ke daerah arah simpang perempatan pertigaan jurusan warga penduduk asal urang wong blok "
    "wilayah area sekitar seputar depan dekat belakang samping sebelah menuju sampai hingga "
    "kawasan kab kabupaten kec kota provinsi prov lingkungan sungai kali bendungan gunung pulau "
    "bukit jembatan flyover underpass exit tol stasiun halte pintu pantai danau teluk pangeran "
    "apartemen apt cluster griya graha villa bumi halaman kompleks partai pt cv ud po kapal km "
    "merek merk brand produk kelas vaksin obat program kartu aplikasi api kereta ka bus hari "
    "dukuh dusun rt rw kp perumnas asrama bunga pohon plaza mall mal gereja vihara pura padukuhan "
    "jorong nagari banjar lingkungan benteng candi makam sultan jend jenderal letjen mayjen"
)
_BESIDE = re.compile(r"[ \t]?(?:[,(:/–—-][ \t]?){0,2}$")
_LINKED = re.compile(r"[ .,:(=/-]{0,3}$")
_SHORTEST = 5  # letters of a single word that is taken for a name without more evidence
_MOST = 5  # words of a name


def mask_loose(text: str) -> str:
    """The text with [NAMA] in place of names that stand by themselves."""
    reading = Reading(text)
    marked = any(mark in reading.lows for mark in _MARKS)
    parts, done, i = [], 0, 0
    while i < len(reading.lows):
        skipped = not marked and reading.word(i)[0].islower()  # the usual word, told quickly
        if skipped or not _may_belong(reading, i):
            i += 1
            continue
        last = _last(reading, i)
        start, end, mark = _judged(reading, i, last)
        if end > start >= done:
            parts += [text[done:start], mark]
            done = end
        i = last + 1
    return "".join([*parts, text[done:]]) if parts else text


def _may_belong(reading: Reading, i: int) -> bool:
    """Whether the word may be part of a name by itself."""
    word, low = reading.word(i), reading.low(i)
    if not low[:1].isalpha():
        return False
    if word[0].islower():
        return len(low) > 3 and is_given(low) and _near_mark(reading, i)
    if len(word) == 1:
        return False
    return may_be_given(low) or low in PARTICLES or (is_speakable(low) and not is_ordinary(low))


def _near_mark(reading: Reading, i: int) -> bool:
    """Whether a mark stands among the next words or just before: small letters need one."""
    return not _MARKS.isdisjoint(reading.lows[max(0, i - 1) : i + 5])


def _last(reading: Reading, first: int) -> int:
    i = first
    upper = reading.word(first)[0].isupper()
    while i + 1 - first < _MOST and reading.gap(i + 1) == " " and _may_belong(reading, i + 1):
        if reading.word(i + 1)[0].isupper() != upper:
            break
        i += 1
    return i


def _judged(reading: Reading, first: int, last: int) -> tuple[int, int, str]:
    """Start and end of what is replaced, and by what; an empty stretch if it is no name."""
    start, end = reading.start(first), reading.end(last)
    lows = reading.lows[first : last + 1]
    upper = reading.word(first)[0].isupper()
    if not any(is_given(low) or sounds_like_name(low) for low in lows):
        return start, start, ""
    if upper and reading.low(first - 1) == "[nama]" and reading.gap(first) == " ":
        return reading.end(first - 1), end, ""  # "[NAMA] Koto"
    if upper and reading.low(last + 1) == "[nama]" and reading.gap(last + 1) == " ":
        return start, reading.start(last + 1), ""
    if is_public(" ".join(lows)) or _is_place(reading, first):
        return start, start, ""
    if _beside(reading, first, last) or _is_plain(reading, first, last):
        return start, end, "[NAMA]"
    return start, start, ""


def _is_place(reading: Reading, first: int) -> bool:
    """Whether the words before make it the name of a place or a thing."""
    before = reading.low(first - 1)
    if in_place(reading, first) or _in_long_place(reading, first):
        return True
    if before in _PLACEWARD and reading.gap(first).strip(".") == " ":
        return True
    if before.isdigit() and reading.gap(first) == " ":  # "RT 03 Sukorejo"
        return True
    chained = first > 1 and reading.gap(first) == " " and reading.is_title(first - 1)
    return chained and reading.gap(first - 1) == " "  # "… Griya Kusuma"


def _in_long_place(reading: Reading, first: int) -> bool:
    """Whether words with capitals lead back to a road's or a building's: "Jl. Jaksa Agung …"."""
    for back in range(first - 1, max(-1, first - 5), -1):
        if reading.gap(back + 1) not in {" ", ". ", "."}:
            return False
        if reading.low(back) in PLACES:
            return True
        if not reading.word(back)[:1].isupper():
            return False
    return False


def _beside(reading: Reading, first: int, last: int) -> bool:
    """Whether a masked number stands beside it, perhaps with the word for such a number."""
    i = last + 1
    if _BESIDE.match(reading.gap(i)):
        while reading.low(i) in _LINKS and i < last + 4 and _LINKED.match(reading.gap(i + 1)):
            i += 1
        if reading.low(i) in _MARKS:
            return True
    if reading.low(first - 1) in _MARKS and _BESIDE.match(reading.gap(first)):
        return bool(reading.gap(first).strip()) or is_given(reading.low(first))
    return False


def _is_plain(reading: Reading, first: int, last: int) -> bool:
    """Whether the words alone make a name: several of them, or a common one on its own."""
    lows = reading.lows[first : last + 1]
    if reading.word(first)[0].islower():
        return False
    known = sum(map(is_given, lows))
    if first < last:
        likely = all(may_be_given(low) or low in PARTICLES or sounds_like_name(low) for low in lows)
        return known > reading.shouts and likely
    alone = not (reading.gap(last + 1) == " " and reading.is_title(last + 1))
    return known > 0 and alone and reading.is_title(first) and len(lows[0]) >= _SHORTEST
