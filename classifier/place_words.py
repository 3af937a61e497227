"""A text as words for the place finder: joined letters, offsets, and the words that are cues."""

import re
from bisect import bisect_left, bisect_right
from functools import cached_property

from data.registry.regions import words_of

_TOKEN = re.compile(r"(?:https?://|www\.)\S+|@\w+|([^\W\d_]+|\d+)")
_CAMEL = re.compile(r"[A-Z](?<=[a-z]{2}[A-Z])(?=[a-z])")  # begins with what is rare
_TIGHT = frozenset(["", " ", "-", "  ", " -", "- ", " - ", "'", "’", "`", "_", "–", "\u00a0"])
_LOOSE = re.compile(r"[\s.:/'’`_–#\"(-]*")  # a cue word still belongs to the name behind such a gap
_SENTENCE_END = frozenset(".!?\n")

# Short forms inside names; whole names such as "jkt" may also stand in the regions' aliases.
_SHORT = {
    "kep": "kepulauan",
    "gn": "gunung",
    "gng": "gunung",
    "tj": "tanjung",
    "tjg": "tanjung",
    "tg": "tanjung",
    "dk": "dukuh",
    "sel": "selatan",
    "jkt": "jakarta",
    "bdg": "bandung",
    "sumatra": "sumatera",
}

# Cue word → levels and kinds of region that it announces.
TYPES: dict[str, frozenset[str]] = {
    word: frozenset(kinds.split())
    for words, kinds in (
        ("prov prop provinsi propinsi pemprov gubernur gub polda", "province"),
        ("kota kotamadya kodya pemkot walikota polrestabes polresta", "kota"),
        ("kab kabupaten pemkab bupati", "kabupaten"),
        ("kec kecamatan camat distrik polsek koramil", "district"),
        ("kel kelurahan lurah ds desa kades nagari gampong pekon", "village"),
    )
    for word in words.split()
}
WRITTEN_TYPES = frozenset(  # those that are part of the written name
    [
        "prov",
        "prop",
        "provinsi",
        "propinsi",
        "kota",
        "kotamadya",
        "kodya",
        "kab",
        "kabupaten",
        "kec",
        "kecamatan",
        "distrik",
        "kel",
        "kelurahan",
        "ds",
        "desa",
        "nagari",
        "gampong",
    ]
)
_LINKS = frozenset(["dan", "atau", "serta"])

# Cue word → its class.
_CLASSES = {
    "area": "di ke dari daerah wilayah warga kawasan sekitar sekitaran seputar seputaran se asal "
    "area masyarakat penduduk pemda polres dprd dishub dinkes disdik dispendukcapil disdukcapil "
    "dukcapil dinsos satpol pemerintah samsat kejari kpu bpn pdam tinggal domisili arah menuju "
    "tujuan seluruh pinggiran ning neng nang ka ti ing antara alun lapas imigrasi",
    "street": "jl jln jalan jalanan gang gg lorong lr tol flyover underpass jembatan pt cv ud bank "
    "toko hotel sate soto nasi bakso baso mie mi bakmi pempek apel batik bika keripik jeruk salak "
    "telur dodol rujak tahu bubur lontong kue roti es kerajinan songket bahasa suku pulau selat "
    "teluk laut universitas univ institut perumahan perum komplek kompleks komp apartemen cluster "
    "graha warung rm depot resto restoran plaza mall kopi partai orkes klub grup tari",
    "facility": "sd sdn smp smpn sma sman smk smkn mts mtsn man rs rsud rsu rsia klinik puskesmas "
    "masjid mushola musholla gereja stasiun st terminal bandara pelabuhan pasar taman gedung gor "
    "stadion halte kampus tpa tps tpu makam sungai kali pantai waduk gunung simpang perempatan "
    "pertigaan bundaran polindes posyandu balai kampung kp",
    "person": "pak bapak bpk bp bu ibu sdr sdri saudara saudari an nama mas mbak mbk kang dr drs "
    "haji hj om tante gus kyai ustad bung",
}
CLASS_OF = {word: name for name, words in _CLASSES.items() for word in words.split()}
_SKIPPED_AFTER_STREET = frozenset(["raya", "tol", "besar", "kampung", "kp", "gang", "gg"])
_SCRAP = 3  # letters that the parts of a split name have at least
_MOST_CUES = 4  # words before a name that are looked at
_HOUSE = frozenset(["no", "nomor", "gg", "gang", "blok"])


def name_key(name: str) -> str:
    """A name as the joined letters under which it is sought ("Kep. Aru" → "kepulauanaru")."""
    return "".join(_SHORT.get(word, word) for word in words_of(name))


