"""Similar earlier cases: found by shared words, shown masked."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.errors import BundleError
from classifier.features import Featuriser, build
from classifier.postings import strongest
from classifier.similar import SHOWN, CaseIndex, EarlierCase

TEXTS = (
    "lampu jalan padam di depan pasar",
    "lampu taman padam sejak kemarin",
    "sampah menumpuk di pasar",
    "kartu keluarga hilang",
    "",
)


def index(featuriser: Featuriser, texts: tuple[str, ...] | list[str]) -> CaseIndex:
    cases = [EarlierCase(f"k{i}", f"33.74/{i}", f"Dinas {i}", t) for i, t in enumerate(texts)]
    return CaseIndex.build(featuriser.rows(texts), len(featuriser.words), cases)


@pytest.fixture(scope="module")
def featuriser() -> Featuriser:
    return build(TEXTS, min_count=1)


@pytest.fixture(scope="module")
def cases(featuriser: Featuriser) -> CaseIndex:
    return index(featuriser, TEXTS)


def vector(featuriser: Featuriser, text: str) -> np.ndarray:
    row = np.zeros(featuriser.columns)
    columns, values = featuriser.row(text)
    row[columns] = values
    return row[: len(featuriser.words)]


@pytest.mark.parametrize("text", ["lampu padam di pasar", "kartu hilang", TEXTS[2]])
def test_the_nearest_are_those_of_the_largest_cosine(
    cases: CaseIndex, featuriser: Featuriser, text: str
) -> None:
    cosines = [float(vector(featuriser, text) @ vector(featuriser, case)) for case in TEXTS]
    expected = sorted(((c, -i) for i, c in enumerate(cosines) if c > 0), reverse=True)
    found = cases.nearest(*featuriser.row(text), k=9)
    assert [i for i, _ in found] == [-i for _, i in expected]
    assert [c for _, c in found] == pytest.approx([c for c, _ in expected], abs=2e-3)
    assert cases.closest(*featuriser.row(text)) == found[0][1]


def test_a_case_is_most_similar_to_itself_and_k_limits(
    cases: CaseIndex, featuriser: Featuriser
) -> None:
    found = cases.nearest(*featuriser.row(TEXTS[1]), k=2)
    assert [position for position, _ in found] == [1, 0]
    assert found[0][1] == pytest.approx(1, abs=2e-3)
    assert found[0][1] <= 1


@pytest.mark.parametrize("text", ["", "zzz qqq", "lampux"])
def test_without_a_shared_word_no_case_is_similar(
    cases: CaseIndex, featuriser: Featuriser, text: str
) -> None:
    assert cases.nearest(*featuriser.row(text)) == []
    assert cases.closest(*featuriser.row(text)) == 0.0


def test_an_index_of_no_case_answers(featuriser: Featuriser, tmp_path: Path) -> None:
    none = index(featuriser, [])
    none.save(tmp_path)
    for cases in (none, CaseIndex.load(tmp_path)):
        assert len(cases) == 0
        assert cases.nearest(*featuriser.row("lampu")) == []
        assert cases.closest(*featuriser.row("lampu")) == 0.0


def test_a_word_that_most_cases_hold_is_not_compared() -> None:
    texts = [f"mohon nomor{i} nomor{i}x" for i in range(150)]
    featuriser = build(texts, min_count=1)
    cases = index(featuriser, texts)
    assert cases.closest(*featuriser.row("mohon")) == 0.0
    ((position, cosine),) = cases.nearest(*featuriser.row("mohon nomor7"))
    assert position == 7
    # nomor7, nomor7x and two pairs are compared of the case; nomor7 and one pair of the text
    assert cosine == pytest.approx(np.sqrt(1 / 2), abs=2e-3)


def test_cases_are_stored_masked_and_cut(featuriser: Featuriser, tmp_path: Path) -> None:
    number = "081234567890"
    straddling = "a" * (SHOWN - 10) + f" wa {number} " + "b" * 50
    cases = index(featuriser, [f"lampu padam, hubungi {number}", straddling])
    cases.save(tmp_path)
    assert cases.case(0).text == "lampu padam, hubungi [TELEPON]"
    assert len(cases.case(1).text) <= SHOWN
    assert cases.case(1).text.endswith("…")
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"0812" not in stored


def test_what_is_loaded_is_what_was_saved(
    cases: CaseIndex, featuriser: Featuriser, tmp_path: Path
) -> None:
    cases.save(tmp_path)
    loaded = CaseIndex.load(tmp_path)
    row = featuriser.row("lampu padam di pasar")
    assert loaded.nearest(*row) == cases.nearest(*row)
    assert [loaded.case(i) for i in range(len(loaded))] == [
        EarlierCase(f"k{i}", f"33.74/{i}", f"Dinas {i}", text) for i, text in enumerate(TEXTS)
    ]


def test_cases_that_are_missing_are_an_error(cases: CaseIndex, tmp_path: Path) -> None:
    cases.save(tmp_path)
    lines = (tmp_path / "cases.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "cases.jsonl").write_bytes(b"".join(lines[:2]))
    with pytest.raises(BundleError, match="copy the bundle again"):
        CaseIndex.load(tmp_path)


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), max_size=30), st.integers(0, 12))
def test_the_strongest_are_those_of_a_stable_sort(values: list[float], most: int) -> None:
    array = np.array(values, np.float32)
    expected = np.argsort(-array, kind="stable")[:most]
    np.testing.assert_array_equal(strongest(array, most), expected)
