"""Cases in groups, to see where the answers are good and where they are not."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from data.complaint import as_entered
from data.registry.regions import Regions, ancestor, level_of
from data.text import informal_words
from evaluation.outcomes import Outcome

MOST_REGIONS = 20
_LENGTHS = (10, 25, 50, 100, 200)  # upper bounds of the bands, in words
_WORD = re.compile(r"[^\W_]+")

# Function words of regional languages that stand for nothing else in Indonesian, chosen by hand.
REGIONAL_WORDS = {
    "Javanese": """
        ora wis wes iki kuwi iku nang ndek neng ning karo opo sopo piye ngendi endi kowe iso durung
        lan mboten nggih sampun niki kulo kula yen wong arep akeh ono ojo sak ae wae jare jarene
        isih maneh mergo mung nek kabeh sing dalan dalane omah banyu rek arek mugo pripun wonten
        dereng sanget monggo kalih saiki dadi nganti nganggo njaluk nyuwun tulung matur nuwun dewe
        saben soko saka nanging ngene tenan
    """,
    "Sundanese": """
        teu henteu aya mah atuh nu ieu eta naha kumaha abdi urang anu euy geus atos tos acan keur
        oge pisan kudu moal dina ka ti ku tina jeung sareng punten hatur nuhun wae waé bae kieu
        kitu iraha saha parantos tiasa hoyong mangga ngan lamun teh téh deui unggal ayeuna euweuh
        kuring cenah saurna dugi
    """,
    "Betawi": """
        aje ame ape aye ane elu kite ade iye udeh nyang kenape gimane dimane pade ntu mane siape
        katanye bape babe enyak ampe ngape
    """,
}
_REGIONAL = frozenset(word for words in REGIONAL_WORDS.values() for word in words.split())

# Short forms that formal letters use too: addresses, telephones, dates, offices.
_LETTER_WORDS = """
    jl jln kec kel kab prov ds gg perum komp kompleks hp tlp telp wa tgl th dll dsb smp bu mau tak
    hub pju pkm pemkot pemkab pemprov disdukcapil dispendukcapil dukcapil dishub dinsos dinkes
    disnaker disdik dispendik disperindag dlh dpupr pupr ttg pas
"""
_NEUTRAL = frozenset(_LETTER_WORDS.split())
_LEAST_SHARE = 0.05  # of a text's words


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of the labelled cases of one group.

    Attributes:
        name: of the group.
        n: how many cases.
        top1: share whose unit stands first.
        top3: share whose unit stands among the first three.
        auto: how many were routed by themselves.
        auto_right: how many of these rightly.
        probability: mean probability of the first unit.
    """

    name: str
    n: int
    top1: float
    top3: float
    auto: int
    auto_right: int
    probability: float

    @property
    def auto_share(self) -> float:
        return self.auto / self.n

    @property
    def auto_precision(self) -> float | None:
        return self.auto_right / self.auto if self.auto else None


def slices(
    found: Sequence[Outcome], regions: Regions, *, door: bool = False
) -> dict[str, list[Group]]:
    """Labelled cases grouped in several ways; every way holds each of them once.

    Args:
        found: outcomes; those without a label of the unit are left out.
        regions: names of the labels' regions.
        door: whether all cases came through one door that was given from outside.
    """
    labelled = [o for o in found if o.label]
    return {
        "Door": grouped(labelled, lambda o: _door(o, door), ("given", "none")),
        "Level of the answering unit": grouped(labelled, _level, _LEVELS),
        "Region of the label": _largest(labelled, lambda o: _region(o, regions), MOST_REGIONS),
        "Length of the text": grouped(
            labelled, _length, [_band(i) for i in range(len(_LENGTHS) + 1)]
        ),
        "Register": grouped(labelled, lambda o: register(o.case.complaint.words), _REGISTERS),
        "Month": grouped(labelled, _month),
    }


def grouped(
    found: Iterable[Outcome], key: Callable[[Outcome], str], order: Sequence[str] = ()
) -> list[Group]:
    """Groups by key, in the given order, then by name; groups without cases are left out."""
    members: dict[str, list[Outcome]] = {}
    for outcome in found:
        members.setdefault(key(outcome), []).append(outcome)
    rest = sorted(set(members) - set(order))
    return [_group(name, members[name]) for name in (*order, *rest) if name in members]


def register(text: str) -> str:
    """The register of a text, by a simple rule: "regional language", "informal" or "formal".

    A text is in a regional language if at least two different words of it, and 5 % of all, are
    among ``REGIONAL_WORDS``; else informal if 5 % of its words are informal spellings of the table
    ``informal.tsv``, short forms that letters use too ("Jl.", "Kec.", "Dishub") not counted;
    else formal. A text that mixes languages goes to the first that fits.
    """
    words = _WORD.findall(text.lower())
    if not words:
        return "formal"
    regional = [word for word in words if word in _REGIONAL]
    if len(set(regional)) >= 2 and len(regional) >= _LEAST_SHARE * len(words):
        return "regional language"
    known = informal_words()
    informal = sum(word in known and word not in _NEUTRAL for word in words)
    return "informal" if informal >= _LEAST_SHARE * len(words) else "formal"


_REGISTERS = ("formal", "informal", "regional language")
_LEVELS = ("nation", "province", "regency", "district", "village", "no place", "no answer")


def _group(name: str, members: Sequence[Outcome]) -> Group:
    n = len(members)
    return Group(
        name,
        n,
        top1=sum(o.right for o in members) / n,
        top3=sum(0 <= o.rank < 3 for o in members) / n,
        auto=sum(o.auto for o in members),
        auto_right=sum(o.auto and o.right for o in members),
        probability=sum(o.probability for o in members) / n,
    )


def _largest(found: Sequence[Outcome], key: Callable[[Outcome], str], most: int) -> list[Group]:
    """The groups with most cases, the others together as one."""
    sizes: Mapping[str, int] = {group.name: group.n for group in grouped(found, key)}
    order = sorted(sizes, key=lambda name: (-sizes[name], name))
    others = f"{len(order) - most} other regions"
    kept = order[:most]
    return grouped(found, lambda o: name if (name := key(o)) in kept else others, kept)


def _door(o: Outcome, given: bool) -> str:
    return "given" if given or as_entered(o.case).door else "none"


def _level(o: Outcome) -> str:
    if o.first is None:
        return "no answer"
    return level_of(o.first.region_code) if o.first.region_code else "no place"


def _region(o: Outcome, regions: Regions) -> str:
    """The label's regency or city, its province or the nation where it is no finer."""
    code = o.label.region_code if o.label else None
    if not code:
        return "no place"
    return regions.name(ancestor(code, "regency") or code)


def _length(o: Outcome) -> str:
    words = len(_WORD.findall(o.case.complaint.words))
    return _band(sum(words > bound for bound in _LENGTHS))


def _band(i: int) -> str:
    if i == len(_LENGTHS):
        return f"over {_LENGTHS[-1]} words"
    return f"{_LENGTHS[i - 1] + 1 if i else 0}–{_LENGTHS[i]} words"


def _month(o: Outcome) -> str:
    created_at = o.case.complaint.created_at
    return created_at.strftime("%Y-%m") if created_at else "no date"
