"""Explanations: contributions that add up, on the words as they were written."""

import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.explain import LocalHead, contrasts, explain
from classifier.features import MAX_WORDS, build
from classifier.local import Groups
from classifier.models.linear import Contrast, Head, LinearModel
from classifier.recommendation import Mention
from classifier.similar import CaseIndex, EarlierCase

TEXTS = (
    "lampu jalan padam di depan pasar",
    "sampah menumpuk dan bau sekali",
    "kartu keluarga hilang",
    "jalan rusak banjir sampai lutut",
)
LABELS = ("jalan", "persampahan", "kependudukan", "drainase")
LOCAL = "mandate@33.74"
# "jalan" and "drainase" are one unit's; the local head does not know "kependudukan".
GROUPS = Groups(np.array([0, 1, 2, 0]), np.eye(3)[[0, 1, 2, 0]], np.array([1, 0]), LABELS[:3])
RULE = {
    "id": "pju", "topic": "Lampu jalan", "level": "regency", "articles": ("UU 23/2014",),
    "because": "Lampu jalan diurus kota.", "start": 0, "end": 5,
}  # fmt: skip


def make() -> LinearModel:
    featuriser = build(TEXTS, min_count=1)
    random = np.random.default_rng(11)

    def head(rows: int, classes: int) -> Head:
        weights = random.normal(size=(rows, classes)).astype(np.float16)
        return Head(weights, random.normal(size=classes).astype(np.float32))

    words = len(featuriser.words)
    heads = {"mandate": head(featuriser.columns, 4), LOCAL: head(words, 2)}
    return LinearModel(featuriser, heads)


MODEL = make()
texts = st.lists(
    st.sampled_from([*" ".join(TEXTS).split(), "PJU", "jlnnn", "BanjirSampai", "Pasar,", "zz"])
    | st.text(max_size=5),
    max_size=30,
).map(" ".join)


def margins(head: str, text: str) -> np.ndarray:
    """The signed distances, computed without sparse rows."""
    columns, values = MODEL.featuriser.row(text)
    row = np.zeros(MODEL.featuriser.columns)
    row[columns] = values
    weights = MODEL.heads[head].weights.astype(np.float64)
    return row[: len(weights)] @ weights + MODEL.heads[head].bias


@given(texts, st.floats(0, 1))
def test_bias_and_words_sum_to_the_difference_of_the_margins(text: str, share: float) -> None:
    found = MODEL.evidence(
        text, [Contrast("mandate", 0, 1, 1 - share), Contrast(LOCAL, 1, 0, share)]
    )
    pooled, local = margins("mandate", text), margins(LOCAL, text)
    expected = (1 - share) * (pooled[0] - pooled[1]) + share * (local[1] - local[0])
    assert found.bias + sum(found.spans.values()) == pytest.approx(expected, abs=1e-6)


@given(texts)
def test_without_a_second_class_they_sum_to_the_margin_itself(text: str) -> None:
    found = MODEL.evidence(text, [Contrast("mandate", 2, None)])
    total = found.bias + sum(found.spans.values())
    assert total == pytest.approx(margins("mandate", text)[2], abs=1e-6)


def test_a_pair_counts_half_for_each_of_its_words() -> None:
    featuriser = build(["lampu padam"], min_count=1)
    weights = np.zeros((featuriser.columns, 2), np.float16)
    weights[featuriser.words["lampu padam"], 0] = 1.0
    model = LinearModel(featuriser, {"mandate": Head(weights, np.zeros(2, np.float32))})
    spans = model.evidence("Lampu, padam", [Contrast("mandate", 0, 1)]).spans
    assert list(spans) == [(0, 5), (7, 12)]
    assert spans[0, 5] == spans[7, 12] > 0


def test_a_word_that_stands_twice_shares_its_contribution() -> None:
    featuriser = build(["lampu"], min_count=1)
    weights = np.ones((featuriser.columns, 2), np.float16) * np.array([1, 0], np.float16)
    model = LinearModel(featuriser, {"mandate": Head(weights, np.zeros(2, np.float32))})
    spans = model.evidence("lampu x lampu", [Contrast("mandate", 0, 1)]).spans
    assert spans[0, 5] == spans[8, 13] > 0
    assert spans[6, 7] == 0


