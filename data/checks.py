"""What to know of a set of labelled cases before it is used; texts themselves are never shown."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from data.cases import Cases, papers_region
from data.complaint import LabelledCase
from data.dates import WIB
from data.duplicates import near_duplicates
from data.problem import Problem
from data.registry.regions import level_of
from data.registry.registry import Registry
from data.registry.resolve import Resolution

EARLIEST = datetime(
    2000, 1, 1
)  # Western Indonesian Time, as all dates of cases; no portal is older
ORDERED = 0.9  # share of neighbours in one order from which a source counts as sorted by time

_LINES_SHOWN = 8
_NAME_SHOWN = 80  # characters; a longer "unit" is likely another column


@dataclass(frozen=True, slots=True)
class Conflict:
    """Near-identical texts that went to different desks: their lines and the units as written."""

    lines: tuple[int, ...]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A written unit that the registry does not know, with the lines and the nearest known ones."""

    name: str
    region: str | None
    lines: tuple[int, ...]
    reason: str
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The findings over one source.

    Attributes:
        counts: what is there, by a name of its own ("cases", "with a unit", …).
        problems: the loader's and those of the dates, by line.
        duplicates: lines of near-identical texts, a tuple a group.
        conflicts: groups of ``duplicates`` whose labels contradict each other.
        unresolved: units that the registry cannot place, the most frequent first.
    """

    source: str
    sha256: str
    counts: dict[str, int]
    problems: list[Problem]
    duplicates: list[tuple[int, ...]]
    conflicts: list[Conflict]
    unresolved: list[Unresolved]

    @property
    def errors(self) -> list[Problem]:
        """The problems that made a row unusable."""
        return [problem for problem in self.problems if problem.severity == "error"]

    def lines(self, limit: int = 20) -> list[str]:
        """The report as lines of text: every error, of the rest ``limit`` entries."""
        head = [f"{self.source} (sha256 {self.sha256[:12]})"]
        head += [f"  {number} {name}" for name, number in self.counts.items()]
        warnings: dict[tuple[str, str], list[int]] = {}
        for problem in self.problems:
            if problem.severity == "warning":
                warnings.setdefault((problem.column, problem.reason), []).append(problem.line)
        return [
            *head,
            *_section("rows that cannot be used", map(str, self.errors), len(self.errors)),
            *_section(
                "warnings",
                (f"{Problem(0, *key)}{_at(lines)}" for key, lines in warnings.items()),
                limit,
            ),
            *_section("groups of near-identical texts", map(_lines, self.duplicates), limit),
            *_section(
                "of them with contradicting units",
                (f"{_lines(c.lines)}: {' | '.join(map(_short, c.units))}" for c in self.conflicts),
                limit,
            ),
            *_section(
                "units that the registry does not know", map(_unknown, self.unresolved), limit
            ),
        ]


def check_cases(cases: Cases, registry: Registry, now: datetime | None = None) -> Report:
    """Looks through loaded cases for what would harm training or measuring with them.

    Args:
        cases: from ``load_cases``.
        registry: by which the units are resolved, in the region of each case's papers.
        now: dates after it are in the future; the present moment unless given (tests).
    """
    rows = cases.cases
    resolved = _resolved(rows, registry)
    groups = [
        [rows[position] for position in group]
        for group in near_duplicates(case.complaint.words for case in rows)
    ]
    moment = now or datetime.now(WIB).replace(tzinfo=None)
    problems = [*cases.problems, *_out_of_time(rows, moment), *_out_of_order(rows)]
    return Report(
        source=cases.source,
        sha256=cases.sha256,
        counts=_counts(cases, groups, resolved),
        problems=sorted(problems, key=lambda problem: problem.line),
        duplicates=[tuple(case.line for case in group) for group in groups],
        conflicts=_conflicts(groups, resolved),
        unresolved=_unresolved(rows, resolved),
    )


_Resolved = dict[int, tuple[str | None, Resolution]]


def _resolved(rows: Iterable[LabelledCase], registry: Registry) -> _Resolved:
    """By line: the region of the case's papers and what its unit resolves to there."""
    regions: dict[tuple[str, ...], str | None] = {}
    found: _Resolved = {}
    for case in rows:
        if not case.unit:
            continue
        complaint = case.complaint
        papers = (complaint.door, case.agency, complaint.regency, complaint.province)
        if papers not in regions:
            regions[papers] = papers_region(case, registry.regions)
        found[case.line] = (regions[papers], registry.resolve(case.unit, regions[papers]))
    return found


