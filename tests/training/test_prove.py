"""What held-out cases prove: calibration where it helps, shortlists that keep their level."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from classifier.calibration import CalibrationCases, calibrate
from classifier.jurisdiction import OPEN, PLACED, Place
from classifier.settings import Proof, Settings
from classifier.shortlist import shortlists
from data.registry.units import Unit
from training.prove import Answer, prove

HERE = Place({"35.78": 0.98}, {"35": 0.98}, "", "", PLACED)
ELSEWHERE = Place({"33.74": 0.98}, {"33": 0.98}, "", "", PLACED)
NOWHERE = Place({}, {}, "", "", OPEN)
UNITS = [
    Unit(f"35.78/u{i}", f"Dinas {i}", "Kota", mandate, "35.78", (mandate,))
    for i, mandate in enumerate(("jalan", "air", "sampah", "taman", "parkir"))
]
Line = Callable[[np.ndarray], np.ndarray]


def sigmoid(odds: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-odds)))


def asked(n: int, seed: int, line: Line, place: Place = HERE, blocks: int = 4) -> list[Answer]:
    """Two units a case; the first is right with the odds that ``line`` makes of those it claims."""
    random = np.random.default_rng(seed)
    odds = random.normal(1.0, 1.0, n)
    right = random.random(n) < sigmoid(line(odds))
    first = sigmoid(odds)
    return [
        Answer(
            place,
            [(UNITS[0], float(p)), (UNITS[1], float(0.9 * min(1 - p, p)))],
            UNITS[0 if hit else 1],
            i % blocks,
        )
        for i, (p, hit) in enumerate(zip(first, right, strict=True))
    ]


def proof_of(found: Sequence[Answer], group: str = "35.78") -> Proof:
    return prove(found, Settings())[0].proofs[group]


# -- calibration


def test_an_overconfident_model_is_brought_down() -> None:
    proof = proof_of(asked(1_200, 1, lambda odds: 0.5 * odds - 0.4))
    assert proof.cases == 1_200
    assert proof.slope == pytest.approx(0.5, abs=0.15)
    assert proof.intercept == pytest.approx(-0.4, abs=0.2)


def test_calibrated_probabilities_are_what_happens() -> None:
    found = asked(3_000, 2, lambda odds: 0.5 * odds - 0.4)
    _, cases = prove(found, Settings())
    for low in (0.3, 0.4, 0.5, 0.6):
        some = (cases.probability >= low) & (cases.probability < low + 0.1)
        assert some.sum() > 200
        assert cases.right[some].mean() == pytest.approx(cases.probability[some].mean(), abs=0.06)
    raw = abs(cases.raw.mean() - cases.right.mean())
    assert abs(cases.probability.mean() - cases.right.mean()) < 0.01 < raw


def test_what_needs_no_scaling_is_hardly_scaled() -> None:
    proof = proof_of(asked(2_000, 3, lambda odds: odds))
    assert proof.slope == pytest.approx(1, abs=0.15)
    assert proof.intercept == pytest.approx(0, abs=0.15)


def test_a_line_that_does_not_help_the_other_blocks_is_not_kept() -> None:
    """Each block is off in the opposite way of the other: what one teaches harms the other."""
    high = asked(300, 4, lambda odds: odds + 2.0, blocks=1)
    low = asked(300, 5, lambda odds: odds - 2.0, blocks=1)
    found = [*high, *(Answer(a.place, a.ranked, a.label, 1) for a in low)]
    assert (proof_of(found).slope, proof_of(found).intercept) == (1.0, 0.0)


@pytest.mark.parametrize("label", UNITS[:2])
def test_where_all_ended_alike_nothing_is_scaled(label: Unit) -> None:
    found = [Answer(a.place, a.ranked, label, a.block) for a in asked(200, 6, np.negative)]
    assert (proof_of(found).slope, proof_of(found).intercept) == (1.0, 0.0)


@pytest.mark.parametrize("n", [1, 40, 99])
def test_a_few_cases_scale_nothing(n: int) -> None:
    proof = proof_of(asked(n, 7, lambda odds: 0.2 * odds - 2), PLACED)
    assert (proof.cases, proof.slope, proof.intercept) == (n, 1.0, 0.0)


def test_no_case_proves_nothing() -> None:
    settings, cases = prove([], Settings())
    assert settings == Settings()
    assert len(cases) == 0


# -- groups


def test_a_regency_with_enough_cases_is_judged_by_its_own() -> None:
    found = [
        *asked(400, 8, lambda odds: 0.5 * odds),
        *asked(40, 9, lambda odds: odds, ELSEWHERE),
        *asked(150, 10, lambda odds: odds - 1, NOWHERE),
    ]
    settings, cases = prove(found, Settings())
    assert set(settings.proofs) == {"35.78", PLACED, OPEN}
    counts = {group: int((cases.group == group).sum()) for group in settings.proofs}
    assert counts == {"35.78": 400, PLACED: 40, OPEN: 150}


def test_places_without_cases_get_no_routing_and_still_a_shortlist() -> None:
    """Their probabilities rest on the known places; nothing may go out by them."""
    settings, cases = prove(asked(400, 11, lambda odds: 0.4 * odds - 1), Settings())
    assert set(cases.group) == {"35.78"}
    own, others = settings.proofs["35.78"], settings.proofs[PLACED]
    assert own.slope < others.slope < 1  # one place's line says little of another's
    assert own.intercept < others.intercept < 0
    assert others.shortlist == own.shortlist
    assert OPEN not in settings.proofs


# -- the table of cases


def test_every_answer_is_a_row() -> None:
    found = asked(300, 12, lambda odds: 0.5 * odds)
    settings, cases = prove(found, Settings())
    assert len(cases) == 300
    for i in (0, 7, 299):
        ranked = calibrate(found[i].ranked, settings.proofs["35.78"])
        assert cases.raw[i] == found[i].ranked[0][1]
        assert cases.probability[i] == ranked[0][1]
        assert cases.second[i] == ranked[1][1]
        assert cases.labelled[i] == ranked[0 if cases.right[i] else 1][1]
        assert cases.right[i] == (found[i].label is UNITS[0])
        assert (cases.mandate[i], cases.block[i]) == ("jalan", i % 4)
        assert cases.label[i] == found[i].label.mandate
    assert CalibrationCases.from_row(cases.to_row()).to_row() == cases.to_row()


def test_a_label_that_was_not_found_counts_as_improbable() -> None:
    found = [Answer(HERE, [(UNITS[0], 0.9)], label, 0) for label in (UNITS[4], UNITS[0])]
    _, cases = prove(found, Settings())
    assert cases.labelled.tolist() == [0.0, pytest.approx(0.9)]
    assert cases.second.tolist() == [0.0, 0.0]


# -- shortlists


def drawn(n: int, seed: int, hard: str = "sampah") -> list[Answer]:
    """Five units a case; the label is drawn by the probabilities, one mandate's worse than told."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2.0, (n, len(UNITS)))
    told = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    noise = np.where(np.array([u.mandate for u in UNITS]) == hard, 2.0, 0.0)
    true = told * np.exp(noise)
    true /= true.sum(axis=1, keepdims=True)
    found = []
    for i in range(n):
        order = np.argsort(-told[i])
        ranked = [(UNITS[k], float(told[i, k])) for k in order]
        found.append(Answer(HERE, ranked, UNITS[int(random.choice(5, p=true[i]))], i % 4))
    return found


