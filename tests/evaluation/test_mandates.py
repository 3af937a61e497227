"""Figures by mandate and confusions between them."""

from collections.abc import Callable

import pytest

from data.registry.registry import Registry
from evaluation.mandates import by_mandate, confusions, mandate_names, matrix
from evaluation.outcomes import Outcome

Make = Callable[..., Outcome]


@pytest.fixture
def found(make: Make) -> list[Outcome]:
    return [
        make(),
        make(auto=True),
        make(answer="parkir", second="lalu-lintas", auto=True),
        make("parkir", "parkir", answer_region="33.74", auto=True),  # right mandate, other city
        make("parkir", "lalu-lintas"),
        make("parkir", ""),
        make(label=""),
    ]


def test_figures_of_each_mandate(found: list[Outcome], registry: Registry) -> None:
    rows = {row.name: row for row in by_mandate(found, registry.mandates)}
    traffic = rows[registry.mandates["lalu-lintas"].name]
    assert (traffic.support, traffic.answered, traffic.hits) == (3, 3, 2)
    assert traffic.precision == traffic.recall == pytest.approx(2 / 3)
    assert traffic.top3_share == 1
    assert (traffic.auto, traffic.auto_share, traffic.auto_precision) == (
        1,
        pytest.approx(1 / 3),
        1,
    )
    parking = rows[registry.mandates["parkir"].name]
    assert (parking.support, parking.answered, parking.hits) == (3, 2, 1)
    assert (parking.auto, parking.auto_right) == (2, 0)
    assert parking.auto_precision == 0


def test_what_is_undefined_is_none(found: list[Outcome], registry: Registry) -> None:
    rows = {row.name: row for row in by_mandate(found, registry.mandates)}
    nothing = rows["(no answer)"]
    assert nothing.support == 0
    assert nothing.recall is nothing.top3_share is None
    assert by_mandate([], registry.mandates) == []


def test_never_answered_has_no_precision(make: Make, registry: Registry) -> None:
    rows = by_mandate([make("parkir", "lalu-lintas")], registry.mandates)
    assert rows[0].precision is rows[0].auto_share is rows[0].auto_precision is None
    assert rows[0].recall == 0


def test_supports_and_answers_both_sum_to_the_labelled_cases(
    found: list[Outcome], registry: Registry
) -> None:
    rows = by_mandate(found, registry.mandates)
    assert sum(row.support for row in rows) == sum(row.answered for row in rows) == 6


def test_confusions_are_ranked_by_count(make: Make, registry: Registry) -> None:
    pairs = [("lalu-lintas", "parkir")] * 3 + [("parkir", "lalu-lintas")] * 2
    found = [make(*pair) for pair in [*pairs, ("parkir", "parkir"), ("parkir", "parkir")]]
    first, second = confusions(found, registry.mandates, 5)
    assert (first.n, first.share, second.n, second.share) == (3, 1, 2, 0.5)
    assert first.label == second.answer == registry.mandates["lalu-lintas"].name
    assert confusions(found, registry.mandates, 1) == [first]
    assert confusions([make()], registry.mandates, 5) == []


def test_the_rows_of_the_matrix_sum_to_the_support(make: Make, registry: Registry) -> None:
    pairs = [("lalu-lintas", "parkir")] * 3 + [("parkir", "parkir"), ("drainase", "drainase")]
    found = [make(*pair) for pair in [*pairs, ("parkir", "")]]
    whole = matrix(found, registry.mandates)
    assert whole.counts.sum(axis=1).tolist() == [3, 2, 1]
    assert whole.counts[1].tolist() == [0, 1, 0, 1]  # without an answer: in the last column
    small = matrix(found, registry.mandates, 2)
    assert len(small.names) == 2
    assert registry.mandates["drainase"].name not in small.names
    assert matrix([], registry.mandates).counts.shape == (0, 1)


def test_a_desk_that_the_registry_does_not_know_goes_by_its_own_name(
    make: Make, registry: Registry
) -> None:
    odd = make("desk:satgas-kunang", "parkir", unit="Satgas Kunang")
    names = mandate_names([odd], registry.mandates)
    assert names == {
        "desk:satgas-kunang": "Satgas Kunang *",
        "parkir": registry.mandates["parkir"].name,
    }
