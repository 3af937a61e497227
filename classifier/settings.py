"""The numbers that turn scores into probabilities and decisions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Proof:
    """What calibration cases of one kind of place have shown about its probabilities.

    Attributes:
        cases: how many there were.
        slope: factor on the log-odds of the first unit's probability (Platt scaling).
        intercept: added to them.
        shortlist: confidence level ("0.9") → mandate → smallest probability with which a unit of
            that mandate is listed; the empty mandate stands for those with few cases.
    """

    cases: int = 0
    slope: float = 1.0
    intercept: float = 0.0
    shortlist: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """Numbers chosen on cases that the model was not fitted on, with where they came from.

    Attributes:
        temperature: factor on the mandate scores before the softmax.
        kind_temperature: the same for the kind head.
        category_temperature: the same for the category head.
        local: regency → temperature of its own head, and its weight (0-1) in the blend.
        topics: regency → weight (0-1) of what the text's category says of its mandate.
        level_weight: factor on the level head's scores as a hint to the level.
        desk_silent: share that the wording itself has in choosing among a mandate's units where
            neither fields nor door nor text name a place.
        desk_named: the same where only the text names a place.
        near_silent: share that the units of similar earlier cases have in the answer where nothing
            names a place.
        near_named: the same where only the text names a place.
        away: factor on mandates that no local government serves, for a complaint with a place.
        rule_weights: regency → exponent on what the authority rules say there; the empty key stands
            for all others.
        outside: margin of the scope head above which no government desk answers.
        proofs: regency, or context of the place (``Place.context``) → what its cases have shown.
        target: share of right answers that auto-routing promises unless a policy says otherwise.
        split: the cases on which these were chosen.
    """

    temperature: float = 2.0
    kind_temperature: float = 2.0
    category_temperature: float = 2.5
    local: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    topics: Mapping[str, float] = field(default_factory=dict)
    level_weight: float = 1.0
    desk_silent: float = 0.0
    desk_named: float = 0.0
    near_silent: float = 0.0
    near_named: float = 0.0
    away: float = 1.0
    rule_weights: Mapping[str, float] = field(default_factory=lambda: {"": 0.5})
    outside: float = 0.0
    proofs: Mapping[str, Proof] = field(default_factory=dict)
    target: float = 0.95
    split: str = ""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Settings":
        """Settings from what ``dataclasses.asdict`` made of them."""
        proofs = {key: Proof(**proof) for key, proof in row["proofs"].items()}
        return cls(**{**row, "proofs": proofs})
