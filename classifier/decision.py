"""Whether a recommendation may go out by itself, and if not, why: for machines and for people."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from classifier.policy import ALWAYS, NEVER, Limits, Policy
from classifier.recommendation import Candidate, Decision, Reason

_CLOSE = 0.15  # distance of the first two units below which they are called ambiguous
_CONTENDER = 0.15  # probability from which the second one is worth naming
_WHERE = "Di kabupaten/kota mana kejadiannya?"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decision about one case rests on.

    Attributes:
        key: the complaint's id, or its text: by it the audit sample is drawn.
        kind: the likeliest kind.
        candidates: units with calibrated probabilities, the likeliest first; two at least where
            there are two.
        matter: the likeliest mandate of the text: one unit may serve several.
        regional: whether the text's matter needs a place that nothing tells.
        conflict: names of the place in the field and of the one in the text, where they differ.
        outside: whether no government desk answers for such a matter.
        matters: how many matters for different desks the text holds.
        strange: whether the text is far from every training case.
    """

    key: str
    kind: str
    candidates: Sequence[Candidate]
    matter: str = ""
    regional: bool = False
    conflict: tuple[str, str] | None = None
    outside: bool = False
    matters: int = 1
    strange: bool = False


def decide(
    facts: Facts, limits: Limits | None, policy: Policy
) -> tuple[Decision, tuple[Reason, ...]]:
    """The decision about one case, with a reason for each case that is not routed by itself.

    Args:
        facts: of the case.
        limits: when a case of its group may go out; None where nothing has been proven.
        policy: the operator's.
    """
    reasons = [*_about_text(facts), *_about_place(facts)]
    best = facts.candidates[0] if facts.candidates else None
    if best is None or not _allowed(facts, best, limits, policy):
        reasons += _about_probability(facts, best, limits, policy)
    if not reasons:
        if not audited(facts.key, policy.audit_share):
            return "auto-route", ()
        message = "Contoh acak untuk pemeriksaan mutu penerusan otomatis."
        return "review", (Reason("audit", message),)
    asks = any(reason.code == "place_missing" for reason in reasons) and facts.kind != "none"
    return ("ask" if asks else "review"), tuple(reasons)


def audited(key: str, share: float) -> bool:
    """Whether a case belongs to the audit sample: drawn by the hash of its key, so that the same
    case is drawn each time it is asked about, and nobody can tell beforehand which."""
    digest = hashlib.sha256(b"audit:" + key.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def _allowed(facts: Facts, best: Candidate, limits: Limits | None, policy: Policy) -> bool:
    if _ruled(facts, best, policy, NEVER):
        return False
    if _ruled(facts, best, policy, ALWAYS):
        return True
    second = facts.candidates[1].probability if len(facts.candidates) > 1 else 0.0
    return limits is not None and limits.allow(best.mandate, best.probability, second)


def _ruled(facts: Facts, best: Candidate, policy: Policy, rule: str) -> bool:
    """Whether the operator said so of the text's mandate, or of the unit's main one."""
    return rule in (policy.mandates.get(facts.matter), policy.mandates.get(best.mandate))


def _about_text(facts: Facts) -> Iterator[Reason]:
    if facts.kind == "none":
        yield Reason("not_a_complaint", "Teks ini tampaknya bukan laporan.")
    elif facts.outside:
        yield Reason(
            "out_of_scope",
            "Perkara ini tampaknya di luar kewenangan instansi pemerintah "
            "(sengketa pribadi, perkara yang sedang disidangkan, atau iklan).",
        )
    if facts.matters > 1:
        count = f"{facts.matters} perkara untuk unit yang berbeda"
        yield Reason("several_matters", f"Laporan tampaknya memuat {count}; perlu dipisah.")
    if facts.strange:
        yield Reason("new_kind_of_text", "Teks ini tidak mirip dengan laporan yang pernah ada.")


def _about_place(facts: Facts) -> Iterator[Reason]:
    if facts.regional:
        yield Reason("place_missing", "Tempat kejadian belum jelas.", _WHERE)
    if facts.conflict:
        field, text = facts.conflict
        yield Reason(
            "place_conflict",
            f"Isian menyebut {field}, tetapi teks menyebut {text}.",
            f"Kejadiannya di {field} atau di {text}?",
        )


def _about_probability(
    facts: Facts, best: Candidate | None, limits: Limits | None, policy: Policy
) -> Iterator[Reason]:
    if best is None:
        yield Reason("low_confidence", "Tidak ada unit yang cocok; perlu ditinjau petugas.")
        return
    if _ruled(facts, best, policy, NEVER):
        yield Reason("policy", "Urusan ini selalu ditinjau petugas menurut aturan instansi.")
        return
    if limits is None or best.mandate not in limits.thresholds:
        message = "Ketepatan untuk urusan ini di sini belum terbukti pada kasus nyata."
        yield Reason("not_proven", message)
    second = facts.candidates[1] if len(facts.candidates) > 1 else None
    # Only where the margin alone keeps the case back does it make a distant second worth naming.
    sure = limits is not None and best.probability >= limits.thresholds.get(best.mandate, 2.0)
    margin = limits.margin if limits and sure else 0.0
    if second and _near(best.probability, second.probability, margin):
        yield Reason(
            "ambiguous", f"Bisa ditangani {best.unit} atau {second.unit}; perlu dipilih petugas."
        )
    elif limits is not None and best.probability < limits.thresholds.get(best.mandate, 0.0):
        percent = min(99, int(100 * best.probability))
        message = f"Keyakinan pada pilihan pertama hanya {percent} %; perlu ditinjau petugas."
        yield Reason("low_confidence", message)


def _near(first: float, second: float, margin: float) -> bool:
    close = second >= _CONTENDER and first - second < _CLOSE
    return close or first - second < margin


REASONS: Mapping[str, str] = {
    "not_a_complaint": "the text is no complaint",
    "out_of_scope": "no government desk answers for it",
    "several_matters": "two or more matters for different desks",
    "new_kind_of_text": "far from every training case",
    "place_missing": "the place is not told; carries the question to ask",
    "place_conflict": "field and text name different places; carries the question to ask",
    "policy": "the operator routes this mandate never by itself",
    "not_proven": "too few calibration cases, or they missed the target",
    "ambiguous": "two units are about as likely",
    "low_confidence": "the first unit's probability is below the threshold",
    "audit": "drawn at random to check the promise",
}
