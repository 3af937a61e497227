"""Whether a complaint tells of danger to life or limb, which danger, and the words that say so.

Two parts decide together: a linear model over words, letters and concepts gives a margin, a
written sign ("classifier.signs") adds a fixed bonus to it, and the lack of any word of harm takes
from it. On the written examples the sum found more at the same share of false flags than either
part, or than flagging wherever one of them did.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from classifier.alignment import Word, align
from classifier.features import MAX_WORDS
from classifier.models.linear import Contrast, LinearModel
from classifier.signs import Hit, Sign, SignFinder
from data.text import normalise
from data.urgency import DangerTable

URGENT, DANGER = "urgent", "danger"
SIGN_BONUS = 0.25  # what a sign adds to the margins; 0.2 to 0.3 found most by cross-validation
HARMLESS = 0.3  # what the lack of any concept of harm takes from it: found 1 % more of the urgent
_MOST_SPANS = 5  # spans of the learnt part
_SLIGHT = 0.25  # share of the strongest contribution below which a word is not listed
_SHORTEST = 3  # characters of a word that is shown: a number or particle explains nothing
_CONCEPTS, _FACTS = "concepts.safetensors", "urgency.json"


@dataclass(frozen=True, slots=True)
class Urgency:
    """A danger to life or limb of which a complaint tells.

    Attributes:
        danger: id of the kind of danger.
        name: its Indonesian name.
        number: the emergency number to call.
        message: one Indonesian sentence that names the number.
        spans: (start, end, text) of the words that say so, in the order of the text.
        score: how far the complaint lies above the threshold, 0 or more; no probability.
    """

    danger: str
    name: str
    number: str
    message: str
    spans: tuple[tuple[int, int, str], ...]
    score: float

    def to_row(self) -> dict[str, Any]:
        """The urgency as plain JSON values."""
        return {
            "danger": self.danger,
            "name": self.name,
            "number": self.number,
            "message": self.message,
            "spans": [{"start": s, "end": e, "text": text} for s, e, text in self.spans],
            "score": round(self.score, 4),
        }


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text as the detector reads it: its row, concepts, and how far it lies above the threshold.

    Signs are sought only where they can make the difference.
    """

    columns: NDArray[np.int32]
    values: NDArray[np.float32]
    hits: Mapping[str, Sequence[Hit]]
    present: list[int]
    signs: Sequence[Sign]
    score: float


