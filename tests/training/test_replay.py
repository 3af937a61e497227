"""Replays: what is known when, what is tested, and what a killed replay keeps."""

import random
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from classifier.router import Router
from data.cases import Cases
from data.complaint import Complaint, LabelledCase
from data.errors import PintuError
from data.registry.registry import Registry
from training.config import Config
from training.replay import (
    Period,
    Ranks,
    Timeline,
    draw,
    fitted,
    from_row,
    gains,
    replay,
    to_row,
)

SURABAYA, SEMARANG = "Pemerintah Kota Surabaya", "Pemerintah Kota Semarang"


def case(i: int, month: str, agency: str = SURABAYA, unit: str = "Dinas Sosial") -> LabelledCase:
    created = datetime.fromisoformat(f"{month}-{1 + i % 28:02}") if month else None
    complaint = Complaint(f"warga {i} lapor bantuan {i * 7} belum cair", id=str(i))
    complaint = replace(complaint, created_at=created)
    return LabelledCase(complaint, agency=agency, unit=unit, line=i)


def source(name: str, cases: Sequence[LabelledCase]) -> Cases:
    return Cases([replace(c, source=name) for c in cases], [], name, f"hash of {name}")


def months(n: int, *names: str, agency: str = SURABAYA) -> list[LabelledCase]:
    return [case(100 * k + i, name, agency) for k, name in enumerate(names) for i in range(n)]


def known(timeline: Timeline, period: str) -> dict[str, list[str]]:
    """Source → the months of its cases that are known before a period."""
    return {
        s.source: sorted({f"{d:%Y-%m}" if (d := c.complaint.created_at) else "-" for c in s.cases})
        for s in timeline.before(period)
    }


# -- what is known when


def test_a_month_is_tested_on_what_came_before_it(registry: Registry) -> None:
    cases = months(3, "2024-01", "2024-02", "2024-03", "2024-05")
    random.Random(1).shuffle(cases)
    timeline = Timeline([source("a", cases)], registry.regions, "month")
    assert list(timeline.tests) == ["2024-03", "2024-05"]  # the first half ends in February
    assert known(timeline, "2024-03") == {"a": ["2024-01", "2024-02"]}
    assert known(timeline, "2024-05") == {"a": ["2024-01", "2024-02", "2024-03"]}
    for period, tested in timeline.tests.items():
        assert {f"{c.complaint.created_at:%Y-%m}" for c in tested} == {period}
        assert len(tested) == 3
    assert timeline.notes == []


def test_quarters(registry: Registry) -> None:
    cases = months(2, "2023-12", "2024-01", "2024-03", "2024-04", "2024-10")
    timeline = Timeline([source("a", cases)], registry.regions, "quarter", "2024-02")
    assert {name: len(found) for name, found in timeline.tests.items()} == {
        "2024-Q1": 4,
        "2024-Q2": 2,
        "2024-Q4": 2,
    }
    assert known(timeline, "2024-Q1") == {"a": ["2023-12"]}
    assert known(timeline, "2024-Q4") == {"a": ["2023-12", "2024-01", "2024-03", "2024-04"]}


def test_cases_without_a_date_are_always_known_and_never_tested(registry: Registry) -> None:
    cases = [*months(2, "2024-01", "2024-02"), case(900, "")]
    timeline = Timeline([source("a", cases)], registry.regions, "month", "2024-01")
    assert known(timeline, "2024-01") == {"a": ["-"]}
    assert sum(map(len, timeline.tests.values())) == 4
    assert timeline.notes == [
        "a: 1 cases without a date are trained on in every month and never tested"
    ]


def test_another_regions_cases_wait_until_all_of_them_had_come(registry: Registry) -> None:
    home = source("a", months(2, "2024-01", "2024-02", "2024-03", "2024-04"))
    away = source("b", [*months(2, "2024-01", "2024-02", agency=SEMARANG), case(901, "")])
    timeline = Timeline([home, away], registry.regions, "month", "2024-02")
    assert known(timeline, "2024-02")["b"] == ["-"]
    assert known(timeline, "2024-03")["b"] == ["-", "2024-01", "2024-02"]
    assert all(c.agency == SURABAYA for found in timeline.tests.values() for c in found)
    assert "only after 2024-02" in timeline.notes[1]


def test_another_file_of_the_same_region_is_replayed_too(registry: Registry) -> None:
    first, second = (source(name, months(2, "2024-01", "2024-02")) for name in "ab")
    timeline = Timeline([first, second], registry.regions, "month", "2024-02")
    assert len(timeline.tests["2024-02"]) == 4
    assert known(timeline, "2024-02") == {"a": ["2024-01"], "b": ["2024-01"]}


def test_cases_without_a_unit_are_not_tested(registry: Registry) -> None:
    cases = [*months(2, "2024-01", "2024-02"), case(902, "2024-02", unit="")]
    timeline = Timeline([source("a", cases)], registry.regions, "month", "2024-02")
    assert len(timeline.tests["2024-02"]) == 2


