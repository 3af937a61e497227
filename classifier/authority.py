"""What the division of affairs (``data/authority``) says of mandates and levels in a text."""

from collections.abc import Mapping, Sequence
from typing import Any

from data.authority.finder import RuleFinder, RuleMatch
from data.authority.rules import Rule
from data.registry.tables import Mandate

# Before any case is counted: the share of cases about a rule's mandates in which its level answers.
_EXPECTED: Mapping[str, float] = {"strong": 0.95, "usual": 0.85, "weak": 0.7}
_PRIOR_CASES = 10.0
_SUREST = 0.98

Factors = Mapping[str, Mapping[str, float]]  # mandate → level → factor on its share


class Authority:
    """The rules with what labelled cases taught about each.

    Args:
        rules: the table.
        counts: rule id → [cases of its mandates in which its level answered, all of them].
        mandates: the registry's; a nation's branch office in a regency answers for the nation.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        counts: Mapping[str, Sequence[float]],
        mandates: Mapping[str, Mandate],
    ) -> None:
        self._finder = RuleFinder(rules)
        self._mandates = mandates
        self._odds = {rule.id: _odds(rule, counts.get(rule.id, (0.0, 0.0))) for rule in rules}

    def find(self, text: str) -> list[RuleMatch]:
        """The rules that a text calls for, with spans."""
        return self._finder.find(text)

    def factors(self, matches: Sequence[RuleMatch], weight: float) -> Factors:
        """How far the rules found move the level of their mandates.

        Args:
            matches: what ``find`` gave.
            weight: exponent on the odds; 0 means that the rules are not heard.
        """
        found: dict[str, dict[str, float]] = {}
        if not weight:
            return found
        for rule in (match.rule for match in matches):
            for mandate in rule.mandates:
                row = found.setdefault(mandate, {})
                for level in answering_levels(rule, self._mandates.get(mandate)):
                    row[level] = row.get(level, 1.0) * self._odds[rule.id] ** weight
        return found


def answering_levels(rule: Rule, mandate: Mandate | None) -> set[str]:
    """The levels of a mandate's desks by which the level of a rule answers: for the nation also
    those where its branch offices are."""
    levels = {str(rule.level)}
    if rule.level == "nation" and mandate is not None:
        levels |= {level for level, desk in mandate.levels.items() if desk.agency}
    return levels


def rule_row(match: RuleMatch) -> dict[str, Any]:
    """A rule as the explanation shows it."""
    rule = match.rule
    return {
        "id": rule.id,
        "topic": rule.topic,
        "level": rule.level,
        "articles": list(rule.articles),
        "because": rule.because,
        "start": match.start,
        "end": match.end,
    }


def _odds(rule: Rule, counted: Sequence[float]) -> float:
    right, total = counted
    expected = _EXPECTED[rule.strength]
    rate = min((right + _PRIOR_CASES * expected) / (total + _PRIOR_CASES), _SUREST)
    return rate / (1.0 - rate)
