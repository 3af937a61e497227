"""The contract of text models: one suite over every backend that can be trained."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from classifier.features import build
from classifier.models.base import BACKENDS, TextModel, load_model
from classifier.models.linear import Head, LinearModel, logits
from classifier.models.neighbours import Neighbours
from data.errors import PintuError

TEXTS = (
    "lampu jalan padam",
    "jalan berlubang dekat pasar",
    "sampah menumpuk dan bau",
    "",
    "kata yang tidak dikenal",
    "lampu jalan padam",
)
WIDTHS = {"mandate": 5, "level": 3, "category": 4}


def make_linear() -> TextModel:
    """A linear model with random weights, a head on words alone and neighbours."""
    featuriser = build([text for text in TEXTS if text], min_count=1)
    random = np.random.default_rng(5)
    rows = {"mandate": featuriser.columns, "level": featuriser.columns}
    heads = {
        name: Head(
            random.normal(size=(rows.get(name, len(featuriser.words)), width)).astype(np.float16),
            random.normal(size=width).astype(np.float32),
        )
        for name, width in WIDTHS.items()
    }
    cases = Neighbours(
        starts=np.arange(len(featuriser.words) + 1, dtype=np.int32),
        cases=random.integers(0, 6, len(featuriser.words)).astype(np.int32),
        values=random.random(len(featuriser.words)).astype(np.float32),
        units=np.array([0, 1, 0, 2, 1, 1], np.int32),
        classes=3,
    )
    return LinearModel(featuriser, heads, cases)


MAKERS: Mapping[str, Callable[[], TextModel]] = {"linear": make_linear}


def test_every_backend_is_under_contract() -> None:
    assert set(MAKERS) == set(BACKENDS)


@pytest.fixture(params=sorted(MAKERS), scope="module")
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def model(backend: str) -> TextModel:
    return MAKERS[backend]()


@pytest.fixture
def stored(model: TextModel, tmp_path: Path) -> Path:
    model.save(tmp_path)
    return tmp_path


def test_each_head_has_a_row_a_text(model: TextModel) -> None:
    scores = model.scores(TEXTS)
    for name, width in WIDTHS.items():
        assert scores[name].shape == (len(TEXTS), width)
    for values in scores.values():
        assert values.dtype == np.float32
        assert np.isfinite(values).all()


def test_no_text_gives_no_rows_and_all_columns(model: TextModel) -> None:
    some, none = model.scores(TEXTS), model.scores([])
    assert {name: (0, values.shape[1]) for name, values in some.items()} == {
        name: values.shape for name, values in none.items()
    }


def test_a_batch_scores_as_each_text_alone(model: TextModel) -> None:
    together = model.scores(TEXTS)
    for position, text in enumerate(TEXTS):
        for name, values in model.scores([text]).items():
            np.testing.assert_allclose(values[0], together[name][position], rtol=0, atol=1e-5)


def test_rows_follow_the_order_of_the_texts(model: TextModel) -> None:
    forward, backward = model.scores(TEXTS), model.scores(TEXTS[::-1])
    for name, values in forward.items():
        np.testing.assert_allclose(values[::-1], backward[name], rtol=0, atol=1e-5)
        assert not np.allclose(values[0], values[1])


def test_the_same_texts_score_the_same_again(model: TextModel, backend: str) -> None:
    again = MAKERS[backend]().scores(TEXTS)
    for first in (model.scores(TEXTS), model.scores(list(TEXTS))):
        for name, values in first.items():
            np.testing.assert_array_equal(values, again[name])


def test_odd_texts_are_no_error(model: TextModel) -> None:
    odd = ["😀" * 50, "\x00", "a" * 20_000, "lampu " * 4_000, "١٢٣ 中文"]
    for values in model.scores(odd).values():
        assert len(values) == len(odd)
        assert np.isfinite(values).all()


def test_what_is_loaded_scores_like_what_was_saved(
    model: TextModel, stored: Path, backend: str
) -> None:
    loaded = load_model(backend, stored)
    expected, found = model.scores(TEXTS), loaded.scores(TEXTS)
    assert set(found) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=0, atol=1e-5)


def test_saving_what_was_loaded_writes_the_same_bytes(
    stored: Path, backend: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    second = tmp_path_factory.mktemp("again")
    load_model(backend, stored).save(second)
    names = sorted(path.name for path in stored.iterdir())
    assert names == sorted(path.name for path in second.iterdir())
    for name in names:
        assert (second / name).read_bytes() == (stored / name).read_bytes()


def test_a_damaged_file_is_an_error_and_never_another_model(stored: Path, backend: str) -> None:
    for path in sorted(stored.iterdir()):
        whole = path.read_bytes()
        for damaged in (b"", whole[: len(whole) // 2], b"\xff" * 64):
            path.write_bytes(damaged)
            with pytest.raises(Exception):  # noqa: B017, PT011 (libraries' own; see test_bundle)
                load_model(backend, stored)
        path.write_bytes(whole)
    load_model(backend, stored)


def test_nothing_is_stored_that_runs_when_read(stored: Path) -> None:
    for path in stored.rglob("*"):
        assert path.suffix in {".json", ".jsonl", ".npz", ".safetensors", ".onnx", ".txt"}
        assert not path.read_bytes().startswith(b"\x80")


def test_an_unknown_backend_is_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(PintuError, match=r"'tarot'.*linear"):
        load_model("tarot", tmp_path)


# -- the linear model's own


def test_logits_keep_the_order_of_the_margins() -> None:
    margins = np.linspace(-0.9, 3, 40).astype(np.float32)
    found = logits(margins)
    assert (np.diff(found) > 0).all()
    assert np.isfinite(logits(np.array([-1e6, -1.0, 1e6], np.float32))).all()


def test_scores_are_logits_of_weights_times_features_plus_bias() -> None:
    featuriser = build(["lampu padam", "jalan rusak"], min_count=1)
    weights = np.zeros((featuriser.columns, 2), np.float16)
    weights[featuriser.words["lampu"], 0] = 2
    model = LinearModel(featuriser, {"mandate": Head(weights, np.array([0.5, -1], np.float32))})
    columns, values = featuriser.row("lampu padam")
    share = values[list(columns).index(featuriser.words["lampu"])]
    scores = model.scores(["lampu padam", "jalan rusak", ""])["mandate"]
    margins = np.array([[0.5 + 2 * share, -1], [0.5, -1], [0.5, -1]], np.float32)
    np.testing.assert_allclose(scores, logits(margins), atol=1e-6)


def test_a_head_on_words_reads_no_letters() -> None:
    featuriser = build(["lampu padam", "jalan rusak"], min_count=1)
    head = Head(np.ones((len(featuriser.words), 1), np.float16), np.zeros(1, np.float32))
    scores = LinearModel(featuriser, {"category": head}).scores(["lampux", "lampu"])["category"]
    assert scores[0] == logits(np.zeros(1, np.float32))  # shares letters alone
    assert scores[1] > scores[0]


def test_a_model_without_neighbours_has_no_head_for_them(tmp_path: Path) -> None:
    featuriser = build(["lampu padam"], min_count=1)
    head = Head(np.zeros((featuriser.columns, 2), np.float16), np.zeros(2, np.float32))
    LinearModel(featuriser, {"mandate": head}).save(tmp_path)
    assert set(load_model("linear", tmp_path).scores(["lampu"])) == {"mandate"}


def test_the_vocabulary_is_plain_json(stored: Path) -> None:
    vocabulary = json.loads((stored / "vocabulary.json").read_text(encoding="utf-8"))
    assert "lampu" in vocabulary["words"]
