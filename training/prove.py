"""What held-out cases prove: calibration of the first unit's probability, and the shortlists."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from crepes import ConformalClassifier
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from classifier.calibration import CalibrationCases, Ranked, calibrate, group_of, log_odds
from classifier.jurisdiction import PLACED, Place
from classifier.settings import Proof, Settings
from data.registry.units import Unit
from evaluation.outcomes import matches
from training.held import Held

LEVELS = (0.9, 0.95)
_KEPT = 12  # units of a ranking that are looked at
_FEWEST = 100  # calibration cases from which a regency is judged by its own
_CLASS = 40  # calibration cases of a mandate from which its shortlist has a limit of its own


@dataclass(frozen=True, slots=True)
class Answer:
    """One held-out case: its place, the first units, the labelled one, and its block of time."""

    place: Place
    ranked: Ranked
    label: Unit
    block: int


def answers(held: Held, settings: Settings, block: int) -> list[Answer]:
    """The answers to held-out cases, before calibration."""
    ranked = held.ranked(settings)
    return [
        Answer(place, units[:_KEPT], label, block)
        for place, units, label in zip(held.places, ranked, held.labels, strict=True)
        if units and label
    ]


def prove(found: Sequence[Answer], settings: Settings) -> tuple[Settings, CalibrationCases]:
    """The settings with what the answers prove, and the calibration cases behind it.

    A regency with 100 cases or more is judged by its own; complaints that only their text places,
    or nothing does, by all such cases (``Place.context``); those of other regencies cautiously by
    what all known regencies have shown.
    """
    if not found:
        return settings, CalibrationCases.none()
    regencies = Counter(a.place.likeliest for a in found if a.place.context == PLACED)
    known = [code for code, cases in regencies.items() if code and cases >= _FEWEST]
    groups = np.array([group_of(a.place, known) for a in found])
    proofs = {str(group): _platt(found, groups == group) for group in np.unique(groups)}
    if known:  # for places that too few calibration cases came from
        proofs[PLACED] = _elsewhere([proofs[code] for code in known])
    cases = _cases(found, groups, proofs)
    listed = {
        group: replace(proof, shortlist=_shortlists(cases.where(_speaking(cases, group, known))))
        for group, proof in proofs.items()
    }
    return replace(settings, proofs=listed), cases


def _speaking(cases: CalibrationCases, group: str, known: Sequence[str]) -> NDArray[np.bool_]:
    """The cases that speak for a group: its own, or for other places those of all known ones."""
    if group == PLACED:
        return np.isin(cases.group, [*known, PLACED])
    own: NDArray[np.bool_] = cases.group == group
    return own


def _platt(found: Sequence[Answer], mask: NDArray[np.bool_]) -> Proof:
    """Platt scaling of the first unit's log-odds (Platt 1999), where it helps.

    It is kept if it makes the outcomes of each block of time likelier when fitted on the others:
    the heads' temperatures may have done its work already. (On Surabaya's cases before December
    2022 isotonic regression and Venn-Abers did worse than either, see docs/decisions.md.)
    """
    kept = [answer for answer, mine in zip(found, mask, strict=True) if mine]
    right = np.array([matches(a.ranked[0][0], a.label) for a in kept])
    proof = Proof(cases=len(kept))
    if len(kept) < _FEWEST or right.all() or not right.any():
        return proof
    odds = log_odds(np.array([a.ranked[0][1] for a in kept]))
    blocks = np.array([a.block for a in kept])
    fitted = _lines(odds, right, [np.ones(len(kept), dtype=bool)])[0]
    held = [blocks == block for block in np.unique(blocks)]
    tried = np.zeros(len(kept))
    for mine, (slope, intercept) in zip(held, _lines(odds, right, [~h for h in held]), strict=True):
        tried[mine] = odds[mine] * slope + intercept
    if _likelihood(tried, right) <= _likelihood(odds, right):
        return proof
    return replace(proof, slope=fitted[0], intercept=fitted[1])


def _elsewhere(known: Sequence[Proof]) -> Proof:
    """The calibration of other places: the mean of the known ones' lines and of none at all.

    One regency's line says little of another's; the more there are, the more their mean does.
    """
    votes = len(known) + 1
    return Proof(
        cases=sum(proof.cases for proof in known),
        slope=(1.0 + sum(proof.slope for proof in known)) / votes,
        intercept=sum(proof.intercept for proof in known) / votes,
    )


def _lines(
    odds: NDArray[np.float64], right: NDArray[np.bool_], masks: Sequence[NDArray[np.bool_]]
) -> list[tuple[float, float]]:
    """Slope and intercept fitted on the cases of each mask; (1, 0) where all ended alike."""
    found = []
    for mask in masks:
        if right[mask].all() or not right[mask].any():
            found.append((1.0, 0.0))
            continue
        line = LogisticRegression(C=1.0).fit(odds[mask, None], right[mask])
        found.append((float(line.coef_[0, 0]), float(line.intercept_[0])))
    return found


def _likelihood(odds: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Mean log-probability of what came out."""
    return float(-np.logaddexp(0.0, np.where(right, -odds, odds)).mean())


def _cases(
    found: Sequence[Answer], groups: NDArray[np.str_], proofs: dict[str, Proof]
) -> CalibrationCases:
    ranked = [calibrate(a.ranked, proofs[str(g)]) for a, g in zip(found, groups, strict=True)]
    labelled = [
        next((p for unit, p in units if matches(unit, a.label)), 0.0)
        for a, units in zip(found, ranked, strict=True)
    ]
    return CalibrationCases(
        group=groups,
        mandate=np.array([units[0][0].mandate for units in ranked]),
        label=np.array([a.label.mandate for a in found]),
        raw=np.array([a.ranked[0][1] for a in found]),
        probability=np.array([units[0][1] for units in ranked]),
        second=np.array([units[1][1] if len(units) > 1 else 0.0 for units in ranked]),
        labelled=np.array(labelled),
        right=np.array(
            [matches(units[0][0], a.label) for a, units in zip(found, ranked, strict=True)]
        ),
        block=np.array([a.block for a in found]),
    )


def _shortlists(cases: CalibrationCases) -> dict[str, dict[str, float]]:
    """For each level and mandate the smallest probability with which a unit is listed."""
    counts = Counter(cases.label.tolist())
    own = [mandate for mandate, n in sorted(counts.items()) if n >= _CLASS]
    rest = ~np.isin(cases.label, own)
    masks = {"": rest if rest.any() else np.ones(len(cases), dtype=bool)}
    masks |= {mandate: cases.label == mandate for mandate in own}
    return {
        str(level): {m: _limit(cases.labelled[mask], level) for m, mask in masks.items()}
        for level in LEVELS
    }


def _limit(labelled: NDArray[np.float64], level: float) -> float:
    """The smallest probability in a class-conditional conformal set (Vovk et al. 2005, ch. 4).

    A unit is listed if its p-value among the calibration cases of its mandate, by 1 - probability,
    exceeds 1 - level.
    """
    strange = 1.0 - labelled
    conformal = ConformalClassifier().fit(strange)
    p_values = conformal.predict_p(strange[:, None], smoothing=False)[:, 0]
    if 1 / (len(labelled) + 1) > 1.0 - level:
        return 0.0  # so few cases leave no unit out
    return float(labelled[p_values > 1.0 - level].min())