class UrgencyDetector:
    """Finds danger to life or limb. Finding changes nothing but memories of words: it may be
    shared among threads.

    Args:
        table: the concepts, signs and dangers.
        model: with a head "urgent" of one class and a head "danger" of one class a danger.
        concepts: weights of concepts and pairs of them, shape (c, c, 1 + dangers): that of the
            concept itself where both numbers are the same, of a pair where the first is lower.
        threshold: margin, signs included, from which a complaint is flagged.
    """

    def __init__(
        self,
        table: DangerTable,
        model: LinearModel,
        concepts: NDArray[np.float32],
        threshold: float,
    ) -> None:
        self.table, self.threshold = table, threshold
        self._model, self._concepts = model, concepts
        self._finder = SignFinder(table)
        self._numbers = {f"{{{name}}}": i for i, name in enumerate(table.concepts)}
        self._harm = {f"{{{name}}}" for name in table.harm}
        self._places = {danger.id: i for i, danger in enumerate(table.dangers)}
        head = model.heads[URGENT]  # read for every text: one column, kept side by side
        self._urgent = head.weights[:, 0].astype(np.float32)
        self._bias = float(head.bias[0])
        self._pairs = np.ascontiguousarray(concepts[:, :, 0])

    def find(self, text: str) -> Urgency | None:
        """The danger of which a text tells, or None.

        Args:
            text: ``Complaint.words``, to which the spans refer.
        """
        reading = self._read(text)
        if reading.score < 0:
            return None
        margins = self._margins(DANGER, reading.columns, reading.values)
        margins += self._among(reading.present)[:, :, 1:].sum(axis=(0, 1))
        for name in {sign.danger for sign in reading.signs}:
            margins[self._places[name]] += SIGN_BONUS
        danger = self.table.dangers[int(np.argmax(margins))]
        spans = self._spans(text, reading)
        return Urgency(danger.id, danger.name, danger.number, danger.message, spans, reading.score)

    def score(self, text: str) -> float:
        """How far a text lies above the threshold; below 0 where it is not flagged."""
        return self._read(text).score

    def evidence(self, text: str) -> tuple[dict[tuple[int, int], float], float]:
        """How each word moves the margin of the learnt part: (start, end) → contribution, and the
        margin without any word. Exact: bias and contributions sum to the margin."""
        return self._evidence(text, align(text)[:MAX_WORDS], self._read(text))

    def save(self, folder: Path) -> None:
        """Write the detector to a new folder: weights (safetensors), vocabulary, table (JSON)."""
        folder.mkdir(parents=True)
        self._model.save(folder)
        save_file({"weights": self._concepts}, folder / _CONCEPTS)
        facts = {"threshold": self.threshold, "table": self.table.to_row()}
        (folder / _FACTS).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "UrgencyDetector":
        """Read what ``save`` wrote."""
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        return cls(
            table=DangerTable.from_row(facts["table"]),
            model=LinearModel.load(folder),
            concepts=load_file(folder / _CONCEPTS)["weights"],
            threshold=facts["threshold"],
        )

    def _read(self, text: str) -> _Reading:
        hits = self._finder.hits(normalise(text).split()[:MAX_WORDS])
        present = concepts_in(hits, self._numbers)
        columns, values = self._model.featuriser.row(text)
        score = float(values @ self._urgent.take(columns)) + self._bias - self.threshold
        if present:
            score += float(self._pairs[present][:, present].sum())
        score -= 0.0 if self._harm.intersection(hits) else HARMLESS
        signs = self._finder.signs(hits) if score + SIGN_BONUS >= 0 else []
        score += SIGN_BONUS if signs else 0.0
        return _Reading(columns, values, hits, present, signs, score)

    def _margins(
        self, name: str, columns: NDArray[np.int32], values: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        return self._model.heads[name].margins(columns, values)

    def _among(self, present: Sequence[int]) -> NDArray[np.float32]:
        """The weights of some concepts and of their pairs, shape (k, k, 1 + dangers)."""
        return self._concepts[np.ix_(present, present)]

    def _evidence(
        self, text: str, words: Sequence[Word], reading: _Reading
    ) -> tuple[dict[tuple[int, int], float], float]:
        learnt = self._model.evidence(text, [Contrast(URGENT, 0, None)])
        spans = dict(learnt.spans)
        names = list(self._numbers)
        weights = self._among(reading.present)[:, :, 0].astype(np.float64)
        alone = np.diag(np.diag(weights))
        pairs = weights - alone
        sums = alone.sum(axis=0) + (pairs.sum(axis=0) + pairs.sum(axis=1)) / 2
        for number, total in zip(reading.present, sums.tolist(), strict=True):
            places = reading.hits[names[number]]
            for start, end in places:
                for word in words[start:end]:
                    span = word.start, word.end
                    spans[span] += total / len(places) / (end - start)
        return spans, learnt.bias

    def _spans(self, text: str, reading: _Reading) -> tuple[tuple[int, int, str], ...]:
        """The words of the signs and the strongest of the learnt part, neighbours joined."""
        words = align(text)[:MAX_WORDS]
        contributions, _ = self._evidence(text, words, reading)
        ranked = sorted(contributions.items(), key=lambda item: (-item[1], item[0]))
        least = _SLIGHT * max(ranked[0][1], 0.0) if ranked else 0.0
        chosen = {
            (start, end)
            for (start, end), weight in ranked[:_MOST_SPANS]
            if weight > 0 and weight >= least and end - start >= _SHORTEST
        }
        for sign in reading.signs:
            for start, end in sign.hits:
                chosen.update((word.start, word.end) for word in words[start:end])
        joined: list[tuple[int, int]] = []
        for start, end in sorted(chosen):
            if joined and not text[joined[-1][1] : start].strip():
                joined[-1] = joined[-1][0], max(end, joined[-1][1])
            else:
                joined.append((start, end))
        return tuple((start, end, text[start:end]) for start, end in joined)


def concepts_in(hits: Mapping[str, Sequence[Hit]], numbers: Mapping[str, int]) -> list[int]:
    """The numbers of the concepts ("{name}") among some hits, ascending."""
    return sorted(numbers[term] for term in hits if term in numbers)
