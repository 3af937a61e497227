"""One training run: features, heads, and the bundle that they make."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from classifier.bundle import Bundle
from classifier.features import build
from classifier.models.linear import NEAR, Head, LinearModel
from classifier.models.neighbours import Neighbours
from classifier.settings import Settings
from classifier.similar import CaseIndex, EarlierCase
from data.authority.rules import load_rules
from data.complaint import LabelledCase
from data.errors import PintuError
from data.registry.registry import Registry
from training.config import Config
from training.fit.authority import count_rules
from training.fit.jurisdiction import contexts, count_desks, count_evidence, named_places
from training.fit.linear import choose_mandates, fit_heads, index_cases, matrix, score
from training.heads import (
    MANDATE,
    Labels,
    collect_labels,
    count_categories,
    count_topics,
    is_open,
    tasks_for,
)
from training.targets import make_targets


class Run:
    """The cases of a training run with their features, and what is fitted on them."""

    def __init__(self, cases: list[LabelledCase], registry: Registry, config: Config) -> None:
        self.cases, self.registry, self.config = cases, registry, config
        self.targets = make_targets(cases, registry)
        self.labels: Labels = collect_labels(self.targets, registry, config)
        self.labelled = np.array([t.unit is not None for t in self.targets])
        self.named = named_places(self.targets, registry)
        self.rules = load_rules(registry.mandates)
        self.bar = tqdm(total=len(self.names()) * 2 + 4, desc="training", unit="step")

    def names(self) -> list[str]:
        return [name for name in self.labels.heads if name != NEAR]

    def step(self, name: str) -> None:
        self.bar.set_postfix_str(name)
        self.bar.update()

    def features(self) -> None:
        texts = [case.complaint.words for case in self.cases]
        sizes = (self.config.letters_from, self.config.letters_to)
        self.featuriser = build(texts, min_count=self.config.min_count, sizes=sizes)
        if not self.featuriser.columns:
            raise PintuError(
                f"min_count = {self.config.min_count}: no word stands in so many of the "
                f"{len(texts)} texts; set it lower"
            )
        self.step("features")
        self.x = matrix(self.featuriser, texts)
        self.step("rows")

    def fit(
        self, names: Sequence[str], used: NDArray[np.bool_], mandates: NDArray[np.int64]
    ) -> dict[str, Head]:
        tasks = tasks_for(self.targets, self.labels, mandates, used, self.config, names)
        return fit_heads(
            self.x,
            len(self.featuriser.words),
            tasks,
            cost=self.config.cost,
            seed=self.config.seed,
            done=self.step,
        )

    def choose(self) -> NDArray[np.int64]:
        """One mandate for each case, as a number of the mandate head; -1 where there is none."""
        numbers = {label: i for i, label in enumerate(self.labels.heads[MANDATE])}
        self.possible = [[numbers[m] for m in t.mandates] for t in self.targets]
        certain = np.array([len(options) <= 1 for options in self.possible])
        first = np.array([options[0] if options else -1 for options in self.possible])
        known = certain & (first >= 0)
        if certain.all() or not known.any():
            self.step("mandates")
            return first
        heads = self.fit([MANDATE], known, first)
        open_rows = np.flatnonzero(~certain)
        options = [self.possible[i] for i in open_rows]
        first[open_rows] = choose_mandates(score(heads[MANDATE], self.x[open_rows]), options)
        return first

    def neighbours(self, rows: NDArray[np.int64]) -> Neighbours | None:
        """An index of the cases that only their text places."""
        labels = self.labels.heads.get(NEAR)
        if not labels:
            return None
        numbers = {unit_id: i for i, unit_id in enumerate(labels)}
        kept = [i for i in rows if is_open(self.targets[i])]
        units = np.array([numbers[u.unit_id] for i in kept if (u := self.targets[i].unit)])
        return index_cases(self.x[kept], len(self.featuriser.words), units, len(labels))

    def case_index(self) -> CaseIndex | None:
        """The latest labelled cases, masked, for explanations; None without any."""
        found = [
            (self.cases[i].complaint.created_at or datetime.min, i)
            for i in np.flatnonzero(self.labelled).tolist()
        ]
        kept = [i for _, i in sorted(found)[-self.config.similar_cases :]]
        if not kept or not self.config.similar_cases:
            return None
        x = self.x[kept]
        cases = [
            EarlierCase(
                self.cases[i].complaint.id,
                unit.unit_id,
                unit.name,
                self.cases[i].complaint.words,
            )
            for i in kept
            if (unit := self.targets[i].unit)
        ]
        rows = (x.indptr.astype(np.int64), x.indices, x.data)
        return CaseIndex.build(rows, len(self.featuriser.words), cases)

    def bundle(
        self,
        name: str,
        heads: dict[str, Head],
        settings: Settings,
        used: NDArray[np.bool_],
        mandates: NDArray[np.int64],
    ) -> Bundle:
        """A bundle of these heads with the counts of the used labelled cases."""
        rows = np.flatnonzero(used & self.labelled)
        targets = [self.targets[i] for i in rows]
        chosen = [self.labels.heads[MANDATE][mandates[i]] for i in rows]
        named = [self.named[i] for i in rows]
        neighbours = self.neighbours(rows)
        desks = count_desks(targets, chosen, contexts(targets, named), self.registry)
        worded = set(self.labels.heads.get(NEAR, ()))
        desks.units |= {
            t.unit.unit_id: t.unit for t in self.targets if t.unit and t.unit.unit_id in worded
        }
        return Bundle(
            name=name,
            model=LinearModel(self.featuriser, heads, neighbours),
            labels=self.labels.heads,
            registry=self.registry,
            counts=count_evidence(targets, chosen, named, self.registry),
            desks=desks,
            settings=settings,
            schemes=self.labels.schemes,
            categories=count_categories(self.targets, self.labels, mandates, used),
            topics=count_topics(self.targets, self.labels, used),
            rules=self.rules,
            rule_counts=count_rules(targets, self.registry.mandates, self.rules),
        )
