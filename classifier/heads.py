"""Reads the text model's scores: probabilities of mandates, kinds, categories and units."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.bundle import Bundle
from classifier.desks import Wording
from classifier.explain import LocalHead
from classifier.jurisdiction import NAMED, PLACED, Place
from classifier.local import blend, group, log_softmax, softmax
from classifier.models.linear import LinearModel
from classifier.topics import topic_table
from data.registry.units import Unit
from data.text import normalise

_LEAST = 1e-3  # probability below which a mandate or a neighbour's unit is not followed
_MOST = 24  # mandates followed at most
_UNUSUAL = 2e-3  # probability of a category that no case of the mandate has carried
_FEW_WORDS = 3  # words from which a text can be called unlike all others
_KNOWN_WORDS = 0.4  # share of words that stand in training cases, below which it is
_UNPLACED = ("desk", "near")  # heads that speak only where neither field nor door tells the place
_LOCAL_LEVELS = {"regency", "district", "village"}

CaseScores = Mapping[str, NDArray[np.float32]]
Ranked = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class _Scheme:
    """The categories that are in use in one region.

    Attributes:
        columns: their columns in the category head, shape (n,).
        labels: their names.
        rows: mandate → its row in ``usual``.
        usual: how often cases of each mandate carried each category, shape (mandates, n).
    """

    columns: NDArray[np.int64]
    labels: Sequence[str]
    rows: Mapping[str, int]
    usual: NDArray[np.float64]


class HeadReader:
    """Turns one case's scores, head by head, into probabilities over the bundle's labels."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._registry = bundle.registry
        self._labels = list(bundle.labels["mandate"])
        self._away = np.array([self._is_away(label) for label in self._labels])
        self._groups = {
            region: group(bundle.registry, region, self._labels, labels)
            for head, labels in bundle.labels.items()
            if (region := head.removeprefix("mandate@")) != head
        }
        self._desk_units = [bundle.desks.units[u] for u in bundle.labels.get("desk", ())]
        self._near_units = [bundle.desks.units[u] for u in bundle.labels.get("near", ())]
        self._desks = _by_mandate(self._desk_units)
        categories = list(bundle.labels.get("category", ()))
        self._schemes = {
            region: _scheme(categories, set(known), bundle.categories)
            for region, known in bundle.schemes.items()
        }
        self._topics = {
            region: topic_table(counts, categories, self._groups[region])
            for region, counts in bundle.topics.items()
        }

    def wanted(self, place: Place) -> list[str]:
        """The heads that are read for a place: units by their wording only where none is told."""
        placed = place.context == PLACED
        return [head for head in self.bundle.labels if not placed or head not in _UNPLACED]

    def mandate_probabilities(self, scores: CaseScores, place: Place) -> NDArray[np.float64]:
        """P(mandate label) of one case, shape (labels,), from its scores and where it belongs."""
        settings = self.bundle.settings
        logits = log_softmax(scores["mandate"].astype(np.float64) * settings.temperature)
        regency = place.likeliest
        if regency in settings.local:
            temperature, share = settings.local[regency]
            local = scores[f"mandate@{regency}"][None]
            topic = self._topic(scores, regency)
            groups = self._groups[regency]
            logits = blend(logits[None], local, groups, temperature, share, topic)[0]
        if place.context == PLACED and settings.away != 1.0:
            logits = logits + math.log(settings.away) * self._away
        found: NDArray[np.float64] = np.exp(log_softmax(logits))
        return found

    def _topic(self, scores: CaseScores, regency: str) -> tuple[NDArray[np.float64], float] | None:
        share = self.bundle.settings.topics.get(regency, 0.0)
        if not share or regency not in self._topics:
            return None
        temperature = self.bundle.settings.category_temperature
        return self._topics[regency].log_shares(scores["category"][None], temperature), share

    def pooled(self, scores: CaseScores) -> dict[str, float]:
        """Mandate label → probability by the pooled head alone, wherever the text belongs."""
        logits = scores["mandate"].astype(np.float64) * self.bundle.settings.temperature
        return dict(zip(self._labels, softmax(logits).tolist(), strict=True))

    def mandates(self, scores: CaseScores, place: Place) -> list[tuple[str, float]]:
        """The likely labels of the mandate head with their probabilities, likeliest first."""
        ranked = _ranked(self._labels, self.mandate_probabilities(scores, place), _MOST)
        return [(label, probability) for label, probability in ranked if probability >= _LEAST]

    def wording(
        self,
        scores: CaseScores,
        place: Place,
        mandates: Sequence[tuple[str, float]],
    ) -> Wording:
        """What the wording alone says of the units, for a complaint without door and fields."""
        settings = self.bundle.settings
        share = settings.desk_named if place.context == NAMED else settings.desk_silent
        if place.context == PLACED or not share:
            return Wording()
        found: dict[str, list[tuple[Unit, float]]] = {}
        for mandate, _ in mandates:
            columns = self._desks.get(mandate)
            if columns is not None:
                logits = scores["desk"][columns] * settings.temperature
                units = [self._desk_units[column] for column in columns]
                shares = softmax(logits.astype(np.float64)).tolist()
                found[mandate] = list(zip(units, shares, strict=True))
        return Wording(found, share)

    def with_neighbours(
        self,
        ranked: list[tuple[Unit, float]],
        scores: CaseScores,
        place: Place,
    ) -> list[tuple[Unit, float]]:
        """The ranking mixed with the units of similar earlier cases, unless fields name a place."""
        settings = self.bundle.settings
        share = settings.near_named if place.context == NAMED else settings.near_silent
        if place.context == PLACED or not share or "near" not in scores:
            return ranked
        mixed = {unit.unit_id: (unit, p * (1 - share)) for unit, p in ranked}
        votes = np.exp(scores["near"])
        for position in np.flatnonzero(votes >= _LEAST):
            unit = self._near_units[position]
            known = mixed.get(unit.unit_id, (unit, 0.0))[1]
            mixed[unit.unit_id] = (unit, known + share * float(votes[position]))
        return sorted(mixed.values(), key=lambda pair: (-pair[1], pair[0].unit_id))

    def local_head(self, place: Place) -> LocalHead | None:
        """The head of the likeliest regency, where it has a say."""
        region = place.likeliest
        known = self.bundle.settings.local.get(region)
        return LocalHead(f"mandate@{region}", self._groups[region], known[1]) if known else None

    def is_outside(self, scores: CaseScores) -> bool:
        """Whether no government desk answers for such a text."""
        if "scope" not in scores:
            return False
        margin = math.exp(scores["scope"][1]) - 1.0  # back from the logit
        return margin > self.bundle.settings.outside

    def is_strange(self, text: str) -> bool:
        """Whether most words of a text stand in no training case."""
        model = self.bundle.model
        words = [word for word in normalise(text).split() if len(word) > 2]
        if len(words) < _FEW_WORDS or not isinstance(model, LinearModel):
            return False
        known = model.featuriser.words
        return len([word for word in words if word in known]) < _KNOWN_WORDS * len(words)

    def level_hint(self, scores: CaseScores) -> dict[str, float]:
        weighted = np.exp(scores["level"] * self.bundle.settings.level_weight).tolist()
        return dict(zip(self.bundle.labels["level"], weighted, strict=True))

    def kinds(self, scores: CaseScores) -> Ranked:
        labels = self.bundle.labels["kind"]
        logits = scores["kind"].astype(np.float64) * self.bundle.settings.kind_temperature
        return _ranked(labels, softmax(logits), len(labels))

    def categories(
        self,
        scores: CaseScores,
        place: Place,
        mandates: Sequence[tuple[str, float]],
        most: int,
    ) -> Ranked:
        """The ``most`` likeliest categories in use where the complaint belongs: by their own words,
        and by how often cases of the likely mandates carry them."""
        scheme = self._schemes.get(place.likeliest, self._schemes[""])
        if not scheme.labels:
            return ()
        known = [(scheme.rows[m], p) for m, p in mandates if m in scheme.rows]
        expected = np.array([p for _, p in known]) @ scheme.usual[[row for row, _ in known]]
        logits = scores["category"][scheme.columns].astype(np.float64)
        logits *= self.bundle.settings.category_temperature
        return _ranked(scheme.labels, softmax(logits + np.log(expected + _UNUSUAL)), most)

    def _is_away(self, label: str) -> bool:
        mandate = self._registry.mandates.get(label)
        if mandate is None:
            return False
        local = [desk for level, desk in mandate.levels.items() if level in _LOCAL_LEVELS]
        return all(desk.agency for desk in local)