@pytest.mark.parametrize(
    ("cases", "start", "told"),
    [
        (months(2, "2024-01", "2024-02"), "2024-13", "--from '2024-13' is no month"),
        (months(2, "2024-01", "2024-02"), "Januari", "write it as 2022-12"),
        (months(2, "2024-01", "2024-02"), "2024-03", "give an earlier --from"),
        (months(2, "2024-01"), None, "give --from, or cases of more months"),
        ([case(1, ""), case(2, "")], None, "no case has a readable created_at"),
    ],
)
def test_what_cannot_be_replayed_is_told(
    registry: Registry, cases: list[LabelledCase], start: str | None, told: str
) -> None:
    with pytest.raises(PintuError, match=told):
        Timeline([source("a", cases)], registry.regions, "month", start)


# -- the replay


@pytest.fixture
def timeline(registry: Registry) -> Timeline:
    cases = months(4, "2024-01", "2024-02", "2024-03", "2024-04")
    return Timeline([source("a", cases)], registry.regions, "month", "2024-02")


class Fits:
    """Gives one router always, and notes how many cases each was to be trained on."""

    def __init__(self, router: Router) -> None:
        self.router, self.sizes = router, list[int]()

    def __call__(self, sources: Sequence[Cases]) -> Router:
        self.sizes.append(sum(len(s.cases) for s in sources))
        return self.router


def test_each_model_is_trained_once(timeline: Timeline, mixed_router: Router) -> None:
    fits = Fits(mixed_router)
    found = list(replay(timeline, fits))
    assert [period.name for period in found] == ["2024-02", "2024-03", "2024-04"]
    assert fits.sizes == [4, 8, 12]  # that of February is the one left alone
    for period in found:
        assert period.retrained == period.left_alone  # it is the same router
        assert len(period.retrained.unit) == 4


def test_finished_periods_are_not_done_again(timeline: Timeline, mixed_router: Router) -> None:
    finished = {period.name: period for period in replay(timeline, Fits(mixed_router))}
    fits = Fits(mixed_router)
    assert list(replay(timeline, fits, done=finished)) == list(finished.values())
    assert fits.sizes == []
    del finished["2024-04"]
    assert [p.name for p in replay(timeline, fits, done=finished)][-1] == "2024-04"
    assert fits.sizes == [4, 12]


def test_a_period_is_written_and_read_back(timeline: Timeline, mixed_router: Router) -> None:
    for period in replay(timeline, Fits(mixed_router)):
        row = to_row(period, gains(timeline, [period]))
        assert from_row(row) == period
        assert row["n"] == 4


def test_gains_count_what_the_retrained_model_had_right(timeline: Timeline) -> None:
    alone, retrained = Ranks([0, 1, -1, 3], [0, 1, -1, 0]), Ranks([0, 0, 2, 3], [0, 0, 0, 0])
    periods = [Period("2024-02", alone, alone), Period("2024-03", retrained, alone)]
    second = gains(timeline, periods[1:])
    assert (second["unit_top1"].a, second["unit_top1"].b) == (0.25, 0.5)
    assert (second["unit_top3"].a, second["unit_top3"].b) == (0.5, 0.75)
    assert (second["mandate_top1"].a, second["mandate_top1"].b) == (0.5, 1.0)
    together = gains(timeline, periods)["unit_top1"]
    assert together.difference == pytest.approx(0.125)
    assert together.low is not None
    assert together.low <= 0.125


def test_training_leaves_nothing_behind(
    registry: Registry,
    mixes: dict[str, Cases],
    config: Config,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    router = fitted([mixes["semarang"]], registry, config, starter=False)
    asked = mixes["semarang"].cases[0].complaint
    assert router.route([asked])[0].candidates
    with pytest.raises(PintuError):
        fitted([], registry, config, starter=False)
    assert list(tmp_path.iterdir()) == []


def test_a_later_model_learns_what_came_in_between(
    registry: Registry, mixes: dict[str, Cases], config: Config
) -> None:
    """Odd lines come in January and March, a whole new desk in February and March."""
    cases = [c for c in mixes["semarang"].cases if c.unit]
    new = cases[-1].unit
    dated = []
    for i, c in enumerate(cases):
        early = "2024-02" if c.unit == new else "2024-01"
        created = datetime.fromisoformat(f"{'2024-03' if i % 3 == 0 else early}-10")
        dated.append(replace(c, complaint=replace(c.complaint, created_at=created)))
    timeline = Timeline([source("semarang", dated)], registry.regions, "month", "2024-02")

    def fit(known_then: Sequence[Cases]) -> Router:
        return fitted(known_then, registry, config, starter=False)

    last = list(replay(timeline, fit))[-1]
    assert last.name == "2024-03"
    of_new = [i for i, c in enumerate(timeline.tests["2024-03"]) if c.unit == new]
    assert of_new
    assert np.mean([last.retrained.unit[i] == 0 for i in of_new]) > np.mean(
        [last.left_alone.unit[i] == 0 for i in of_new]
    )


def test_the_plot_is_the_same_each_time(timeline: Timeline, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    periods = [
        Period(name, Ranks([0, 1, 2, 3], [0] * 4), Ranks([1] * 4, [0] * 4))
        for name in timeline.tests
    ]
    for name in ("a.svg", "b.svg"):
        draw(timeline, periods, tmp_path / name)
    written = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert written == (tmp_path / "b.svg").read_text(encoding="utf-8")
    assert "2024-03" in written
    with pytest.raises(PintuError, match="--plot"):
        draw(timeline, periods, tmp_path)