def covered(found: Sequence[Answer], proof: Proof, level: str) -> np.ndarray:
    """Which labels are on the list."""
    return np.array(
        [a.label.unit_id in shortlists(calibrate(a.ranked, proof), proof)[level] for a in found]
    )


def test_lists_hold_the_label_as_often_as_promised() -> None:
    """Also for a mandate that the model thinks little of: each has a limit of its own."""
    rates: dict[tuple[str, str], list[float]] = {}
    for seed in range(6):
        proof = proof_of(drawn(700, seed))
        fresh = drawn(700, 100 + seed)
        for level in ("0.9", "0.95"):
            hits = covered(fresh, proof, level)
            for mandate in ("", "sampah", "jalan"):
                mine = np.array([mandate in ("", a.label.mandate) for a in fresh])
                rates.setdefault((level, mandate), []).append(float(hits[mine].mean()))
    for (level, mandate), found in rates.items():
        assert np.mean(found) >= float(level) - 0.02, (level, mandate)
    assert np.mean(rates["0.9", ""]) < 0.97  # and no longer than needed


def test_a_higher_level_lists_no_less() -> None:
    limits = proof_of(drawn(700, 1)).shortlist
    assert set(limits["0.9"]) == set(limits["0.95"]) > {"", "sampah"}
    assert all(limits["0.95"][mandate] <= p for mandate, p in limits["0.9"].items())


def test_a_mandate_with_few_cases_shares_the_limit_of_the_others() -> None:
    found = [a for a in drawn(900, 2) if a.label.mandate != "parkir"]
    rare = [a for a in drawn(900, 3) if a.label.mandate == "parkir"][:39]
    limits = proof_of([*found, *rare]).shortlist["0.9"]
    assert set(limits) == {"", "jalan", "air", "sampah", "taman"}
    rates = [covered(rare, proof_of([*found, *rare]), level).mean() for level in ("0.9", "0.95")]
    assert min(rates) >= 0.88


@pytest.mark.parametrize("n", [1, 5])
def test_what_a_few_cases_cannot_promise_is_not_promised(n: int) -> None:
    """A sixth case is the least likely of six in 1 of 6, not in 1 of 10: all units are listed."""
    found = [Answer(HERE, [(UNITS[0], 0.5), (UNITS[1], 0.3)], UNITS[0], i) for i in range(n)]
    assert proof_of(found, PLACED).shortlist == {"0.9": {"": 0.0}, "0.95": {"": 0.0}}


def test_cases_of_one_probability_are_listed_together() -> None:
    found = [Answer(HERE, [(UNITS[1], 0.6), (UNITS[0], 0.3)], UNITS[0], i % 4) for i in range(99)]
    proof = proof_of(found, PLACED)
    assert covered(found, proof, "0.9").all()
