"""A complaint in, ranked units with probabilities out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from classifier import bundle as bundles
from classifier.authority import Authority, rule_row
from classifier.bundle import Bundle
from classifier.calibration import Ranked, calibrate, group_of
from classifier.decision import Facts, decide
from classifier.desks import DeskRanker, Wording
from classifier.doors import door_code, door_of
from classifier.explain import Explanation, explain
from classifier.heads import CaseScores, HeadReader
from classifier.jurisdiction import Place, conflicting_places, locate, tells_no_place
from classifier.matters import find_matters
from classifier.models.base import Scores
from classifier.places import PlaceFinder
from classifier.policy import Limits, Policy, choose_limits
from classifier.recommendation import Candidate, Mention, Part, Recommendation
from classifier.settings import Settings
from classifier.shortlist import shortlists
from data.authority.finder import RuleMatch
from data.complaint import Complaint
from data.registry.regions import ancestor
from data.registry.registry import Registry
from data.registry.units import Unit
from data.text import normalise


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted of a recommendation: how many candidates, whether with an explanation, and
    whether it is for a part of a complaint, which is not parted again."""

    top: int
    explained: bool
    part: bool = False


class Router:
    """Routes complaints with a bundle; safe to share between threads."""

    def __init__(self, bundle: Bundle, policy: Policy | None = None) -> None:
        self.bundle = bundle
        self.registry: Registry = bundle.registry
        self.policy: Policy
        self.limits: dict[str, Limits]
        self.obey(policy or Policy())
        self._finder = PlaceFinder(bundle.registry.regions)
        self._heads = HeadReader(bundle)
        self._authority = Authority(bundle.rules, bundle.rule_counts, bundle.registry.mandates)
        self._ranker = DeskRanker(bundle.registry, bundle.desks, bundle.counts.nowhere)

    @classmethod
    def load(
        cls, folder: Path, *, profile: Path | None = None, policy: Policy | None = None
    ) -> "Router":
        """The router of a bundle.

        Args:
            folder: the bundle.
            profile: a deployment's profile that replaces the bundle's one of the same region.
            policy: what may go out without a person; by default the bundle's target.

        Raises:
            BundleError: the bundle is damaged.
            TableError: the profile has faults.
        """
        bundle = bundles.load(folder)
        if profile is not None:
            bundle.registry = bundle.registry.with_profile(profile)
        return cls(bundle, policy)

    def obey(self, policy: Policy) -> None:
        """Decide by another policy from now on (before the first complaint is routed)."""
        self.policy = policy
        target = self.bundle.settings.target
        self.limits = choose_limits(self.bundle.calibration, policy, target)

    def use(self, settings: Settings) -> None:
        """Rank with other settings from now on (for choosing them; not while others route)."""
        self.bundle.settings = settings

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
        """The code of the region that a door's name stands for; see ``doors.door_code``."""
        return door_code(door, self.registry)

    def door_of(self, complaint: Complaint) -> str | None:
        """The door that a complaint names itself; see ``doors.door_of``."""
        return door_of(complaint, self.registry)

    def route(
        self,
        complaints: Sequence[Complaint],
        *,
        door: str | None = None,
        top: int = 5,
        explained: bool = False,
    ) -> list[Recommendation]:
        """Recommendations in the order of the complaints.

        Args:
            complaints: any number; an empty text is routed by its fields alone.
            door: region (name or code) of those that name no door themselves.
            top: how many candidates to list at least; a longer shortlist is listed whole.
            explained: whether each comes with its explanation.

        Raises:
            PintuError: ``door`` is no known region.
        """
        default = self.door_code(door) if door else None
        doors = [self.door_of(complaint) or default for complaint in complaints]
        places = [self.place(*pair) for pair in zip(complaints, doors, strict=True)]
        scores = self._scores(complaints, [place for place, _ in places])
        asked = Asked(top, explained)
        return [
            self._route(complaint, doors[i], places[i], scores[i], asked)
            for i, complaint in enumerate(complaints)
        ]

    def _scores(self, complaints: Sequence[Complaint], places: Sequence[Place]) -> list[CaseScores]:
        """Each complaint's scores, of the heads that its place calls for."""
        groups: dict[tuple[str, ...], list[int]] = {}
        for i, place in enumerate(places):
            groups.setdefault(tuple(self._heads.wanted(place)), []).append(i)
        found: dict[int, CaseScores] = {}
        for heads, members in groups.items():
            scores = self.bundle.model.scores([complaints[i].words for i in members], heads)
            found |= {i: _row(scores, position) for position, i in enumerate(members)}
        return [found[i] for i in range(len(complaints))]

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

    def rules(self, complaint: Complaint) -> list[RuleMatch]:
        """The authority rules that a complaint's text calls for."""
        return self._authority.find(complaint.words)

    def rank(
        self, complaint: Complaint, place: Place, rules: Sequence[RuleMatch], scores: CaseScores
    ) -> tuple[Ranked, list[tuple[str, float]]]:
        """Units with their joint probability before calibration, and the mandates behind them,
        likeliest first."""
        hint = self._heads.level_hint(scores)
        weights = self.bundle.settings.rule_weights
        weight = weights.get(place.likeliest, weights.get("", 0.0))
        factors = self._authority.factors(rules, weight)
        mandates = self._ranker.weigh(place, self._heads.mandates(scores, place), hint, factors)
        wording = self._heads.wording(scores, place, mandates)
        text = normalise(complaint.words)
        ranked = self._ranker.rank(place, mandates, hint, text, wording, factors)
        return self._heads.with_neighbours(ranked, scores, place), mandates

    def _route(
        self,
        complaint: Complaint,
        door: str | None,
        placed: tuple[Place, list[Mention]],
        scores: CaseScores,
        asked: Asked,
    ) -> Recommendation:
        place, mentions = placed
        rules = self.rules(complaint)
        raw, mandates = self.rank(complaint, place, rules, scores)
        proofs = self.bundle.settings.proofs
        group = group_of(place, proofs)
        ranked = calibrate(raw, proofs.get(group))
        listed = shortlists(ranked, proofs.get(group))
        shown = {unit_id for units in listed.values() for unit_id in units}
        candidates = tuple(
            _candidate(unit, p)
            for rank, (unit, p) in enumerate(ranked)
            if rank < asked.top or unit.unit_id in shown
        )
        kinds = self._heads.kinds(scores)
        parts = self._parts(complaint, door, place, mandates, asked)
        facts = Facts(
            key=complaint.id or complaint.words,
            kind=kinds[0][0],
            candidates=[_candidate(unit, p) for unit, p in ranked[:2]],
            matter=mandates[0][0] if mandates else "",
            regional=tells_no_place(place, candidates),
            conflict=conflicting_places(complaint, mentions, self.registry.regions),
            outside=self._heads.is_outside(scores),
            matters=max(1, len(parts)),
            strange=self._heads.is_strange(complaint.words),
        )
        decision, reasons = decide(facts, self.limits.get(group), self.policy)
        return Recommendation(
            id=complaint.id,
            kinds=kinds,
            categories=self._heads.categories(scores, place, mandates, asked.top),
            decision=decision,
            reasons=reasons,
            candidates=candidates,
            mandates=tuple(mandates[: asked.top]),
            places=tuple(mentions),
            bundle=self.name,
            shortlists=listed,
            urgency=self.bundle.urgency.find(complaint.words) if self.bundle.urgency else None,
            parts=parts,
            uncalibrated=min(raw[0][1], 1.0) if raw else 0.0,
            explanation=(
                self._explain(complaint, place, mandates, mentions, rules)
                if asked.explained
                else None
            ),
        )

    def _parts(
        self,
        complaint: Complaint,
        door: str | None,
        place: Place,
        mandates: Sequence[tuple[str, float]],
        asked: Asked,
    ) -> tuple[Part, ...]:
        """The matters of a complaint about several, each with its recommendation."""
        if asked.part or not mandates:
            return ()

        def score(texts: Sequence[str]) -> list[dict[str, float]]:
            found = self.bundle.model.scores(texts, ["mandate"])
            return [self._heads.pooled(_row(found, i)) for i in range(len(texts))]

        def desk(mandate: str) -> str:
            first = self._ranker.rank(place, [(mandate, 1.0)], {}, "", Wording())
            return first[0][0].unit_id if first else mandate

        text = complaint.words
        segments = find_matters(text, score, desk, dict(mandates))
        if len(segments) < 2:
            return ()
        alone = [replace(complaint, text=text[s.start : s.end].strip(), title="") for s in segments]
        places = [self.place(part, door) for part in alone]
        scores = self._scores(alone, [found for found, _ in places])
        own = replace(asked, part=True)
        return tuple(
            Part(segment.start, segment.end, self._route(part, door, places[i], scores[i], own))
            for i, (segment, part) in enumerate(zip(segments, alone, strict=True))
        )

    def _explain(
        self,
        complaint: Complaint,
        place: Place,
        mandates: Sequence[tuple[str, float]],
        mentions: Sequence[Mention],
        rules: Sequence[RuleMatch],
    ) -> Explanation:
        return explain(
            complaint.words,
            mandates,
            model=self.bundle.model,
            labels=self.bundle.labels["mandate"],
            local=self._heads.local_head(place),
            places=mentions,
            rules=[rule_row(match) for match in rules],
            cases=self.bundle.cases,
        )


def _row(scores: Scores, position: int) -> CaseScores:
    return {head: rows[position] for head, rows in scores.items()}


def _candidate(unit: Unit, probability: float) -> Candidate:
    return Candidate(
        unit.unit_id, unit.name, unit.agency, unit.mandate, unit.region_code, min(probability, 1.0)
    )
