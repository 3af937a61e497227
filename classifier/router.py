"""A complaint in, ranked units with probabilities out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from classifier import bundle as bundles
from classifier.bundle import Bundle
from classifier.decision import decide
from classifier.desks import DeskRanker
from classifier.heads import CaseScores, HeadReader
from classifier.jurisdiction import Place, locate
from classifier.places import PlaceFinder
from classifier.recommendation import Candidate, Mention, Recommendation
from data.complaint import Complaint
from data.errors import PintuError
from data.registry.regions import NATION, ancestor, government_name
from data.registry.registry import Registry
from data.registry.units import Unit
from data.text import normalise


class Router:
    """Routes complaints with a bundle; safe to share between threads."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.registry: Registry = bundle.registry
        self._finder = PlaceFinder(bundle.registry.regions)
        self._heads = HeadReader(bundle)
        self._ranker = DeskRanker(bundle.registry, bundle.desks, bundle.counts.nowhere)

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
        scores: CaseScores,
    ) -> tuple[list[tuple[Unit, float]], list[tuple[str, float]]]:
        """Units with their joint probability, and the mandates behind them, likeliest first."""
        mandates = self._heads.mandates(scores, place)
        ranked = self._ranker.rank(
            place,
            mandates,
            self._heads.level_hint(scores),
            normalise(complaint.words),
            self._heads.wording(scores, place, mandates),
        )
        return self._heads.with_neighbours(ranked, scores, place), mandates

    def _route(
        self,
        complaint: Complaint,
        door: str | None,
        scores: CaseScores,
        top: int,
    ) -> Recommendation:
        place, mentions = self.place(complaint, door)
        ranked, mandates = self.rank(complaint, place, scores)
        candidates = tuple(_candidate(unit, p) for unit, p in ranked[:top])
        kinds = self._heads.kinds(scores)
        decision, reasons = decide(kinds[0][0], candidates, self.bundle.settings)
        return Recommendation(
            id=complaint.id,
            kinds=kinds,
            categories=self._heads.categories(scores, place, mandates)[:top],
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


def _candidate(unit: Unit, probability: float) -> Candidate:
    return Candidate(
        unit.unit_id, unit.name, unit.agency, unit.mandate, unit.region_code, min(probability, 1.0)
    )
