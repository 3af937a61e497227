"""Whether a recommendation may go out by itself, and if not, why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from classifier.recommendation import Candidate, Decision, Reason


@dataclass(frozen=True, slots=True)
class Settings:
    """Numbers that turn scores into probabilities and decisions, with where they came from.

    Attributes:
        temperature: factor on the mandate scores before the softmax.
        kind_temperature: the same for the kind head.
        category_temperature: the same for the category head.
        local: regency → temperature of its own head, and its weight (0-1) in the blend.
        level_weight: factor on the level head's scores as a hint to the level.
        desk_silent: share that the wording itself has in choosing among a mandate's units where
            neither fields nor door nor text name a place.
        desk_named: the same where only the text names a place.
        near_silent: share that the units of similar earlier cases have in the answer where nothing
            names a place.
        near_named: the same where only the text names a place.
        away: factor on mandates that no local government serves, for a complaint with a place.
        threshold: joint probability from which a case is routed by itself; above 1 means never.
        split: the cases on which these were chosen.
    """

    temperature: float = 2.0
    kind_temperature: float = 2.0
    category_temperature: float = 2.5
    local: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    level_weight: float = 1.0
    desk_silent: float = 0.0
    desk_named: float = 0.0
    near_silent: float = 0.0
    near_named: float = 0.0
    away: float = 1.0
    threshold: float = 1.01
    split: str = ""


def decide(
    kind: str, candidates: Sequence[Candidate], settings: Settings
) -> tuple[Decision, tuple[Reason, ...]]:
    """The decision about one case, with a reason for each case that is not routed by itself."""
    if kind == "none":
        reason = Reason("not_a_complaint", "Teks ini tampaknya bukan laporan.")
        return "review", (reason,)
    best = candidates[0] if candidates else None
    if best is None or best.probability < settings.threshold:
        if best is not None and best.region_code is None:
            question = "Di kabupaten/kota mana kejadiannya?"
            return "ask", (Reason("place_missing", f"Tempat kejadian belum jelas. {question}"),)
        if settings.threshold > 1:
            message = "Model ini belum diuji pada kasus nyata; setiap laporan ditinjau petugas."
            return "review", (Reason("not_proven", message),)
        percent = min(99, int(100 * best.probability)) if best else 0
        message = f"Keyakinan pada pilihan pertama hanya {percent} %; perlu ditinjau petugas."
        return "review", (Reason("low_confidence", message),)
    return "auto-route", ()
