"""The blend of the pooled head, a regency's own head, and what a text's category says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.local import Groups, blend, group, log_softmax
from classifier.topics import TopicTable, topic_table
from data.registry.registry import Registry

LABELS = ("jalan", "air-hujan", "taman", "ktp")
NAMES = ("jalan", "ktp", "taman")
OF = np.array([0, 0, 2, 1])  # roads and drains are one unit's there
GROUPS = Groups(OF, np.eye(3)[OF], np.array([0, 2]), NAMES)
CATEGORIES = ["Jalan", "Pohon", "Surat", "Lain"]
COUNTS = {"Pohon": {"taman": 30.0, "jalan": 2.0}, "Surat": {"ktp": 40.0, "unknown": 9.0}}


def scores_of(category: str) -> np.ndarray:
    """Scores of the category head for a text that is plainly of one category, shape (1, 4)."""
    return np.array([[9.0 if name == category else -9.0 for name in CATEGORIES]], dtype=np.float32)


@pytest.fixture
def table() -> TopicTable:
    return topic_table(COUNTS, CATEGORIES, GROUPS)


def test_only_the_regencys_own_categories_count(table: TopicTable) -> None:
    assert [CATEGORIES[column] for column in table.columns] == ["Pohon", "Surat"]
    assert table.groups.shape == (2, 3)


def test_the_shares_of_a_category_are_its_cases_and_sum_to_one(table: TopicTable) -> None:
    np.testing.assert_allclose(table.groups.sum(axis=1), 1)
    shares = dict(zip(NAMES, table.groups[0], strict=True))
    assert shares["taman"] == pytest.approx((30 + 2 * 30 / 72) / 34)
    assert 0 < shares["ktp"] < 0.05  # smoothed towards the regency's mean
    assert table.groups[1].argmax() == NAMES.index("ktp")


def test_a_category_with_few_cases_stays_near_the_mean() -> None:
    counts = {"Pohon": {"taman": 1.0}, "Surat": {"ktp": 400.0}}
    few, many = topic_table(counts, CATEGORIES, GROUPS).groups
    assert few[NAMES.index("ktp")] > 0.6
    assert many[NAMES.index("ktp")] > 0.99


@pytest.mark.parametrize(("category", "mandate"), [("Pohon", "taman"), ("Surat", "ktp")])
def test_a_plain_category_speaks_for_its_group(
    table: TopicTable, category: str, mandate: str
) -> None:
    shares = np.exp(table.log_shares(scores_of(category), 1.0))
    assert shares.shape == (1, 3)
    assert NAMES[int(shares[0].argmax())] == mandate
    assert shares[0].max() > 0.8


@given(st.lists(st.floats(-3, 3), min_size=4, max_size=4), st.floats(0.5, 4))
def test_shares_are_mixed_by_the_categories_probabilities(
    scores: list[float], temperature: float
) -> None:
    table = topic_table(COUNTS, CATEGORIES, GROUPS)
    shares = np.exp(table.log_shares(np.array([scores], dtype=np.float32), temperature))[0]
    assert shares.sum() == pytest.approx(1, abs=1e-3)
    low, high = table.groups.min(axis=0), table.groups.max(axis=0)
    assert (shares >= low - 1e-6).all()
    assert (shares <= high + 1e-3).all()


# -- the blend


POOLED = log_softmax(np.array([[2.0, 1.0, 0.5, -1.0], [0.1, 0.3, -2.0, 2.0]]))
LOCAL = np.array([[0.2, 1.5], [-1.0, 0.3]], dtype=np.float32)
TOPIC = log_softmax(np.array([[0.1, 2.0, 0.3], [1.0, 0.0, 3.0]]))


@given(st.floats(0, 1), st.floats(0.5, 4), st.none() | st.floats(0, 1).map(lambda w: (TOPIC, w)))
def test_a_blend_gives_probabilities_that_sum_to_one(
    share: float, temperature: float, topic: tuple[np.ndarray, float] | None
) -> None:
    found = np.exp(blend(POOLED, LOCAL, GROUPS, temperature, share, topic))
    assert found.shape == POOLED.shape
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_without_weight_the_pooled_head_stays() -> None:
    np.testing.assert_allclose(blend(POOLED, LOCAL, GROUPS, 2.0, 0.0), POOLED, atol=1e-9)
    np.testing.assert_allclose(
        blend(POOLED, LOCAL, GROUPS, 2.0, 0.4, (TOPIC, 0.0)),
        blend(POOLED, LOCAL, GROUPS, 2.0, 0.4),
        atol=1e-9,
    )


def test_the_whole_weight_gives_the_groups_as_the_topics_have_them() -> None:
    found = np.exp(blend(POOLED, LOCAL, GROUPS, 2.0, 0.4, (TOPIC, 1.0)))
    np.testing.assert_allclose(found @ GROUPS.member, np.exp(TOPIC), atol=1e-6)


def test_within_a_group_the_pooled_head_divides() -> None:
    found = blend(POOLED, LOCAL, GROUPS, 2.0, 0.7, (TOPIC, 0.5))
    np.testing.assert_allclose(found[:, 0] - found[:, 1], POOLED[:, 0] - POOLED[:, 1])


def test_mandates_that_one_unit_serves_are_one_group(registry: Registry) -> None:
    """In Surabaya one unit answers for roads and drainage."""
    labels = sorted(registry.mandates)
    unit = next(iter(registry.units("jalan", "regency", "35.78")))
    served = [mandate for mandate in unit.serves if mandate in labels]
    found = group(registry, "35.78", [*labels, "desk:balai"], [unit.mandate, "desk:balai"])
    assert len({int(found.of[labels.index(mandate)]) for mandate in served}) == 1
    assert found.names[int(found.of[-1])] == "desk:balai"
    assert [found.names[column] for column in found.columns] == [unit.mandate, "desk:balai"]
    assert (found.member.sum(axis=1) == 1).all()
