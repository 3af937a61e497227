"""How each mandate fares, and which are taken for which."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.registry.tables import Mandate
from evaluation.outcomes import Outcome

NO_ANSWER = "(no answer)"
MATRIX = 20  # mandates in the matrix of confusions


@dataclass(frozen=True, slots=True)
class MandateRow:
    """Figures of one mandate.

    Attributes:
        name: Indonesian, or the written name of a desk that the registry does not know.
        support: labelled cases of this mandate.
        answered: cases whose first answer has this mandate.
        hits: cases of both.
        top3: labelled cases of this mandate with it among the answers' first three mandates.
        auto: cases routed by themselves to a unit of this mandate.
        auto_right: how many of these to the right unit.
    """

    name: str
    support: int
    answered: int
    hits: int
    top3: int
    auto: int
    auto_right: int

    @property
    def precision(self) -> float | None:
        return self.hits / self.answered if self.answered else None

    @property
    def recall(self) -> float | None:
        return self.hits / self.support if self.support else None

    @property
    def top3_share(self) -> float | None:
        return self.top3 / self.support if self.support else None

    @property
    def auto_share(self) -> float | None:
        """Of the cases answered with this mandate."""
        return self.auto / self.answered if self.answered else None

    @property
    def auto_precision(self) -> float | None:
        return self.auto_right / self.auto if self.auto else None


@dataclass(frozen=True, slots=True)
class Confusion:
    """Cases of one mandate that were answered with another."""

    label: str
    answer: str
    n: int
    share: float  # of the label's cases


@dataclass(frozen=True, slots=True)
class Matrix:
    """Labels (rows) by answers (columns), as counts.

    Attributes:
        names: of the rows and of all columns but the last.
        counts: (k, k + 1); the last column holds the answers with any other mandate.
    """

    names: tuple[str, ...]
    counts: NDArray[np.int64]


def by_mandate(found: Sequence[Outcome], mandates: Mapping[str, Mandate]) -> list[MandateRow]:
    """One row for each mandate in labels or first answers, those with most cases first."""
    names = mandate_names(found, mandates)
    pairs = _pairs(found)
    support = Counter(label for label, _ in pairs)
    answered = Counter(answer for _, answer in pairs)
    hits = Counter(label for label, answer in pairs if label == answer)
    top3 = Counter(o.label.mandate for o in found if o.label and 0 <= o.mandate_rank < 3)
    auto = [o for o in found if o.label and o.auto]
    routed = Counter(_answer(o) for o in auto)
    rightly = Counter(_answer(o) for o in auto if o.right)
    rows = [
        MandateRow(name, support[m], answered[m], hits[m], top3[m], routed[m], rightly[m])
        for m, name in names.items()
    ]
    return sorted(rows, key=lambda row: (-row.support, -row.answered, row.name))


def confusions(
    found: Sequence[Outcome], mandates: Mapping[str, Mandate], most: int
) -> list[Confusion]:
    """The pairs of mandates that are confused most often, with their counts."""
    names = mandate_names(found, mandates)
    pairs = _pairs(found)
    support = Counter(label for label, _ in pairs)
    wrong = Counter(pair for pair in pairs if pair[0] != pair[1])
    ranked = sorted(wrong.items(), key=lambda item: (-item[1], item[0]))[:most]
    return [
        Confusion(names[label], names[answer], n, n / support[label])
        for (label, answer), n in ranked
    ]


def matrix(found: Sequence[Outcome], mandates: Mapping[str, Mandate], most: int = MATRIX) -> Matrix:
    """Labels against answers for the mandates that stand in most confusions, then the largest;
    those with most cases first."""
    names = mandate_names(found, mandates)
    pairs = _pairs(found)
    support = Counter(label for label, _ in pairs)
    confused = Counter(m for pair in pairs if pair[0] != pair[1] for m in pair)
    chosen = sorted(support, key=lambda m: (-confused[m], -support[m], m))[:most]
    chosen.sort(key=lambda m: (-support[m], m))
    place = {m: i for i, m in enumerate(chosen)}
    counts = np.zeros((len(chosen), len(chosen) + 1), dtype=np.int64)
    for label, answer in pairs:
        if label in place:
            counts[place[label], place.get(answer, len(chosen))] += 1
    return Matrix(tuple(names[m] for m in chosen), counts)


def mandate_names(found: Sequence[Outcome], mandates: Mapping[str, Mandate]) -> dict[str, str]:
    """Written names of all mandates in labels or first answers; a desk that the registry does not
    know goes by its unit's name, and is marked."""
    names: dict[str, str] = {}
    for o in found:
        if o.label is None:
            continue
        answer = o.first.unit if o.first else NO_ANSWER
        for mandate, unit in ((o.label.mandate, o.label.name), (_answer(o), answer)):
            if mandate not in names:
                known = mandates.get(mandate)
                odd = f"{unit} *" if mandate else unit
                names[mandate] = known.name if known else odd
    return names


def _pairs(found: Sequence[Outcome]) -> list[tuple[str, str]]:
    return [(o.label.mandate, _answer(o)) for o in found if o.label]


def _answer(o: Outcome) -> str:
    return o.first.mandate if o.first else ""
