"""Two models on the same cases: figures, honest intervals, the exact test, the verdict."""

from collections.abc import Sequence

import numpy as np
import pytest

from classifier.recommendation import Candidate, Recommendation
from data.complaint import Complaint, LabelledCase
from data.errors import PintuError
from data.registry.units import Unit
from evaluation.compare import FIGURES, compare, differences, group_numbers, paired_test, verdict
from evaluation.evaluate import figures
from evaluation.outcomes import Outcome

UNIT = Unit("35.78/lalu-lintas", "Dinas Perhubungan", "", "lalu-lintas", "35.78", ("lalu-lintas",))
WORDS = ("lampu", "jalan", "got", "sampah", "pohon", "banjir", "parkir", "air", "pasar", "taman")


def text(i: int) -> str:
    """Texts that share no five words in a row."""
    random = np.random.default_rng(i)
    return " ".join(f"{word}{random.integers(10_000)}" for word in random.permutation(WORDS))


def outcome(i: int, rank: int, p: float = 0.6, *, auto: bool = False, words: str = "") -> Outcome:
    unit_id = UNIT.unit_id if rank == 0 else "35.78/sosial"
    best = Candidate(unit_id, "Dinas", "", "lalu-lintas", "35.78", p)
    decision = "auto-route" if auto else "review"
    answer = Recommendation(str(i), (("complaint", 1.0),), (), decision, (), (best,), (), (), "b")
    case = LabelledCase(Complaint(words or text(i)), unit="Dinas Perhubungan")
    return Outcome(case, answer, UNIT, True, rank, min(rank, 0))


def answered(right: Sequence[bool], words: str = "") -> list[Outcome]:
    return [outcome(i, 0 if hit else 1, words=words) for i, hit in enumerate(right)]


def share(n: int, total: int) -> list[bool]:
    return [i < n for i in range(total)]


# -- figures


def test_the_figures_are_those_of_evaluate() -> None:
    random = np.random.default_rng(3)
    found = [
        outcome(i, int(rank), float(p), auto=bool(p > 0.7))
        for i, (rank, p) in enumerate(random.uniform((-1, 0), (5, 1), (300, 2)).tolist())
    ]
    expected = figures(found)
    first = {name: row.a for name, row in compare(found, answered([True] * 300))["figures"].items()}
    assert tuple(first) == FIGURES
    assert first["unit_top1"] == pytest.approx(expected["unit"]["top1"], abs=1e-4)
    assert first["unit_top3"] == pytest.approx(expected["unit"]["top3"], abs=1e-4)
    assert first["mandate_top1"] == pytest.approx(expected["mandate"]["top1"], abs=1e-4)
    assert first["auto_share"] == pytest.approx(expected["auto_route"]["share"], abs=1e-4)
    assert first["auto_precision"] == pytest.approx(expected["auto_route"]["precision"], abs=1e-4)
    assert first["ece"] == pytest.approx(expected["calibration"]["ece"], abs=1e-4)


def test_a_precision_of_nothing_is_no_number() -> None:
    row = compare(answered([True] * 9), answered([False] * 9))["figures"]["auto_precision"]
    assert (row.a, row.b, row.difference, row.low, row.high) == (None,) * 5


def test_cases_without_a_unit_are_counted_and_left_out() -> None:
    bare = Outcome(LabelledCase(Complaint("x")), outcome(0, 0).recommendation, None, True, -1, -1)
    found = compare([*answered([True, False]), bare], [*answered([True, True]), bare])
    assert (found["n"], found["without_label"]) == (2, 1)
    with pytest.raises(PintuError, match="no case has a unit"):
        compare([bare], [bare])


def test_labels_that_two_registries_read_differently_are_counted() -> None:
    first = answered([True, True])
    other = Unit("33/lalu-lintas", "Dishub", "", "lalu-lintas", "33", ("lalu-lintas",))
    one = first[1]
    second = [first[0], Outcome(one.case, one.recommendation, other, True, 0, 0)]
    assert compare(first, second)["read_differently"] == 1


