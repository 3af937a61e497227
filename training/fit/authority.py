"""Counts on labelled cases how often the authority rules name the level that answered."""

from collections.abc import Mapping, Sequence

from classifier.authority import answering_levels
from data.authority.finder import RuleFinder
from data.authority.rules import Rule
from data.registry.tables import Mandate
from training.targets import Target


def count_rules(
    targets: Sequence[Target], mandates: Mapping[str, Mandate], rules: Sequence[Rule]
) -> dict[str, list[float]]:
    """Rule id → [cases of its mandates in which its level answered, all of them].

    Args:
        targets: labelled cases with the level that answered.
        mandates: the registry's.
        rules: the table.
    """
    finder = RuleFinder(rules)
    counts: dict[str, list[float]] = {}
    for target in targets:
        for match in finder.find(target.case.complaint.words):
            about = [m for m in match.rule.mandates if m in target.mandates]
            if about and target.level:
                levels = {
                    level for m in about for level in answering_levels(match.rule, mandates[m])
                }
                row = counts.setdefault(match.rule.id, [0.0, 0.0])
                row[0] += target.level in levels
                row[1] += 1
    return counts
