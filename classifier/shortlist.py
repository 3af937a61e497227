"""The units among which the right one is at a promised level."""

from classifier.calibration import Ranked
from classifier.settings import Proof

_LONGEST = 12  # units of a shortlist at most: nobody reads more
# A unit less likely than that is never listed: it shortened the lists of Surabaya's calibration
# cases from 4.0 to 3.2 units on average and cost 0.2 points of coverage.
_LEAST = 0.002


def shortlists(ranked: Ranked, proof: Proof | None) -> dict[str, tuple[str, ...]]:
    """Level → ids of the listed units, likeliest first; never empty where a unit is known.

    A unit is listed if its probability reaches the limit of its mandate: a class-conditional
    conformal set (``training.prove``). The first unit is always listed.

    Args:
        ranked: units with calibrated probabilities, the likeliest first.
        proof: of the group of the case; without calibration there are no shortlists.
    """
    if proof is None or not ranked:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for level, limits in proof.shortlist.items():
        listed = [
            unit.unit_id
            for unit, p in ranked[:_LONGEST]
            if p >= max(_LEAST, limits.get(unit.mandate, limits.get("", 0.0)))
        ]
        first = ranked[0][0].unit_id
        found[level] = tuple(listed if first in listed else [first, *listed])
    return found
