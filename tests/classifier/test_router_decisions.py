"""What the router decides: out of scope, place missing, and what calibration cases have proven."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.bundle import Bundle, load
from classifier.calibration import CalibrationCases
from classifier.policy import ALWAYS, NEVER, Policy
from classifier.recommendation import Recommendation
from classifier.router import Router
from classifier.settings import Proof
from data.complaint import Complaint

LAMP = Complaint("Lampu jalan di depan gang kami padam sejak Senin", regency="Kota Surabaya")
IDENTITY = Complaint("KTP elektronik saya sudah tiga bulan belum dicetak juga")
DEBT = Complaint(
    "Teman saya pinjam uang lima juta sejak tahun lalu dan tidak mau mengembalikan. "
    "Tolong pemerintah menagihkan utangnya ke rumahnya",
    regency="Kota Surabaya",
)
UNAUDITED = Policy(audit_share=0.0)
SHORTLIST = {"0.9": {"": 0.05}, "0.95": {"": 0.01}}


@pytest.fixture(scope="module")
def router(bundle: Path) -> Router:
    return Router.load(bundle)


def proven(bundle: Path, **changes: Any) -> Bundle:
    """The starter bundle as if 400 sure cases of Surabaya's street lamps had been right."""
    loaded = load(bundle)
    n = 400
    columns: dict[str, list[Any]] = {
        "group": ["35.78"] * n,
        "mandate": ["lalu-lintas"] * n,
        "label": ["lalu-lintas"] * n,
        "raw": [0.5] * n,
        "probability": [0.5] * n,
        "second": [0.1] * n,
        "labelled": [0.5] * n,
        "right": [True] * n,
        "block": (np.arange(n) % 4).tolist(),
    } | changes
    loaded.calibration = CalibrationCases.from_row(columns)
    proofs = {"35.78": Proof(n, 1.0, 0.0, SHORTLIST), "placed": Proof(n, 1.0, 0.0, SHORTLIST)}
    loaded.settings = replace(loaded.settings, proofs=proofs)
    return loaded


def one(router: Router, complaint: Complaint, **options: Any) -> Recommendation:
    return router.route([complaint], **options)[0]


def codes(answer: Recommendation) -> list[str]:
    return [reason.code for reason in answer.reasons]


@pytest.fixture(scope="module")
def first(router: Router) -> Mapping[str, Any]:
    """The mandate that calibration cases of the lamp's unit are told by."""
    return {"mandate": [one(router, LAMP).candidates[0].mandate] * 400}


# -- scope


@pytest.mark.parametrize(
    "text",
    [
        DEBT.text,
        "Kakak saya berutang emas 20 gram dan mengingkari janjinya, tolong panggil dia",
        "Pinjaman online mudah tanpa jaminan, hubungi admin kami sekarang, cair lima menit",
    ],
)
def test_what_no_desk_answers_for_is_told(router: Router, text: str) -> None:
    answer = one(router, Complaint(text, regency="Kota Surabaya"))
    assert answer.decision == "review"
    assert {"out_of_scope", "not_a_complaint"} & set(codes(answer))


def test_a_private_debt_is_out_of_scope(router: Router) -> None:
    answer = one(router, DEBT)
    assert "out_of_scope" in codes(answer)
    assert answer.candidates  # the officer still sees where it might have gone


@pytest.mark.parametrize(
    "text",
    [
        LAMP.text,
        IDENTITY.text,
        "Bansos saya dipotong ketua RT, uangnya tidak dikembalikan",
        "Perusahaan tidak membayar gaji kami tiga bulan",
        "Jalan berlubang di depan pasar",
    ],
)
def test_what_a_desk_answers_for_is_not(router: Router, text: str) -> None:
    assert "out_of_scope" not in codes(one(router, Complaint(text, regency="Kota Surabaya")))


def test_out_of_scope_keeps_even_always_back(bundle: Path, router: Router) -> None:
    mandate = one(router, DEBT).candidates[0].mandate
    always = Router(load(bundle), Policy(audit_share=0.0, mandates={mandate: ALWAYS}))
    assert one(always, DEBT).decision == "review"


# -- places


def test_a_missing_place_carries_its_question(router: Router) -> None:
    answer = one(router, IDENTITY)
    assert answer.decision == "ask"
    (reason,) = [reason for reason in answer.reasons if reason.code == "place_missing"]
    assert reason.question.endswith("?")
    told = one(router, IDENTITY, door="Kota Semarang")
    assert "place_missing" not in codes(told)
    (row,) = [r for r in answer.to_row()["reasons"] if r["code"] == "place_missing"]
    assert row == {"code": row["code"], "message": row["message"], "question": reason.question}


def test_two_places_are_asked_about(router: Router) -> None:
    torn = Complaint("Selokan mampet di Kota Semarang, tolong", regency="Kota Surabaya")
    answer = one(router, torn)
    (reason,) = [reason for reason in answer.reasons if reason.code == "place_conflict"]
    assert "Kota Semarang" in reason.question
    assert "Kota Surabaya" in reason.question
    agreed = replace(torn, regency="Kota Semarang")
    assert "place_conflict" not in codes(one(router, agreed, door="Kota Surabaya"))


