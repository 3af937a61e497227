"""How a challenger in shadow fares beside the champion."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, Select, and_, func, select

from data.complaint import Complaint, LabelledCase
from data.errors import PintuError
from evaluation.compare import differences, group_numbers, paired_test, verdict
from serving.ops.shadow import ROLE
from serving.store.cases import complaint_of
from serving.store.database import Database
from serving.store.tables import complaints, outcomes, recommendations

_SHOWN = 10  # disagreements
_AT_ONCE = 500  # complaints whose texts are read by one statement


@dataclass(frozen=True, slots=True)
class Known:
    """Who was right where a unit has accepted the case: (champion, shadow).

    Attributes:
        right: shares of the cases whose first unit is the one that accepted.
        alone: cases that only one of them had right.
        p: McNemar's exact test, a group of near-identical cases counting once.
        low: lower limit of the 95 % interval of the difference, shadow less champion; None where
            undefined.
        high: its upper limit.
    """

    cases: int
    groups: int
    right: tuple[float, float]
    alone: tuple[int, int]
    p: float
    low: float | None
    high: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Cases for which the champion named one unit and the shadow another."""

    champion: str
    shadow: str
    cases: int
    known: int
    champion_right: int
    shadow_right: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What champion and shadow answered about the same cases; shares are None without any."""

    bundle: str
    champions: Sequence[str]
    cases: int
    same_unit: float | None
    same_decision: float | None
    auto: tuple[float | None, float | None]
    known: Known | None
    disagreements: Sequence[Disagreement]

    def to_row(self) -> dict[str, Any]:
        """The comparison as plain JSON values."""
        return asdict(self)


def compared(database: Database, bundle: str | None = None) -> Comparison:
    """Compare the first answers to the cases that both answered.

    Args:
        database: where they were recorded.
        bundle: name of the shadow; None for the one that answered last. Cases that it decided
            itself, as champion, are left out.

    Raises:
        PintuError: it has answered nothing in shadow.
        Unavailable: the database cannot be reached.
    """
    with database.reading() as connection:
        name = bundle or _latest(connection)
        rows = connection.execute(_pairs(name)).all()
        known = [row for row in rows if row.accepted]
        cases = _cases(connection, [row.complaint_id for row in known])
    if not rows:
        raise PintuError(
            f"{name} has answered nothing in shadow yet; it answers complaints that come while "
            "the server runs"
        )
    auto = (
        _share(row.champion_decision == "auto-route" for row in rows),
        _share(row.shadow_decision == "auto-route" for row in rows),
    )
    return Comparison(
        bundle=name,
        champions=sorted({row.champion_bundle for row in rows}),
        cases=len(rows),
        same_unit=_share(row.champion == row.shadow for row in rows),
        same_decision=_share(row.champion_decision == row.shadow_decision for row in rows),
        auto=auto,
        known=_known(known, cases) if known else None,
        disagreements=_disagreements(rows),
    )


def _latest(connection: Connection) -> str:
    made = recommendations.c
    last = select(made.bundle).where(made.role == ROLE).order_by(made.number.desc()).limit(1)
    name: str | None = connection.scalar(last)
    if name is None:
        raise PintuError("no bundle has answered in shadow yet; see `pintu models shadow`")
    return name


def _pairs(bundle: str) -> Select[Any]:
    """The first answer of each to every case, and the unit that accepted it in the end."""
    champion, shadow = recommendations.alias("champion"), recommendations.alias("shadow")
    first = (
        select(
            func.min(champion.c.number).label("champion"), func.min(shadow.c.number).label("shadow")
        )
        .join_from(champion, shadow, champion.c.complaint_id == shadow.c.complaint_id)
        .where(champion.c.role == "champion", shadow.c.role == ROLE, shadow.c.bundle == bundle)
        .group_by(champion.c.complaint_id)
        .subquery()
    )
    last = (
        select(outcomes.c.complaint_id, func.max(outcomes.c.number).label("number"))
        .group_by(outcomes.c.complaint_id)
        .subquery()
    )
    accepted = and_(outcomes.c.number == last.c.number, outcomes.c.outcome == "accepted")
    return (
        select(
            champion.c.complaint_id,
            champion.c.bundle.label("champion_bundle"),
            champion.c.unit_id.label("champion"),
            champion.c.decision.label("champion_decision"),
            shadow.c.unit_id.label("shadow"),
            shadow.c.decision.label("shadow_decision"),
            outcomes.c.unit_id.label("accepted"),
        )
        .join_from(first, champion, champion.c.number == first.c.champion)
        .join(shadow, shadow.c.number == first.c.shadow)
        .outerjoin(last, last.c.complaint_id == champion.c.complaint_id)
        .outerjoin(outcomes, accepted)
        .where(champion.c.bundle != bundle)
        .order_by(champion.c.number)
    )


def _cases(connection: Connection, ids: Sequence[str]) -> list[LabelledCase]:
    """The complaints of ids, in their order; one whose text was erased is like no other."""
    found: dict[str, Complaint] = {}
    for start in range(0, len(ids), _AT_ONCE):
        wanted = complaints.c.id.in_(ids[start : start + _AT_ONCE])
        rows = connection.execute(select(complaints).where(wanted))
        found |= {row.id: complaint_of(row) for row in rows}
    return [
        LabelledCase(found[each] if found[each].words.strip() else Complaint(text=each))
        for each in ids
    ]


def _known(rows: Sequence[Row[Any]], cases: Sequence[LabelledCase]) -> Known:
    groups = group_numbers(cases)
    champion = np.array([row.champion == row.accepted for row in rows])
    shadow = np.array([row.shadow == row.accepted for row in rows])
    tested = paired_test(champion, shadow, groups)
    ones = np.ones(len(rows))
    sums = [np.column_stack([ones, right.astype(float)]) for right in (champion, shadow)]
    found = differences(sums[0], sums[1], groups, lambda total: total[..., 1:] / total[..., :1])[0]
    said = verdict(found, tested["p"]).replace("A is", "the champion is")
    return Known(
        cases=len(rows),
        groups=int(groups.max()) + 1,
        right=(float(champion.mean()), float(shadow.mean())),
        alone=(tested["only_a"], tested["only_b"]),
        p=tested["p"],
        low=found.low,
        high=found.high,
        verdict=said.replace("B is", "the shadow is"),
    )


def _disagreements(rows: Sequence[Row[Any]]) -> list[Disagreement]:
    """The pairs of different units that were named most often."""
    pairs: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in rows:
        if row.champion != row.shadow:
            pairs.setdefault((row.champion, row.shadow), []).append(row)
    often = sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0]))[:_SHOWN]
    return [
        Disagreement(
            champion=champion,
            shadow=shadow,
            cases=len(found),
            known=sum(bool(row.accepted) for row in found),
            champion_right=sum(row.accepted == champion for row in found),
            shadow_right=sum(row.accepted == shadow for row in found),
        )
        for (champion, shadow), found in often
    ]


def _share(flags: Iterable[bool]) -> float | None:
    values = list(flags)
    return sum(values) / len(values) if values else None
