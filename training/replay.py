"""Replays the past: what retraining every month would have brought, against training once."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.router import Router
from data.cases import Cases, papers_region
from data.complaint import LabelledCase
from data.errors import PintuError
from data.registry.regions import Regions
from data.registry.registry import Registry
from evaluation.compare import Difference, differences, group_numbers
from evaluation.outcomes import outcomes
from training.config import Config
from training.pipeline import train

EVERY = ("month", "quarter")
SHARES = ("unit_top1", "unit_top3", "mandate_top1", "mandate_top3")
Fit = Callable[[Sequence[Cases]], Router]

_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where the right answers stood, in the order of the cases: 0 is first, -1 nowhere.

    Attributes:
        unit: ranks of the labels' units.
        mandate: ranks of their mandates.
    """

    unit: list[int]
    mandate: list[int]


@dataclass(frozen=True, slots=True)
class Period:
    """A replayed month or quarter, with the answers of the model trained on all before it and of
    the model trained before the first period and left alone since."""

    name: str
    retrained: Ranks
    left_alone: Ranks


class Timeline:
    """Labelled cases in the order in which they came.

    The first source is replayed, with every other one of the same region that has dates. Others
    are only trained on: as a whole, from the first period on before which all of their dated cases
    lie. Cases without a date are always trained on and never tested.

    Attributes:
        tests: period ("2022-12", "2022-Q4") → its cases with a unit, in the order of time.
        notes: what a reader of the figures should know.
    """

    def __init__(
        self, sources: Sequence[Cases], regions: Regions, every: str, start: str | None = None
    ) -> None:
        """
        Args:
            sources: at least one.
            regions: tell whose papers a source is.
            every: one of ``EVERY``.
            start: first month to replay ("2022-12"); by default that after the one in which the
                first half of the dated cases ends.

        Raises:
            PintuError: ``start`` is no month, or nothing can be replayed.
        """
        self._every = every
        self._sources = list(sources)
        home = _region(sources[0], regions)
        self._replayed = [
            self._last(source) != "" and _region(source, regions) == home for source in sources
        ]
        if not self._replayed[0]:
            raise PintuError(
                f"--cases {sources[0].source}: no case has a readable created_at, so nothing can "
                "be replayed; name a file with dates first"
            )
        self.tests = self._tests(start)
        self.notes = list(self._note_sources())

    def before(self, period: str) -> list[Cases]:
        """What would have been known before a period; sources without any case are left out."""
        found: list[Cases] = []
        for source, replayed in zip(self._sources, self._replayed, strict=True):
            last = self._last(source)
            kept = [
                case
                for case in source.cases
                if not (came := self._period(case)) or (came if replayed else last) < period
            ]
            if kept:
                found.append(replace(source, cases=kept))
        return found

    def _tests(self, start: str | None) -> dict[str, list[LabelledCase]]:
        replayed = zip(self._sources, self._replayed, strict=True)
        dated = sorted(
            (c for source, used in replayed if used for c in source.cases if self._period(c)),
            key=lambda case: str(case.complaint.created_at),
        )
        if start is None:
            middle = self._period(dated[(len(dated) - 1) // 2])
            wanted = [c for c in dated if self._period(c) > middle]
        elif _MONTH.fullmatch(start):
            wanted = [c for c in dated if self._period(c) >= self._named(start)]
        else:
            raise PintuError(f"--from {start!r} is no month; write it as 2022-12")
        tests: dict[str, list[LabelledCase]] = {}
        for case in wanted:
            if case.unit:
                tests.setdefault(self._period(case), []).append(case)
        if not tests:
            last = self._period(dated[-1])
            remedy = "give an earlier --from" if start else "give --from, or cases of more months"
            raise PintuError(
                f"--cases: no case with a unit in the {self._every}s to replay (the last dated "
                f"case is of {last}); {remedy}"
            )
        return tests

    def _note_sources(self) -> Iterator[str]:
        for source, replayed in zip(self._sources, self._replayed, strict=True):
            undated = sum(not self._period(case) for case in source.cases)
            if undated:
                yield (
                    f"{source.source}: {undated} cases without a date are trained on in every "
                    f"{self._every} and never tested"
                )
            if not replayed and undated < len(source.cases):
                yield (
                    f"{source.source}: of another region; its dated cases are never tested, and "
                    f"trained on only after {self._last(source)}, when all of them had come"
                )

    def _last(self, source: Cases) -> str:
        return max((self._period(case) for case in source.cases), default="")

    def _period(self, case: LabelledCase) -> str:
        """The period's name, which sorts by time; empty without a date."""
        created = case.complaint.created_at
        return self._named(f"{created:%Y-%m}") if created else ""

    def _named(self, month: str) -> str:
        if self._every == "month":
            return month
        return f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"


def replay(
    timeline: Timeline, fit: Fit, door: str | None = None, done: Mapping[str, Period] | None = None
) -> Iterator[Period]:
    """The periods in the order of time, each as soon as it is finished.

    Args:
        timeline: what is known when.
        fit: trains on cases.
        door: region through which all cases came, or None.
        done: periods that are finished already; nothing is trained for them.
    """
    names = list(timeline.tests)
    alone: Router | None = None
    for name in names:
        if done and name in done:
            yield done[name]
            continue
        alone = alone or fit(timeline.before(names[0]))
        left_alone = _ranks(alone, timeline.tests[name], door)
        if name == names[0]:
            yield Period(name, left_alone, left_alone)
        else:
            retrained = fit(timeline.before(name))
            yield Period(name, _ranks(retrained, timeline.tests[name], door), left_alone)


def fitted(
    sources: Sequence[Cases], registry: Registry, config: Config, *, starter: bool
) -> Router:
    """A router trained on cases; its bundle lies in a temporary folder while it is written."""
    with TemporaryDirectory(prefix="pintu-replay-") as folder:
        return Router(train(sources, Path(folder) / "bundle", registry, config, starter=starter))


def gains(timeline: Timeline, periods: Sequence[Period]) -> dict[str, Difference]:
    """``SHARES`` of the left-alone model (a) and the retrained one (b) over periods together.

    In the first period both are the same model.
    """
    cases = [case for period in periods for case in timeline.tests[period.name]]
    alone = np.concatenate([_hits(period.left_alone) for period in periods])
    retrained = np.concatenate([_hits(period.retrained) for period in periods])
    found = differences(alone, retrained, group_numbers(cases), _shares)
    return dict(zip(SHARES, found, strict=True))


def to_row(period: Period, gains: Mapping[str, Difference]) -> dict[str, Any]:
    """A period with its figures as plain JSON values."""
    figures = {name: asdict(gain) for name, gain in gains.items()}
    return {"n": len(period.left_alone.unit), "figures": figures, **asdict(period)}


def from_row(row: Mapping[str, Any]) -> Period:
    """What ``to_row`` wrote."""
    return Period(row["name"], Ranks(**row["retrained"]), Ranks(**row["left_alone"]))


def draw(timeline: Timeline, periods: Sequence[Period], path: Path) -> None:
    """Draw unit top-1 and top-3 of both models by period, and the gain in top-1, as SVG.

    Raises:
        PintuError: the file cannot be written.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    found = [gains(timeline, [period]) for period in periods]
    names = [period.name for period in periods]
    with mpl.rc_context({"svg.hashsalt": "replay", "svg.fonttype": "none"}):
        figure = Figure(figsize=(8, 6), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
        for share, line in (("unit_top1", "-"), ("unit_top3", "--")):
            written = share.replace("unit_top", "top-")
            for model, colour, title in (
                ("b", "#0b6e4f", "retrained"),
                ("a", "#b3541e", "left alone"),
            ):
                y = [100 * (getattr(f[share], model) or 0.0) for f in found]
                above.plot(names, y, f"o{line}", color=colour, label=f"{title}, {written}")
        above.set(ylabel="right unit, %")
        above.legend()
        gain = np.array([_limits(f["unit_top1"]) for f in found]) * 100
        below.axhline(0, color="#888888", linewidth=1)
        below.vlines(names, gain[:, 1], gain[:, 2], color="#0b6e4f")
        below.plot(names, gain[:, 0], "o", color="#0b6e4f")
        below.set(ylabel="gain in top-1, points (95 %)")
        below.tick_params(axis="x", rotation=45)
        try:
            figure.savefig(path, format="svg", metadata={"Date": None})
        except OSError as error:
            raise PintuError(f"--plot {path}: {error.strerror}; give another file") from None


def _ranks(router: Router, cases: Sequence[LabelledCase], door: str | None) -> Ranks:
    found = list(outcomes(router, cases, door))
    return Ranks([o.rank for o in found], [o.mandate_rank for o in found])


def _hits(ranks: Ranks) -> NDArray[np.float64]:
    """A one for each case, then whether ``SHARES`` hold for it, shape (n, 5)."""
    unit, mandate = np.array(ranks.unit), np.array(ranks.mandate)
    columns = [(r >= 0) & (r < k) for r in (unit, mandate) for k in (1, 3)]
    return np.column_stack([np.ones(len(unit)), *columns]).astype(np.float64)


def _shares(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = sums[..., 1:] / sums[..., :1]
    return found


def _limits(gain: Difference) -> tuple[float, float, float]:
    return gain.difference or 0.0, gain.low or 0.0, gain.high or 0.0


def _region(source: Cases, regions: Regions) -> str | None:
    """The region in whose papers most cases of a source stand."""
    counts = Counter(papers_region(case, regions) for case in source.cases)
    return counts.most_common(1)[0][0] if counts else None