def _lower(text: str) -> str:
    """The text in lower case, every character at its old offset."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _tokens(text: str, lower: str) -> list[tuple[int, int]]:
    """Offsets of words and numbers; links and handles are left out, glued words are parted."""
    tokens = [match.span() for match in _TOKEN.finditer(lower) if match.lastindex]
    cuts = [match.start() for match in _CAMEL.finditer(text)]
    if not cuts:
        return tokens
    parted: list[tuple[int, int]] = []
    for start, end in tokens:
        inside = cuts[bisect_right(cuts, start) : bisect_left(cuts, end)]
        parted += zip([start, *inside], [*inside, end], strict=True)
    return parted


class PlaceWords:
    """The words of a text, their offsets, and the text as joined lower-case letters.

    Attributes:
        spans: offsets (start, end) of each word in the text.
        words: the words in lower case, short forms written out.
        letters: offsets (start, end) of each word in ``joined``.
        joined: all words without gaps; a space stands where no name can go on.
        starts: position in ``joined`` → number of the word that starts there.
        ends: position in ``joined`` → number of the word that ends before it.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        lower = _lower(text)
        self.spans = _tokens(text, lower)
        self.words: list[str] = []
        self.letters: list[tuple[int, int]] = []
        parts: list[str] = []
        position = before = 0
        for start, end in self.spans:
            if text[before:start] not in _TIGHT and not self._abbreviates(before, start):
                parts.append(" ")
                position += 1
            before = end
            word = lower[start:end]
            word = _SHORT.get(word, word)
            begin, position = position, position + len(word)
            self.letters.append((begin, position))
            self.words.append(word)
            parts.append(word)
        self.joined = "".join(parts)
        self.starts = {begin: number for number, (begin, _) in enumerate(self.letters)}
        self.ends = {end: number for number, (_, end) in enumerate(self.letters)}

    def _abbreviates(self, before: int, start: int) -> bool:
        """Whether the gap is the full stop of a short form ("Kep. Seribu")."""
        return (
            bool(self.words)
            and self.text[before:start].rstrip() == "."
            and self.text[self.spans[len(self.words) - 1][0] : before].lower() in _SHORT
        )

    def __len__(self) -> int:
        return len(self.words)

    def key(self, first: int, last: int) -> str:
        """The joined letters of words ``first`` to ``last`` (included); no name's if they part."""
        return self.joined[self.letters[first][0] : self.letters[last][1]]

    def has_scrap(self, first: int, last: int) -> bool:
        """Whether one of the words is too short to be a part of a name ("ke rek": Kerek)."""
        return any(len(word) < _SCRAP for word in self.words[first : last + 1])

    def gap(self, index: int) -> str:
        """What stands between a word and the one before it."""
        return self.text[self.spans[index - 1][1] : self.spans[index][0]] if index else "\n"

    def cue(self, first: int) -> str:
        """The class of the word before a name: area, street, facility, person or ""."""
        index = first - 1
        if index >= 1 and self.gap(first).strip() in ("-", "/", "–"):
            index -= 1  # "Jl. Surabaya-Malang"
        if index < 0 or not _LOOSE.fullmatch(self.gap(first)):
            return ""
        for _ in range(_MOST_CUES):
            before = CLASS_OF.get(self.words[index - 1]) if index else ""
            if before != "street" or self.words[index] not in _SKIPPED_AFTER_STREET:
                break
            index -= 1
        return CLASS_OF.get(self.words[index], "")

    def types(self, first: int) -> tuple[frozenset[str], int]:
        """What the type words before a name announce, and the first word written as its part."""
        kinds: frozenset[str] = frozenset()
        written = index = first
        for _ in range(_MOST_CUES):
            if not index or not _LOOSE.fullmatch(self.gap(index)):
                break
            word = self.words[index - 1]
            if word in TYPES:
                kinds |= TYPES[word]
                if word in WRITTEN_TYPES and index == first:
                    written = index - 1
            elif not (kinds and word in _LINKS and self._typed(index - 2)):
                break
            index -= 1
        return kinds, written

    def _typed(self, index: int) -> bool:
        return index >= 0 and self.words[index] in TYPES

    def has_house_number(self, last: int) -> bool:
        """Whether a house number follows, so that the name is a street's."""
        return last + 1 < len(self) and self.words[last + 1] in _HOUSE

    @cached_property
    def _capitals(self) -> tuple[bool, bool]:
        """Whether capitals tell names here, and whether the writer uses them inside sentences."""
        letters = [self.text[start] for start, _ in self.spans if self.text[start].isalpha()]
        capitals = sum(letter.isupper() for letter in letters)
        inside = any(
            self.text[start].isupper() and not self._opens(index)
            for index, (start, _) in enumerate(self.spans)
        )
        return 2 * capitals <= len(letters), inside

    def _opens(self, index: int) -> bool:
        return index == 0 or not _SENTENCE_END.isdisjoint(self.gap(index))

    def case(self, first: int) -> int:
        """1 if a capital marks the word as a name, -1 if it lacks the one that others have."""
        telling, used = self._capitals
        if not telling:
            return 0
        start, end = self.spans[first]
        if self.text[start].isupper():  # capitals only are a short form or emphasis
            return 0 if self._opens(first) or self.text[start + 1 : end].isupper() else 1
        return -1 if used else 0
