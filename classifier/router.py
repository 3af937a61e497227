"""A complaint in, ranked units with probabilities out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier import bundle as bundles
from classifier.bundle import Bundle
from classifier.decision import decide
from classifier.desks import DeskRanker, Wording
from classifier.jurisdiction import NAMED, PLACED, Place, locate
from classifier.places import PlaceFinder
from classifier.recommendation import Candidate, Mention, Recommendation
from data.complaint import Complaint
from data.errors import PintuError
from data.registry.regions import NATION, ancestor, government_name
from data.registry.registry import Registry
from data.registry.units import Unit
from data.text import normalise

_FLOOR = -2.0  # score of a mandate that a local head has never seen
_LEAST = 1e-3  # probability below which a mandate is not followed
_MOST = 24  # mandates followed at most
_UNUSUAL = 2e-3  # probability of a category that no case of the mandate has carried
_LOCAL_LEVELS = {"regency", "district", "village"}


class Router:
    """Routes complaints with a bundle; safe to share between threads."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.registry: Registry = bundle.registry
        self._finder = PlaceFinder(bundle.registry.regions)
        self._labels = list(bundle.labels["mandate"])
        self._away = np.array([self._is_away(label) for label in self._labels])
        positions = {label: i for i, label in enumerate(self._labels)}
        self._local = {
            head.split("@")[1]: np.array([positions[label] for label in labels])
            for head, labels in bundle.labels.items()
            if head.startswith("mandate@")
        }
        self._ranker = DeskRanker(bundle.registry, bundle.desks, bundle.counts.nowhere)
        self._desk_units = [bundle.desks.units[u] for u in bundle.labels.get("desk", ())]
        self._near_units = [bundle.desks.units[u] for u in bundle.labels.get("near", ())]
        self._desks = _by_mandate(self._desk_units)
        categories = list(bundle.labels["category"])
        self._schemes = {
            region: np.array([i for i, c in enumerate(categories) if c in set(known)])
            for region, known in bundle.schemes.items()
        }
        self._usual = {
            mandate: np.array([counts.get(c, 0.0) for c in categories])
            for mandate, counts in bundle.categories.items()
        }

    @classmethod
    def load(cls, folder: Path, *, profile: Path | None = None) -> "Router":
        """The router of a bundle.

        Args:
            folder: the bundle.
            profile: a deployment's profile that replaces the bundle's one of the same region.

        Raises:
            BundleError: the bundle is damaged.
            TableError: the profile has faults.
        """
        bundle = bundles.load(folder)
        if profile is not None:
            bundle.registry = bundle.registry.with_profile(profile)
        return cls(bundle)

    @property
    def name(self) -> str:
        return self.bundle.name

    @property
    def manifest(self) -> dict[str, Any]:
        return self.bundle.manifest

    @property
    def metrics(self) -> dict[str, Any]:
        return self.bundle.metrics

    def door_code(self, door: str) -> str:
        """The code of the region that a door's name stands for.

        Raises:
            PintuError: no region is called so.
        """
        found = [c for c in self.registry.regions.find(government_name(door)) if c.count(".") <= 1]
        if not found:
            raise PintuError(
                f"door {door!r} is no known region; write its full name (Kota Surabaya, "
                "Kabupaten Bandung, Jawa Timur) or its code (35.78)"
            )
        return found[0]

    def route(
        self, complaints: Sequence[Complaint], *, door: str | None = None, top: int = 5
    ) -> list[Recommendation]:
        """Recommendations in the order of the complaints.

        Args:
            complaints: any number; an empty text is routed by its fields alone.
            door: region (name or code) of those that name no door themselves.
            top: how many candidates to list.

        Raises:
            PintuError: ``door`` is no known region.
        """
        default = self.door_code(door) if door else None
        doors = [self.door_of(complaint) or default for complaint in complaints]
        scores = self.bundle.model.scores([complaint.words for complaint in complaints])
        return [
            self._route(complaint, doors[i], {head: rows[i] for head, rows in scores.items()}, top)
            for i, complaint in enumerate(complaints)
        ]

    def units(self, query: str, region: str | None = None, limit: int = 20) -> list[Unit]:
        """Units that a query may mean: the one it resolves to, then the most similar."""
        resolution = self.registry.resolve(query, region)
        found = [resolution.unit] if resolution.unit else []
        near = self.registry.nearest(query, region, limit)
        unique = {unit.unit_id: unit for unit in [*found, *near]}
        return list(unique.values())[:limit]

    def mandate_probabilities(
        self, scores: Mapping[str, NDArray[np.float32]], place: Place
    ) -> NDArray[np.float64]:
        """P(mandate label) of one case, shape (labels,), from its scores and where it belongs."""
        settings = self.bundle.settings
        logits = _log_softmax(scores["mandate"] * settings.temperature)
        regency = max(place.regencies, key=lambda r: place.regencies[r], default="")
        columns = self._local.get(regency)
        if columns is not None and settings.local_share:
            local = np.full(len(self._labels), _FLOOR)
            local[columns] = scores[f"mandate@{regency}"]
            blended = _log_softmax(local * settings.temperature) * settings.local_share
            logits = logits * (1 - settings.local_share) + blended
        if place.context == PLACED and settings.away != 1.0:
            logits = logits + np.where(self._away, np.log(settings.away), 0.0)
        return np.exp(_log_softmax(logits))

    def place(self, complaint: Complaint, door: str | None) -> tuple[Place, list[Mention]]:
        """Where a complaint belongs, and the places that its text names."""
        near = ancestor(door, "regency") if door else None
        if near is None and complaint.regency:
            near = next(iter(self.registry.regions.find(complaint.regency, level="regency")), None)
        mentions = self._finder.find(complaint.words, regency=near)
        regions = self.registry.regions
        return locate(complaint, door, mentions, regions, self.bundle.counts), mentions

    def rank(
        self,
        complaint: Complaint,
        place: Place,
        scores: Mapping[str, NDArray[np.float32]],
    ) -> tuple[list[tuple[Unit, float]], list[tuple[str, float]]]:
        """Units with their joint probability, and the mandates behind them, likeliest first."""
        mandates = self._followed(self.mandate_probabilities(scores, place))
        ranked = self._ranker.rank(
            place,
            mandates,
            self._level_hint(scores),
            normalise(complaint.words),
            self._wording(scores, place, mandates),
        )
        return self._with_neighbours(ranked, scores, place), mandates

    def _route(
        self,
        complaint: Complaint,
        door: str | None,
        scores: Mapping[str, NDArray[np.float32]],
        top: int,
    ) -> Recommendation:
        place, mentions = self.place(complaint, door)
        ranked, mandates = self.rank(complaint, place, scores)
        candidates = tuple(_candidate(unit, p) for unit, p in ranked[:top])
        kinds = self._kinds(scores)
        decision, reasons = decide(kinds[0][0], candidates, self.bundle.settings)
        return Recommendation(
            id=complaint.id,
            kinds=kinds,
            categories=self._categories(scores, place, mandates)[:top],
            decision=decision,
            reasons=reasons,
            candidates=candidates,
            mandates=tuple(mandates[:top]),
            places=tuple(mentions),
            bundle=self.name,
        )

    def door_of(self, complaint: Complaint) -> str | None:
        """The door that a complaint names itself: a government, or an office of one."""
        if not complaint.door:
            return None
        try:
            return self.door_code(complaint.door)
        except PintuError:
            unit = self.registry.resolve(complaint.door).unit
            return unit.region_code if unit and unit.region_code != NATION else None

    def _followed(self, probabilities: NDArray[np.float64]) -> list[tuple[str, float]]:
        order = np.argsort(-probabilities, kind="stable")[:_MOST]
        return [
            (self._labels[i], float(probabilities[i])) for i in order if probabilities[i] >= _LEAST
        ]

    def _wording(
        self,
        scores: Mapping[str, NDArray[np.float32]],
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
                found[mandate] = list(
                    zip(units, np.exp(_log_softmax(logits)).tolist(), strict=True)
                )
        return Wording(found, share)

    def _with_neighbours(
        self,
        ranked: list[tuple[Unit, float]],
        scores: Mapping[str, NDArray[np.float32]],
        place: Place,
    ) -> list[tuple[Unit, float]]:
        """The ranking mixed with the units of similar earlier cases, where no field names a place."""
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

    def _level_hint(self, scores: Mapping[str, NDArray[np.float32]]) -> dict[str, float]:
        weighted = np.exp(scores["level"] * self.bundle.settings.level_weight)
        return {
            level: float(w) for level, w in zip(self.bundle.labels["level"], weighted, strict=True)
        }

    def _kinds(self, scores: Mapping[str, NDArray[np.float32]]) -> tuple[tuple[str, float], ...]:
        logits = scores["kind"] * self.bundle.settings.kind_temperature
        return _ranked(self.bundle.labels["kind"], logits)

    def _categories(
        self,
        scores: Mapping[str, NDArray[np.float32]],
        place: Place,
        mandates: Sequence[tuple[str, float]],
    ) -> tuple[tuple[str, float], ...]:
        """The categories in use where the complaint belongs, ranked: by their own words, and by
        how often cases of the likely mandates carry them."""
        regency = max(place.regencies, key=lambda r: place.regencies[r], default="")
        columns = self._schemes.get(regency, self._schemes[""])
        labels = self.bundle.labels["category"]
        expected = np.full(len(columns), _UNUSUAL)
        for mandate, probability in mandates:
            counts = self._usual.get(mandate)
            if counts is not None:
                here = counts[columns]
                expected += probability * here / (here.sum() + 1.0)
        logits = scores["category"][columns] * self.bundle.settings.category_temperature
        return _ranked([labels[column] for column in columns], logits + np.log(expected))

    def _is_away(self, label: str) -> bool:
        mandate = self.registry.mandates.get(label)
        if mandate is None:
            return False
        local = [desk for level, desk in mandate.levels.items() if level in _LOCAL_LEVELS]
        return all(desk.agency for desk in local)


def _by_mandate(units: Sequence[Unit]) -> dict[str, NDArray[np.int64]]:
    """Mandate → positions of the units that serve it."""
    columns: dict[str, list[int]] = {}
    for position, unit in enumerate(units):
        for mandate in unit.serves:
            columns.setdefault(mandate, []).append(position)
    return {mandate: np.array(found) for mandate, found in columns.items()}


def _candidate(unit: Unit, probability: float) -> Candidate:
    return Candidate(
        unit.unit_id, unit.name, unit.agency, unit.mandate, unit.region_code, min(probability, 1.0)
    )


def _ranked(labels: Sequence[str], logits: NDArray[Any]) -> tuple[tuple[str, float], ...]:
    probabilities = np.exp(_log_softmax(logits))
    order = np.argsort(-probabilities, kind="stable")
    return tuple((labels[i], float(probabilities[i])) for i in order)


def _log_softmax(logits: NDArray[Any]) -> NDArray[np.float64]:
    shifted = logits.astype(np.float64) - float(logits.max())
    return shifted - np.log(np.exp(shifted).sum())