def _desk(case: LabelledCase, resolved: _Resolved) -> str:
    """What must agree among twins: the mandate and its level of government.

    The place may differ between them ("Kelurahan Ploso", "Kelurahan Menur"): the same
    words are sent in from many places.
    """
    unit = resolved[case.line][1].unit
    if unit is None:
        return case.unit.casefold()
    level = level_of(unit.region_code) if unit.region_code else "regency"
    return f"{unit.mandate}@{level}"


def _conflicts(groups: Iterable[Sequence[LabelledCase]], resolved: _Resolved) -> list[Conflict]:
    found = []
    for group in groups:
        labelled = [case for case in group if case.unit]
        if len({_desk(case, resolved) for case in labelled}) > 1:
            units = Counter(case.unit for case in labelled)
            lines = tuple(case.line for case in labelled)
            found.append(Conflict(lines, tuple(unit for unit, _ in units.most_common())))
    return found


def _unresolved(rows: Iterable[LabelledCase], resolved: _Resolved) -> list[Unresolved]:
    lines: dict[tuple[str, str | None], list[int]] = {}
    for case in rows:
        if case.unit and resolved[case.line][1].unit is None:
            lines.setdefault((case.unit, resolved[case.line][0]), []).append(case.line)
    found = []
    for (name, region), at in lines.items():
        resolution = resolved[at[0]][1]
        near = tuple(unit.name for unit in resolution.candidates[:2])
        found.append(Unresolved(name, region, tuple(at), resolution.reason, near))
    return sorted(found, key=lambda unknown: -len(unknown.lines))


def _out_of_time(rows: Iterable[LabelledCase], now: datetime) -> list[Problem]:
    found = []
    for case in rows:
        at = case.complaint.created_at
        if at and (at > now or at < EARLIEST):
            reason = (
                "the date is in the future" if at > now else f"the date is before {EARLIEST:%Y}"
            )
            found.append(Problem(case.line, "created_at", reason, "warning"))
    return found


def _out_of_order(rows: Iterable[LabelledCase]) -> list[Problem]:
    """Rows against the order of time that the source otherwise keeps: their dates may be wrong."""
    dated = [(case.complaint.created_at, case.line) for case in rows if case.complaint.created_at]
    rising = [(line, later >= sooner) for (sooner, _), (later, line) in pairwise(dated)]
    falling = [(line, later <= sooner) for (sooner, _), (later, line) in pairwise(dated)]
    for steps in (rising, falling):
        against = [line for line, in_order in steps if not in_order]
        if len(against) <= (1 - ORDERED) * len(steps):
            reason = "the date breaks the order of time that the other rows keep"
            return [Problem(line, "created_at", reason, "warning") for line in against]
    return [Problem(0, "created_at", "the rows are not in order of time", "warning")]


def _counts(
    cases: Cases, groups: Sequence[Sequence[LabelledCase]], resolved: _Resolved
) -> dict[str, int]:
    rows = cases.cases
    units = [resolution.unit for _, resolution in resolved.values()]
    kinds = Counter(case.kind for case in rows if case.kind)
    return {
        "cases": len(rows),
        "rows that cannot be used": len({problem.line for problem in cases.errors}),
        "with a date": sum(case.complaint.created_at is not None for case in rows),
        "with a category": sum(bool(case.category) for case in rows),
        "with a unit": len(resolved),
        "different units as written": len({case.unit for case in rows if case.unit}),
        "with a unit that the registry knows": sum(unit is not None for unit in units),
        "different mandates": len({unit.mandate for unit in units if unit}),
        "texts in groups of near-identical ones": sum(map(len, groups)),
        **{f"of kind {kind}": number for kind, number in sorted(kinds.items())},
    }


def _section(title: str, entries: Iterable[str], limit: int) -> list[str]:
    listed = list(entries)
    if not listed:
        return []
    more = [f"  … and {len(listed) - limit} more"] if len(listed) > limit else []
    return [f"{title}: {len(listed)}", *(f"  {entry}" for entry in listed[:limit]), *more]


def _lines(lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:_LINES_SHOWN]))
    more = f" and {len(lines) - _LINES_SHOWN} more" if len(lines) > _LINES_SHOWN else ""
    return f"{'line' if len(lines) == 1 else 'lines'} {shown}{more}"


def _at(lines: Sequence[int]) -> str:
    """Where a warning holds; nothing for one about the source as a whole."""
    return f" ({_lines(lines)})" if any(lines) else ""


def _short(name: str) -> str:
    return name if len(name) <= _NAME_SHOWN else f"(a value of {len(name)} characters)"


def _unknown(unknown: Unresolved) -> str:
    near = f"; near: {', '.join(unknown.near)}" if unknown.near else ""
    place = f" in {unknown.region}" if unknown.region else ""
    return f"{_short(unknown.name)}{place} ({_lines(unknown.lines)}): {unknown.reason}{near}"
