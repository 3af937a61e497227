"""Where, and at which level of government: from fields, door and places named in the text.

Each possible regency is weighed by what speaks for it: it is the door, it stands in the field, the
text names it. How much each such combination is worth was counted on labelled cases (``Counts``),
starting from written expectations; the weights are odds, normalised over the possible regencies.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from classifier.recommendation import Candidate, Mention
from data.complaint import Complaint
from data.registry.regions import NATION, Level, Regions, ancestor, words_of

PLACED, NAMED, OPEN = "placed", "named", "open"
_NOWHERE_WEIGHT = 0.02  # odds that the desk is in none of the possible regencies
_KNOWN_FIELD = 20  # labelled cases from which a field's wording has a meaning of its own
_PRIOR_CASES = 4.0
_PLAIN = 0.8  # probability from which a text is taken to name a regency plainly

# What a combination of evidence is worth before any case is counted: the share of cases in which
# the regency is the right one. (door, field, text): 1 speaks for it, 0 silent, -1 against it.
_EXPECTED = {
    (1, 1, 1): 0.99,
    (1, 1, 0): 0.98,
    (1, 1, -1): 0.93,
    (1, 0, 1): 0.98,
    (1, 0, 0): 0.95,
    (1, 0, -1): 0.6,
    (1, -1, 1): 0.8,
    (1, -1, 0): 0.6,
    (1, -1, -1): 0.5,
    (0, 1, 1): 0.98,
    (0, 1, 0): 0.96,
    (0, 1, -1): 0.7,
    (0, 0, 1): 0.9,
    (0, -1, 1): 0.3,
    (-1, 1, 1): 0.5,
    (-1, 1, 0): 0.25,
    (-1, 1, -1): 0.2,
    (-1, 0, 1): 0.4,
    (-1, -1, 1): 0.1,
}
_UNEXPECTED = 0.05

Signature = tuple[int, int, int]


@dataclass
class Counts:
    """What labelled cases say about evidence.

    Attributes:
        evidence: signature → [cases in which the regency was right, all cases].
        fields: the wording of a regency field → regency that answered → cases.
        nowhere: mandate → regency that answered cases without any evidence → cases.
    """

    evidence: dict[str, list[float]] = field(default_factory=dict)
    fields: dict[str, dict[str, float]] = field(default_factory=dict)
    nowhere: dict[str, dict[str, float]] = field(default_factory=dict)

    def rate(self, signature: Signature) -> float:
        """The smoothed share of cases in which such evidence was right."""
        expected = _EXPECTED.get(signature, _UNEXPECTED)
        right, total = self.evidence.get(key_of(signature), (0.0, 0.0))
        return (right + _PRIOR_CASES * expected) / (total + _PRIOR_CASES)


def key_of(signature: Signature) -> str:
    """A signature as a JSON key."""
    return ",".join(map(str, signature))


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of where a complaint belongs.

    Attributes:
        regencies: regency code → probability; what is missing to 1 is "unknown".
        provinces: province code → probability.
        district: its code or written name, empty if unknown.
        village: its code or written name, empty if unknown.
        context: PLACED if door or fields name a place, NAMED if only the text does, else OPEN.
    """

    regencies: Mapping[str, float]
    provinces: Mapping[str, float]
    district: str
    village: str
    context: str

    @property
    def likeliest(self) -> str:
        """The likeliest regency, empty if none is possible."""
        return max(self.regencies, key=lambda code: self.regencies[code], default="")


def field_key(complaint: Complaint) -> str:
    """The wording of the regency field, by which labelled cases are counted."""
    return " ".join(words_of(complaint.regency))


def field_regencies(complaint: Complaint, regions: Regions, counts: Counts) -> dict[str, float]:
    """Regencies that the field stands for with probabilities, as labelled cases or names tell."""
    wording = field_key(complaint)
    if not wording:
        return {}
    known = counts.fields.get(wording, {})
    total = sum(known.values())
    if total >= _KNOWN_FIELD:
        return {code: n / total for code, n in known.items() if n / total >= 0.02}
    within = regions.find(complaint.province, level="province") if complaint.province else []
    found = regions.find(complaint.regency, level="regency", within=within[0] if within else None)
    found = found or regions.find(complaint.regency, level="regency")
    return {code: 1.0 / (1 + position) for position, code in enumerate(found[:2])}


def signatures(
    door: str | None,
    fields: Mapping[str, float],
    named: Mapping[str, float],
) -> Iterator[tuple[str, Signature]]:
    """Every possible regency with what speaks for and against it."""
    strongest = max(fields.values(), default=0.0)
    for code in {*([door] if door else []), *fields, *(c for c, p in named.items() if p >= 0.1)}:
        in_field = fields.get(code, 0.0) > 0.5 * strongest
        yield (
            code,
            (
                _sign(code == door, bool(door)),
                _sign(in_field, bool(fields)),
                _sign(named.get(code, 0.0) >= 0.5, any(p >= 0.5 for p in named.values())),
            ),
        )


def _sign(speaks: bool, known: bool) -> int:
    return 1 if speaks else (-1 if known else 0)