def _scheme(
    categories: Sequence[str], known: set[str], counts: Mapping[str, Mapping[str, float]]
) -> _Scheme:
    """The scheme of some categories; ``counts``: mandate → category → cases."""
    columns = [i for i, category in enumerate(categories) if category in known]
    labels = [categories[i] for i in columns]
    usual = np.array([[row.get(c, 0.0) for c in labels] for row in counts.values()])
    usual = usual.reshape(len(counts), len(labels))
    usual /= usual.sum(axis=1, keepdims=True) + 1.0
    rows = {mandate: row for row, mandate in enumerate(counts)}
    return _Scheme(np.array(columns, np.int64), labels, rows, usual)


def _by_mandate(units: Sequence[Unit]) -> dict[str, NDArray[np.int64]]:
    """Mandate → positions of the units that serve it."""
    columns: dict[str, list[int]] = {}
    for position, unit in enumerate(units):
        for mandate in unit.serves:
            columns.setdefault(mandate, []).append(position)
    return {mandate: np.array(found) for mandate, found in columns.items()}


def _ranked(labels: Sequence[str], probabilities: NDArray[np.float64], most: int) -> Ranked:
    order = (-probabilities).argsort(kind="stable")[:most]
    found = zip(order.tolist(), probabilities[order].tolist(), strict=True)
    return tuple([(labels[position], probability) for position, probability in found])