# -- what has been proven


def test_a_proven_mandate_goes_out_by_itself(bundle: Path, first: Mapping[str, Any]) -> None:
    router = Router(proven(bundle, **first), UNAUDITED)
    answer = one(router, LAMP)
    assert answer.candidates[0].unit_id == "35.78/dinas-perhubungan"
    assert answer.candidates[0].probability > 0.5
    assert (answer.decision, answer.reasons) == ("auto-route", ())


def test_what_is_proven_in_one_city_is_not_in_another(
    bundle: Path, first: Mapping[str, Any]
) -> None:
    router = Router(proven(bundle, **first), UNAUDITED)
    for elsewhere in (replace(LAMP, regency="Kota Semarang"), replace(LAMP, regency="")):
        answer = one(router, elsewhere)
        assert answer.decision != "auto-route"
        assert {"not_proven", "place_missing"} & set(codes(answer))
    assert one(router, replace(IDENTITY, regency="Kota Surabaya")).decision == "review"


def test_wrong_cases_prove_nothing(bundle: Path, first: Mapping[str, Any]) -> None:
    wrong = {"right": [i % 2 == 0 for i in range(400)]}
    answer = one(Router(proven(bundle, **first, **wrong), UNAUDITED), LAMP)
    assert (answer.decision, codes(answer)) == ("review", ["not_proven"])


def test_the_policy_is_heard(bundle: Path, first: Mapping[str, Any]) -> None:
    mandate = first["mandate"][0]
    made = proven(bundle, **first)
    never = Router(made, Policy(mandates={mandate: NEVER}))
    assert codes(one(never, LAMP)) == ["policy"]
    audit = Router(made, Policy(audit_share=1.0))
    assert codes(one(audit, LAMP)) == ["audit"]
    strict = Router(made, Policy(target=0.999, audit_share=0.0))
    assert one(strict, LAMP).decision == "review"
    always = Router(load(bundle), Policy(audit_share=0.0, mandates={mandate: ALWAYS}))
    assert one(always, LAMP).decision == "auto-route"


def test_the_audit_draws_few_and_always_the_same(bundle: Path, first: Mapping[str, Any]) -> None:
    router = Router(proven(bundle, **first))
    many = [replace(LAMP, id=f"a-{i}") for i in range(600)]
    drawn = [a.id for a in router.route(many) if codes(a) == ["audit"]]
    assert 2 <= len(drawn) <= 30
    assert [a.id for a in router.route(many[::-1]) if codes(a) == ["audit"]] == drawn[::-1]


# -- authority rules


def test_rules_are_heard_with_the_weight_of_the_regency(bundle: Path) -> None:
    road = Complaint("Jalan provinsi di kampung kami rusak parah", regency="Kota Surabaya")
    made = load(bundle)

    def province(weights: Mapping[str, float], complaint: Complaint = road) -> float:
        made.settings = replace(made.settings, rule_weights=weights)
        answer = one(Router(made), complaint, top=50)
        return sum(c.probability for c in answer.candidates if c.region_code in ("35", "33"))

    heard, silent = province({"": 1.0}), province({"": 0.0})
    assert heard > silent + 0.2
    assert province({"": 1.0, "35.78": 0.0}) == silent
    assert province({"": 0.0, "35.78": 1.0}) == heard
    assert province({"35.78": 1.0}, replace(road, regency="Kota Semarang")) < heard


# -- shortlists


@pytest.mark.parametrize("top", [1, 3, 50])
def test_a_shortlist_is_shown_whole(bundle: Path, top: int) -> None:
    router = Router(proven(bundle))
    answer = one(router, LAMP, top=top)
    ids = [candidate.unit_id for candidate in answer.candidates]
    shorter, longer = answer.shortlists["0.9"], answer.shortlists["0.95"]
    assert shorter[0] == ids[0]
    assert set(shorter) <= set(longer) <= set(ids)
    assert len(ids) >= top or len(ids) == len(one(router, LAMP, top=500).candidates)
    assert answer.to_row()["shortlists"] == {"0.9": list(shorter), "0.95": list(longer)}


def test_without_calibration_there_is_no_shortlist(router: Router) -> None:
    answer = one(router, LAMP)
    assert answer.shortlists == {}
    assert "not_proven" in codes(answer)


def test_calibrated_probabilities_are_shown(bundle: Path) -> None:
    plain, scaled = proven(bundle), proven(bundle)
    doubtful = Proof(400, 0.5, -1.0, SHORTLIST)
    scaled.settings = replace(scaled.settings, proofs={"35.78": doubtful})
    before, after = one(Router(plain), LAMP), one(Router(scaled), LAMP)
    assert after.candidates[0].probability < before.candidates[0].probability
    assert [c.unit_id for c in after.candidates] == [c.unit_id for c in before.candidates]
    assert sum(c.probability for c in after.candidates) <= 1 + 1e-6