def named_regencies(mentions: Sequence[Mention]) -> dict[str, float]:
    """Regencies that the text names, itself or by a place inside them, with probabilities."""
    named: dict[str, float] = {}
    for mention in mentions:
        for code, probability in mention.candidates:
            regency = ancestor(code, "regency")
            if regency:
                named[regency] = max(named.get(regency, 0.0), probability)
    return named


def locate(
    complaint: Complaint,
    door: str | None,
    mentions: Sequence[Mention],
    regions: Regions,
    counts: Counts,
) -> Place:
    """Where the complaint belongs, from everything that is known of it.

    Args:
        complaint: its fields are read, not its text.
        door: code of the province or regency through which it came, or None.
        mentions: places named in its text.
        regions: all known regions.
        counts: what labelled cases say about evidence.
    """
    door_regency = ancestor(door, "regency") if door else None
    fields = field_regencies(complaint, regions, counts)
    named = named_regencies(mentions)
    weights: dict[str, float] = {}
    for code, signature in signatures(door_regency, fields, named):
        rate = min(max(counts.rate(signature), 1e-3), 1 - 1e-3)
        weights[code] = rate / (1 - rate)
    nowhere = _NOWHERE_WEIGHT
    if weights and not (door_regency or fields):
        # Nothing but the text: what the place finder leaves open stays open.
        strongest = max(weights.values())
        weights = {code: strongest * named[code] for code in weights}
        sure = min(1.0, sum(named[code] for code in weights))
        nowhere = max(nowhere, sum(weights.values()) * (1 - sure) / sure)
    total = sum(weights.values()) + nowhere
    regencies = {code: weight / total for code, weight in weights.items()}
    best = max(regencies, key=lambda code: regencies[code], default=None)
    return Place(
        regencies=regencies,
        provinces=_provinces(complaint, door, mentions, regencies, regions),
        district=_office_place(complaint.district, "district", best, mentions, regions),
        village=_village(complaint, best, mentions, regions),
        context=context_of(bool(door or fields), named),
    )


def context_of(placed: bool, named: Mapping[str, float]) -> str:
    """PLACED by door or fields, else NAMED by the text, else OPEN."""
    if placed:
        return PLACED
    return NAMED if max(named.values(), default=0.0) >= 0.5 else OPEN


def _provinces(
    complaint: Complaint,
    door: str | None,
    mentions: Sequence[Mention],
    regencies: Mapping[str, float],
    regions: Regions,
) -> dict[str, float]:
    provinces: dict[str, float] = {}
    for code, probability in regencies.items():
        province = code.split(".")[0]
        provinces[province] = provinces.get(province, 0.0) + probability
    if sum(provinces.values()) >= 0.5:
        return provinces
    if door and "." not in door:
        provinces[door] = max(provinces.get(door, 0.0), 0.95)
    for code in (
        regions.find(complaint.province, level="province")[:1] if complaint.province else []
    ):
        provinces[code] = max(provinces.get(code, 0.0), 0.9)
    for mention in mentions:
        for code, probability in mention.candidates:
            if "." not in code:
                provinces[code] = max(provinces.get(code, 0.0), probability)
    total = max(1.0, sum(provinces.values()))
    return {code: p / total for code, p in provinces.items()}


def _office_place(
    written: str,
    level: Level,
    regency: str | None,
    mentions: Sequence[Mention],
    regions: Regions,
) -> str:
    """The district or village: its field, else the surest mention inside the likeliest regency."""
    if written.strip():
        found = regions.find(written, level=level, within=regency)
        return found[0] if len(found) == 1 else written.strip()
    inside = [
        (probability, ancestor(code, level) or "")
        for mention in mentions
        for code, probability in mention.candidates
        if ancestor(code, level) and (regency is None or code.startswith(f"{regency}."))
    ]
    best = max(inside, default=(0.0, ""))
    return best[1] if best[0] >= 0.5 else ""


def _village(
    complaint: Complaint, regency: str | None, mentions: Sequence[Mention], regions: Regions
) -> str:
    if complaint.village.strip() and complaint.district.strip():
        for district in regions.find(complaint.district, level="district", within=regency):
            inside = regions.find(complaint.village, level="village", within=district)
            if inside:
                return inside[0]
    return _office_place(complaint.village, "village", regency, mentions, regions)


def tells_no_place(place: Place, candidates: Sequence[Candidate]) -> bool:
    """Whether the matter needs a place that neither door nor field nor text tells."""
    if place.context != OPEN or not candidates:
        return False
    first = candidates[0]
    guessed = first.region_code != NATION and first.probability < _PLAIN
    return first.region_code is None or guessed


def conflicting_places(
    complaint: Complaint, mentions: Sequence[Mention], regions: Regions
) -> tuple[str, str] | None:
    """Names of the regency in the field and of the one that the text names instead, if any."""
    if not complaint.regency:
        return None
    fields = set(regions.find(complaint.regency, level="regency"))
    named = named_regencies(mentions)
    if not fields or fields & named.keys():
        return None
    other, probability = max(named.items(), key=lambda pair: pair[1], default=("", 0.0))
    if probability < _PLAIN or _short(other, regions) in {_short(f, regions) for f in fields}:
        return None  # "Bandung" may be the city or the regency around it
    return complaint.regency, regions.name(other)


def _short(code: str, regions: Regions) -> str:
    region = regions.get(code)
    return region.short if region else code
