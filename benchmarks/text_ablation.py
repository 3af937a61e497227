"""What each step of text normalisation and each choice of features is worth to the linear model.

Run as ``python -m benchmarks.text_ablation [--shared ../shared]``. Surabaya's cases before
15 September 2022 are fitted on, those from then to the end of November are measured: both are past,
the later cases stay untouched. The classes are the main mandates of the labelled units.
"""

import argparse
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import numpy as np
from sklearn.svm import LinearSVC

import classifier.features as features
from data.cases import load_cases
from data.complaint import LabelledCase
from data.registry.registry import Registry
from data.text import normalise
from training.fit.linear import matrix

_FITTED, _MEASURED = datetime(2022, 9, 15), datetime(2022, 12, 1)
_STOP = {"yang", "di", "dan", "untuk", "ini", "itu", "saya", "kami", "dengan", "ke", "dari", "ada"}
_WORD = re.compile(r"[^\W_]+")


def main() -> None:
    """Measure every variant and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    shared = parser.parse_args().shared
    registry = Registry.from_tables()
    cases = load_cases(shared / "data" / "surabaya.csv").cases
    fitted = [c for c in cases if _before(c, _FITTED)]
    measured = [c for c in cases if not _before(c, _FITTED) and _before(c, _MEASURED)]
    print("| variant | top-1 | top-3 | features |\n|---|---|---|---|")
    for name, step, choices in _variants():
        with patch.object(features, "normalise", step):
            first, third, width = _measure(fitted, measured, registry, **choices)
        print(f"| {name} | {first:.4f} | {third:.4f} | {width:,} |", flush=True)


Step = Callable[[str], str]


def _variants() -> Sequence[tuple[str, Step, dict[str, object]]]:
    return (
        ("as built", normalise, {}),
        ("lower-case words only", _plain, {}),
        ("without the table of informal words", _without_table, {}),
        ("digits as one", _digits, {}),
        ("without stop words", _without_stop_words, {}),
        ("letter n-grams 2-5", normalise, {"sizes": (2, 5)}),
        ("letter n-grams 3-6", normalise, {"sizes": (3, 6)}),
        ("letter n-grams 3-4", normalise, {"sizes": (3, 4)}),
        ("features in 1 text or more", normalise, {"min_count": 1}),
        ("features in 3 texts or more", normalise, {"min_count": 3}),
        ("C = 0.1", normalise, {"cost": 0.1}),
        ("C = 1", normalise, {"cost": 1.0}),
    )


def _measure(
    fitted: Sequence[LabelledCase],
    measured: Sequence[LabelledCase],
    registry: Registry,
    *,
    sizes: tuple[int, int] = (3, 5),
    min_count: int = 2,
    cost: float = 0.3,
) -> tuple[float, float, int]:
    texts = [case.complaint.words for case in fitted]
    featuriser = features.build(texts, min_count=min_count, sizes=sizes)
    model = LinearSVC(C=cost, random_state=0)
    model.fit(matrix(featuriser, texts), [_mandate(case, registry) for case in fitted])
    scores = model.decision_function(matrix(featuriser, [c.complaint.words for c in measured]))
    ranked = model.classes_[np.argsort(-scores, axis=1)[:, :3]]
    truth = [_mandate(case, registry) for case in measured]
    first = np.mean([row[0] == mandate for row, mandate in zip(ranked, truth, strict=True)])
    third = np.mean([mandate in row for row, mandate in zip(ranked, truth, strict=True)])
    return float(first), float(third), featuriser.columns


def _mandate(case: LabelledCase, registry: Registry) -> str:
    unit = registry.resolve(case.unit, "35.78").unit
    return unit.mandate if unit else ""


def _before(case: LabelledCase, moment: datetime) -> bool:
    return case.complaint.created_at is not None and case.complaint.created_at < moment


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


def _without_table(text: str) -> str:
    with patch("data.text.informal_words", dict):
        return normalise(unicodedata.normalize("NFKC", text))


def _digits(text: str) -> str:
    return " ".join("0" if word.isdigit() else word for word in normalise(text).split())


def _without_stop_words(text: str) -> str:
    return " ".join(word for word in normalise(text).split() if word not in _STOP)


if __name__ == "__main__":
    main()
