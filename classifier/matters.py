"""A complaint about several things for different desks, parted into its matters.

The text alone says where a new matter may begin (``cut_points``); what the parts are about, by
the text model, says whether one does (``find_matters``).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, combinations, pairwise
from math import log
from typing import Literal, NamedTuple

Kind = Literal["list", "marked", "linked", "inner", "plain"]
Probabilities = Mapping[str, float]
Score = Callable[[Sequence[str]], Sequence[Probabilities]]
Desk = Callable[[str], str]

_ANNOUNCED = ("list", "marked")


class Cut(NamedTuple):
    """A place (offset of a character) where a new matter may begin, and what speaks for it.

    Kinds: an item of a list; a joiner that announces another matter ("selain itu"); one that may as
    well go on ("terus") where a sentence begins; the same within one; nothing but a new sentence.
    """

    offset: int
    kind: Kind


class Segment(NamedTuple):
    """A part of a text, ``text[start:end]``, and the likeliest mandate of that part by itself."""

    start: int
    end: int
    mandate: str
    probability: float


@dataclass(frozen=True)
class Limits:
    """When to split; ``python -m benchmarks.matters --tune`` chose the first three.

    Attributes:
        penalty: kind of cut → log-likelihood that two desks must gain over one.
        crowd: how much harder an unannounced cut gets where a text has many, times the logarithm
            of their number: in a long story most sentences go on with the same matter.
        evidence: weight of the log-probability, by the whole text, of the part's desk that the
            whole text speaks least of.
        own: probability of a part's own desk below which it is no matter of its own.
        sure: probability of the whole text's mandate from which only announced cuts are looked at.
        words: content words that a part needs.
        cuts: most cut points looked at.
    """

    penalty: Mapping[Kind, float]
    crowd: float = 3.0
    evidence: float = 1.5
    own: float = 0.2
    sure: float = 0.9
    words: int = 3
    cuts: int = 2


LIMITS = Limits({"list": 0.0, "marked": -1.5, "linked": -4.5, "inner": 1.0, "plain": 1.0})

_UNSPOKEN = 1e-3  # probability by the whole text that a part's desk counts with at least
_FLOOR = 1e-4  # probability of a desk that a part does not speak of
_FOLLOWED = 0.1  # probability from which a mandate's desk is looked up
_HELLO = 6  # words of a greeting; one to an addressee ("Yth. …") may have twice as many
_THING = "hal|masalah|perihal|perkara|keluhan|aduan|laporan|persoalan|soal|urusan|poin"
_MARKED = (
    rf"(?:satu|1|atu|siji|hiji|ciek) (?:(?:{_THING}) )?(?:lagi|lg|agi|maneh|deui|lai)"
    rf"|(?:sela[ie]n|salain|di ?samping|di ?luar|la[ie]n|liyane|lian) (?:itu|dari|daripada|maneh"
    rf"|iku|kuwi|ntu|{_THING})|saliyane|salian|sajaba"
    rf"|(?:{_THING}) (?:yang )?(?:lain|kedua|ketiga|berikut|liyane|sanes)\w*"
    r"|(?:(?:yang|yg|nyang) )?(?:kedua|ketiga|kadua|kapindho|terakhir)(?=[,:])"
    r"|(?:la[ie]n|beda) (?:lagi|urusan|cerita|topik)|ganti topik|belum lagi|oh? ?i?ya|btw|ps|p\.s"
    r"|(?:mau |mo )?s[ea]?kalian|sisan|plus|(?:sebagai )?tambah(?:an|kan)?|nambah|menambahkan"
    r"|saya tambah\w*|(?:pada|dalam) kesempatan|bersama (?:surat )?ini pula"
    r"|(?:sareng|jeung) deui|di (?:sisi|lain) (?:lain|pihak)|(?:di|pada) saat (?:yang )?\w*sama\w*"
)
_GOES_ON = (
    r"terus|trs|trus|teras|lalu|selanjutnya|salajengna|berikutnya|sementara|sama|sm|ama|ame"
    r"|(?:begitu|demikian) (?:juga|pula)|lan|karo|tur|njur|banjur|jeung|sareng|oge|deng"
    r"|baru (?:itu|juga|lagi)|h?abis itu|ud[ae]?h gitu"
)
_AND = r"dan|dn|serta|plus|sama|sm|ama|ame|lan|karo|jeung|sareng|btw|lawan|deng"
_ALSO = r"juga|jg|jga|jug?o|jua|pun|pula|turut|oge|og[eé]|ugi|sekalian"
_BEFORE = r"belum|blm|tidak|tdk|gak?|sudah|sdh|udah|udh|udeh(?! gitu)|wis|pernah|telah"
_CONTEXT = (
    rf"{_BEFORE}|karena|karna|krn|krna|soalnya|sebab|gara|akibat\w*|dampak\w*|alhasil|sehingga|shg"
    r"|sampai|sampe|hingga|padahal|pdhl|tapi|tp|tetapi|namun|meski\w*|walau\w*|kalau|kalo|klo|bila"
    r"|jika|apalagi|bahkan|apakah|bagaimana|gimana|kenapa|knp|mengapa|kapan|mana|masa|kok|agar"
    r"|supaya|biar|sebelumnya|dulu|dlu|dahulu|ketika|saat|waktu|sejak|\w*kata\w*|jar\w+|saur\w*"
    r"|menurut|bilang\w*|petugas\w*|pihak|pemilik\w*|akhirnya|lokasi\w*|alamat\w*|tepatnya"
    r"|(?:ini|itu|tsb)(?! t[ae]?m)|itupun|inipun|hal (?:ini|itu|tersebut)|dia|ia|beliau|mereka"
    r"|orangnya|sekarang|skrg|sekrang|kini|seharusnya|harusnya|jangan|mengingat|ndak|tanpa|hampir"
    r"|saya di\w*|selama|kemungkinan|mungkin|dari pihak|atau|jadi|info|nama|ketua|salah satu\w*"
    r"|menghambat|rt|rw|kel|kec|gg|gang|blok|sementara (?:saya|kami)"
    rf"|(?:kami|saya|sy|warga) (?:(?:{_ALSO}) )?(?:{_BEFORE}|coba\w*|cek|tanya|(?:me)?lapor|laporan"
    r"|komplain|tunggu|termasuk|seorang|adalah|punya|memiliki|tinggal|sendiri)"
)
_WISH = (
    r"mohon|mhn|tolong|tlg|tlong|tulung|harap\w*|semoga|minta|nyuwun|mugia"
    r"|(?:kami|saya|sy|warga) (?:mohon|memohon|berharap|minta|meminta|mengharap\w*|harap)"
)
_HAIL = (
    r"dengan hormat|ass?alam\w*|salam|selamat|pagi|siang|sore|malam|met|halo|hallo|hai|permisi"
    r"|punten|maaf|mohon izin|izin|ijin|perkenalkan|dear|pak|bu|min|bapak|ibu|saya"
)
_BYE = (
    r"terima ?kasih|trima ?kasih|trims?|makasi\w*|mksh|tks|thanks|suwun|matur|nuhun|hatur|demikian"
    r"|atas (?:perhatian|bantuan|kerja|respon|tindak)\w*|hormat|salam|wass?alam\w*|sekian|ttd"
)


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})\b", re.IGNORECASE)


_LINE = r"(?:\n|\\n)"  # some exports write line breaks as two characters
_ITEM = r"(?:\(?\d{1,2}[.)]|[-*•–]|\(?[a-e][.)])[ \t]{0,9}(?=\w)"
_FIRST_ITEM = re.compile(r"(?:^|[\s.:;,(])(?:[1aA][.)]|[-*•–])\s{0,9}\w")
_BREAK = re.compile(  # repetitions are bounded, so that no text takes long
    rf"(?=[\s\\.!?…;,2-9])(?:(?P<list>{_LINE}(?:\s|\\n){{0,9}}(?={_ITEM})|(?<=[.:;,\s])(?=[2-9][.)]\s+[A-Za-z]{{2}}))"
    rf"|(?P<line>{_LINE}(?:\s|\\n)*)"
    r"|(?P<full>(?:[.!?…;]|,,)[.!?…;,]{0,9}[\"')]{0,3}[^\S\n]{1,9}+(?!\n|\\n)|(?<=[a-z]{3})[.!?](?=[A-Z][a-z]))"
    rf"|(?P<comma>,\s{{0,9}}|\s[-–/&+]{{1,3}}\s)|\s(?=(?:{_AND})\b))"
)
_ABBREVIATION = re.compile(
    r"\b(?:yth|jl|jln|no|kab|kec|kel|prov|bpk|sdri?|drg?|ir|hj?|tgl|rp|pt|cv|ds|dsn|gg|rt|rw|km"
    r"|kp|te?lp|dll|dsb|[a-z])$|(?:^|[\n.:;,]|\\n)\s*\d{1,2}$",
    re.IGNORECASE,
)
_CALL = r"(?:(?:dan|nah|oh|oh iya|kak|min|pak|terus|trus|trs|saya|kami|ingin|perlu),? ){0,3}?"
_ANNOUNCES = _words(rf"{_CALL}(?:{_MARKED})")
_CONTINUES = _words(
    rf"{_CALL}(?:{_GOES_ON})|(?:(?!(?:{_BEFORE}|itu|ini)\b)\w+ ){{0,6}}?(?:{_ALSO})"
)
_ADDS = re.compile(rf"(?:{_AND})\b(?! sekali)", re.IGNORECASE)
_LED = rf"(?:(?:{_GOES_ON}|{_AND}|{_ALSO}|kemudian|lantas|saya|kami),? ){{0,3}}"
_GOES_BACK = _words(rf"{_LED}(?:{_CONTEXT})")
_NO_START = _words(f"{_WISH}|{_BYE}")
_GREETING = _words(
    rf"(?P<to>kepada|kpd|yth|ytc|yang terhormat|nama saya|kami (?:warga|rt|dari))|{_HAIL}"
)
_FAREWELL = _words(_BYE)
_CONTENT = re.compile(
    r"\b(?!(?:yang|dari|dengan|untuk|pada|dalam|juga|sudah|belum|tidak|masih|akan|lagi|saja|sama"
    r"|kami|saya|mohon|tolong|terima|kasih|terimakasih|bapak|pagi|siang|sore|malam|selamat|hormat"
    r"|terus|selain|lain|satu|kedua|karena|agar|supaya|telah|sangat|sekali|sekalian|tersebut"
    r"|gang|blok|nomor|kota|desa|kelurahan|kecamatan|barat|timur|utara|selatan|tengah)\b)"
    r"[^\W\d_]{4,}",
    re.IGNORECASE,
)


def cut_points(text: str) -> list[Cut]:
    """Where a new matter may begin, in order. Greetings, closings and clauses that only give a
    reason, a consequence, history or a wish begin none unless a list or joiner announces it."""
    breaks = list(_breaks(text))
    item = _FIRST_ITEM.search(text)
    ends = [found.end() for found in breaks if found["full"] or found["line"] is not None]
    first, last = _body(text, list(pairwise([0, *ends, len(text)])))
    kinds = {
        found.end(): kind  # an item that stands where a sentence begins is an item
        for found in breaks
        if found.end() < last
        and (kind := _kind(text, found, item))
        and (first < found.end() or kind in _ANNOUNCED)
    }
    return [Cut(*pair) for pair in kinds.items()]


def find_matters(
    text: str, score: Score, desk: Desk, whole: Probabilities, limits: Limits = LIMITS
) -> list[Segment]:
    """The matters of a text in their order; one segment of the whole text if it has but one.

    Segments leave no gap. A text is parted where its parts are likelier about desks of their own
    than about one, by more than the kind of the cut asks for.

    Args:
        text: as it was written.
        score: texts → the probabilities of each one's mandates; called once at most.
        desk: mandate → the desk that answers for it; what one desk answers for is one matter.
        whole: the probabilities of the whole text's mandates.
        limits: when to split.
    """
    best = [Segment(0, len(text), *_likeliest(whole))]
    ways = list(_ways(text, best[0].probability, limits))
    if not ways:
        return best
    needed = list(dict.fromkeys(span for spans, _ in ways for span in spans))
    scored = score([text[start:end] for start, end in needed])
    parts, known, most = dict(zip(needed, scored, strict=True)), cache(desk), 0.0
    for spans, penalty in ways:
        gain = _gain([parts[span] for span in spans], whole, known, limits) - penalty
        if gain > most:
            most = gain
            best = [Segment(*span, *_likeliest(parts[span])) for span in spans]
    return best


def _ways(text: str, sure: float, limits: Limits) -> Iterator[tuple[list[tuple[int, int]], float]]:
    """The ways to part a text that may pay (at one cut, or at two joiners): spans and penalty."""
    cuts = cut_points(text)
    crowd = limits.crowd * log(max(len(cuts), 1))
    penalties = {
        cut: limits.penalty[cut.kind] + (0.0 if cut.kind in _ANNOUNCED else crowd)
        for cut in cuts
        if sure < limits.sure or cut.kind not in ("inner", "plain")
    }
    # What cannot pay is not scored: two parts gain at most what the floor leaves, and of two desks
    # the whole text speaks for the weaker no more than the likeliest mandate leaves.
    most = log(1 + _FLOOR) - log(_FLOOR)
    weaker = limits.evidence * log(max(1.0 - sure + 2 * _FLOOR, _UNSPOKEN))
    cuts = [cut for cut in penalties if penalties[cut] < most + weaker]
    cuts = sorted(sorted(cuts, key=penalties.__getitem__)[: limits.cuts])
    joined = [cut for cut in cuts if cut.kind not in ("inner", "plain")]
    for way in chain(((cut,) for cut in cuts), combinations(joined, 2)):
        spans = list(pairwise([0, *(cut.offset for cut in way), len(text)]))
        penalty = sum(penalties[cut] for cut in way)
        pays = len(way) * most + weaker > penalty
        if pays and all(len(_CONTENT.findall(text[a:b])) >= limits.words for a, b in spans):
            yield spans, penalty


def _gain(
    parts: Sequence[Probabilities], whole: Probabilities, desk: Desk, limits: Limits
) -> float:
    """By how much parts are likelier about desks of their own than neighbours about one."""
    followed = {m for part in parts for m, p in part.items() if p >= _FOLLOWED}
    desks = {m: desk(m) for m in sorted(followed.union(_likeliest(part)[0] for part in parts))}
    tables = [_by_desk(part, desks) for part in parts]
    own = [_likeliest(table)[0] for table in tables]
    if len(set(own)) < len(own) or min(max(t.values()) for t in tables) < limits.own:
        return 2 * log(_FLOOR)
    evidence = min(_by_desk(whole, desks)[name] for name in own)
    apart = sum(
        log(max(a.values())) + log(max(b.values())) - max(log(a[d]) + log(b[d]) for d in a)
        for a, b in pairwise(tables)
    )
    return apart + limits.evidence * log(max(evidence, _UNSPOKEN))


def _by_desk(part: Probabilities, desks: Mapping[str, str]) -> dict[str, float]:
    found = dict.fromkeys(desks.values(), _FLOOR)
    for mandate, name in desks.items():
        found[name] += part.get(mandate, 0.0)
    return found


def _likeliest(part: Probabilities) -> tuple[str, float]:
    return max(part.items(), key=lambda pair: pair[1])


def _breaks(text: str) -> Iterator[re.Match[str]]:
    for found in _BREAK.finditer(text):
        before = text[max(0, found.start() - 8) : found.start()]
        if not found["full"] or not _ABBREVIATION.search(before):
            yield found


def _kind(text: str, found: re.Match[str], item: re.Match[str] | None) -> Kind | None:
    """What speaks for a new matter after a break; ``item`` is where a list's first item stands."""
    at = found.end()
    if found["list"] is not None:
        return "list" if item and item.end() <= at else None
    sentence = found["full"] is not None or found["line"] is not None
    if (sentence or found["comma"]) and _ANNOUNCES.match(text, at):
        return "marked"
    if _GOES_BACK.match(text, at):
        return None
    if not sentence:
        return "inner" if (_CONTINUES if found["comma"] else _ADDS).match(text, at) else None
    if _CONTINUES.match(text, at):
        return "linked"
    return None if _NO_START.match(text, at) else "plain"


def _body(text: str, sentences: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Offsets between which the matters stand: without greetings before and thanks after them."""
    first, last = 0, len(text)
    for start, end in sentences:
        hail = _GREETING.match(text, start)
        most = _HELLO * (2 if hail and hail["to"] else 1)
        if not hail or text[start:end].count(" ") > most:
            break
        first = end
    for start, _ in reversed(sentences):
        if not _FAREWELL.match(text, start):
            break
        last = start
    return first, last