# -- intervals


def test_a_model_does_not_differ_from_itself() -> None:
    found = compare(answered(share(30, 50)), answered(share(30, 50)))
    row = found["figures"]["unit_top1"]
    assert (row.difference, row.low, row.high) == (0, 0, 0)
    assert found["mcnemar"]["p"] == 1
    assert found["verdict"].startswith("no difference that these cases can show: +0.0 points")


def test_comparing_twice_gives_the_same() -> None:
    first, second = answered(share(20, 60)), answered(share(28, 60))
    assert compare(first, second) == compare(first, second)


def test_the_interval_is_as_wide_as_theory_says() -> None:
    random = np.random.default_rng(5)
    first, second = random.random((2, 500)) < 0.7
    row = compare(answered(first), answered(second))["figures"]["unit_top1"]
    gap = second.astype(float) - first
    width = 2 * 1.96 * gap.std() / np.sqrt(500)
    assert row.difference == pytest.approx(gap.mean(), abs=1e-6)
    assert row.high - row.low == pytest.approx(width, rel=0.1)


def test_near_identical_cases_are_drawn_together() -> None:
    """Forty times the same complaint is one piece of evidence, not forty."""
    many = compare(answered([False] * 40), answered([True] * 40))
    assert many["groups"] == 40
    assert many["verdict"].startswith("B is better: +100.0 points")
    same = "lampu jalan di depan balai padam sejak minggu lalu gelap sekali"
    first = [*answered(share(10, 20)), *answered([False] * 40, same)]
    second = [*answered(share(10, 20)), *answered([True] * 40, same)]
    once = compare(first, second)
    assert once["groups"] == 21
    assert once["mcnemar"] == {"only_a": 0, "only_b": 40, "groups_a": 0, "groups_b": 1, "p": 1.0}
    assert once["figures"]["unit_top1"].low == 0
    assert once["verdict"].startswith("no difference")


def test_groups_are_numbered_without_gaps() -> None:
    same = "lampu jalan di depan balai padam sejak minggu lalu"
    cases = [LabelledCase(Complaint(t)) for t in (same, text(1), same.upper(), text(2), same)]
    assert group_numbers(cases).tolist() == [0, 1, 0, 2, 0]


def test_differences_use_the_same_draws_for_both() -> None:
    """A constant gap has an interval of no width, however much the cases vary."""
    random = np.random.default_rng(6)
    values = np.column_stack([np.ones(80), random.random(80)])
    shifted = values + np.array([0, 0.25])
    (row,) = differences(values, shifted, np.arange(80), lambda sums: sums[..., 1:] / sums[..., :1])
    assert (row.low, row.high) == (pytest.approx(0.25), pytest.approx(0.25))


# -- the test and the verdict


def test_mcnemar_on_what_only_one_had_right() -> None:
    first = np.array([True] * 2 + [False] * 10 + [True] * 30)
    second = np.array([False] * 2 + [True] * 10 + [True] * 30)
    found = paired_test(first, second, np.arange(42))
    assert (found["only_a"], found["only_b"]) == (2, 10)
    assert found["p"] == pytest.approx(2 * (1 + 12 + 66) / 2**12)  # at most 2 of 12 by chance


def test_the_verdict_names_the_better_one() -> None:
    worse, better = answered(share(40, 100)), answered(share(60, 100))
    for found, name in ((compare(worse, better), "B"), (compare(better, worse), "A")):
        assert found["verdict"].startswith(f"{name} is better: +20.0 points (")
        assert found["verdict"].endswith("p < 0.001")
        low, high = found["verdict"].split("(")[1].split(")")[0].split(" … ")
        assert 0 < float(low) < 20 < float(high)


def test_an_interval_without_the_test_is_no_verdict() -> None:
    found = compare(answered(share(40, 100)), answered(share(60, 100)))
    assert verdict(found["figures"]["unit_top1"], 0.2).startswith("no difference")