def test_words_beyond_those_that_are_read_have_no_span() -> None:
    text = "pasar " * MAX_WORDS + "sampah"
    spans = MODEL.evidence(text, [Contrast("mandate", 0, 1)]).spans
    assert len(spans) == MAX_WORDS
    assert max(end for _, end in spans) < text.index("sampah")


@pytest.mark.parametrize(
    ("top", "runner_up", "expected"),
    [
        ("jalan", "persampahan", [("mandate", 0, 1, 0.7), (LOCAL, 1, 0, 0.3)]),
        ("persampahan", "drainase", [("mandate", 1, 3, 0.7), (LOCAL, 0, 1, 0.3)]),
        ("jalan", "drainase", [("mandate", 0, 3, 1.0)]),  # one unit's
        ("jalan", "kependudukan", [("mandate", 0, 2, 1.0)]),  # not known there
        ("jalan", "", [("mandate", 0, None, 1.0)]),
    ],
)
def test_a_regencys_head_has_its_share_where_it_tells_the_two_apart(
    top: str, runner_up: str, expected: Sequence[tuple[str, int, int | None, float]]
) -> None:
    found = contrasts(LABELS, top, runner_up, LocalHead(LOCAL, GROUPS, 0.3))
    assert [(c.head, c.label, c.against, round(c.weight, 6)) for c in found] == expected


def test_an_explanation_adds_up_and_quotes_the_text() -> None:
    text = "Sampah menumpuk di depan pasar, PJU padam, kartu hilang, bau sekali"
    found = explain(text, [("jalan", 0.6), ("persampahan", 0.3)], model=MODEL, labels=LABELS)
    assert (found.top, found.runner_up) == ("jalan", "persampahan")
    total = sum(word.weight for word in found.words) + found.rest + found.bias
    pooled = margins("mandate", text)
    assert total == pytest.approx(pooled[0] - pooled[1], abs=1e-6)
    assert found.words
    assert all(text[word.start : word.end] == word.text for word in found.words)
    sizes = [abs(word.weight) for word in found.words]
    assert sizes == sorted(sizes, reverse=True)


def test_at_most_eight_words_are_listed_for_each_side() -> None:
    text = " ".join(TEXTS * 2)
    words = explain(text, [("jalan", 0.6), ("drainase", 0.3)], model=MODEL, labels=LABELS).words
    assert 0 < sum(word.weight > 0 for word in words) <= 8
    assert 0 < sum(word.weight < 0 for word in words) <= 8


def test_similar_cases_are_listed_once_for_each_text_and_unit() -> None:
    stored = [TEXTS[0]] * 7 + ["lampu jalan padam"]
    cases = CaseIndex.build(
        MODEL.featuriser.rows(stored),
        len(MODEL.featuriser.words),
        [EarlierCase(f"k{i}", "33.74/pju", "Dinas PU", text) for i, text in enumerate(stored)],
    )
    mandates = [("jalan", 0.9)]
    found = explain(TEXTS[0], mandates, model=MODEL, labels=LABELS, cases=cases).similar
    assert [(case.id, case.text) for case in found] == [("k0", TEXTS[0]), ("k7", stored[7])]
    assert found[0].similarity > found[1].similarity


def test_a_text_without_words_is_explained_by_the_bias() -> None:
    found = explain("", [("jalan", 0.6), ("drainase", 0.4)], model=MODEL, labels=LABELS)
    assert found.words == ()
    assert found.rest == 0
    assert found.bias == pytest.approx(float(margins("mandate", "")[[0, 3]] @ [1, -1]))


def test_without_mandates_places_and_rules_are_still_told() -> None:
    place = Mention(0, 5, "lampu", (("33.74", 0.8), ("33", 0.1)))
    found = explain("lampu", [], model=MODEL, labels=LABELS, places=[place], rules=[RULE])
    row = json.loads(json.dumps(found.to_row()))
    assert row == {
        "top": "",
        "runner_up": "",
        "words": [],
        "rest": 0.0,
        "bias": 0.0,
        "places": [
            {"start": 0, "end": 5, "text": "lampu", "region_code": "33.74", "probability": 0.8}
        ],
        "rules": [{**RULE, "articles": ["UU 23/2014"]}],
        "similar": [],
    }


def test_a_row_is_plain_json() -> None:
    found = explain(TEXTS[0], [("jalan", 0.6), ("drainase", 0.3)], model=MODEL, labels=LABELS)
    row = found.to_row()
    assert json.loads(json.dumps(row)) == row
    assert row["words"][0].keys() == {"start", "end", "text", "weight"}
