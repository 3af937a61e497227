"""The baseline: TF-IDF of words and letters, a linear SVM over unit names as they are written."""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_union
from sklearn.svm import LinearSVC

from data.complaint import LabelledCase
from evaluation.metrics import macro_f1


def flat_baseline(past: Sequence[LabelledCase], later: Sequence[LabelledCase]) -> dict[str, float]:
    """top1, top3 and macro_f1 of the flat model on the later cases."""
    vectoriser = make_union(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True),
    )
    x = vectoriser.fit_transform([case.complaint.words for case in past])
    model = LinearSVC().fit(x, [case.unit for case in past])
    scores = model.decision_function(vectoriser.transform([c.complaint.words for c in later]))
    order = np.argsort(-scores, axis=1)[:, :3]
    truth = [case.unit for case in later]
    names = model.classes_[order]
    return {
        "top1": float(np.mean([row[0] == unit for row, unit in zip(names, truth, strict=True)])),
        "top3": float(np.mean([unit in row for row, unit in zip(names, truth, strict=True)])),
        "macro_f1": macro_f1(truth, [str(row[0]) for row in names]),
    }
