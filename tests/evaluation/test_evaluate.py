"""Evaluation: figures of a bundle on labelled cases, none of whose labels it sees."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from classifier.recommendation import Candidate
from classifier.router import Router
from data.complaint import Complaint, LabelledCase
from data.registry.registry import Registry
from data.registry.units import Unit
from evaluation.evaluate import evaluate
from evaluation.outcomes import matches, outcomes, rank_of

SURABAYA = "Pemerintah Kota Surabaya"
FIELDS = {"regency": "Kota Surabaya", "district": "Rungkut", "village": "Kalirungkut"}


def case(text: str, unit: str = "", category: str = "", **labels: str) -> LabelledCase:
    door = labels.pop("door", "")
    complaint = Complaint(text, id=text[:12], door=door, **FIELDS)
    labels = {"kind": "complaint", "agency": SURABAYA, **labels}
    return LabelledCase(complaint, unit=unit, category=category, **labels)


LAMP = case("Lampu jalan di gang kami padam sejak Senin", "Dinas Perhubungan", "Penerangan Jalan")
IDENTITY = case(
    "KTP elektronik saya sudah tiga bulan belum dicetak",
    "Dinas Kependudukan dan Pencatatan Sipil",
    "Kependudukan",
)
WRONG = case("Sampah di TPS menumpuk tidak diangkut", "Dinas Pendidikan", "Pendidikan")
CASES = (LAMP, IDENTITY, WRONG)


@pytest.fixture(scope="module")
def router(bundle: Path) -> Router:
    return Router.load(bundle)


# -- the figures


def check_shape(figures: dict[str, Any]) -> None:
    for name in ("unit", "mandate", "category", "kind"):
        assert set(figures[name]) == {"top1", "interval", "top3", "macro_f1", "n"}
        if figures[name]["n"]:
            low, high = figures[name]["interval"]
            assert 0 <= low <= figures[name]["top1"] <= high <= 1
        assert 0 <= figures[name]["top1"] <= figures[name]["top3"] <= 1
        assert 0 <= figures[name]["macro_f1"] <= 1
    assert 0 <= figures["calibration"]["ece"] <= 1
    assert 0 <= figures["calibration"]["brier"] <= 1
    assert sum(b["n"] for b in figures["calibration"]["bins"]) == figures["unit"]["n"]
    assert set(figures["risk_coverage"]["coverage_at"]) == {"0.99", "0.95", "0.90"}
    assert 0 <= figures["risk_coverage"]["aurc"] <= 1
    assert set(figures["auto_route"]) == {"n", "share", "precision", "interval", "audited"}
    assert isinstance(figures["unresolved_labels"], dict)
    json.dumps(figures, allow_nan=False)


def test_figures_have_the_documented_keys(router: Router) -> None:
    figures = evaluate(router, CASES)
    assert figures["n"] == 3
    check_shape(figures)


def test_right_and_wrong_answers_are_counted(router: Router) -> None:
    figures = evaluate(router, CASES)
    assert figures["unit"]["n"] == figures["mandate"]["n"] == figures["kind"]["n"] == 3
    assert figures["unit"]["top1"] == figures["mandate"]["top1"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["kind"]["top1"] == 1
    # Three units are true, one more was predicted: F1 of 1, 1, 0, 0.
    assert figures["unit"]["macro_f1"] == pytest.approx(2 / 4, abs=1e-4)


def test_a_case_counts_where_it_has_a_label(router: Router) -> None:
    cases = [
        LAMP,
        replace(LAMP, unit=""),
        replace(LAMP, unit="", category=""),
        replace(LAMP, unit="", category="", kind=""),
    ]
    figures = evaluate(router, cases)
    counts = {name: figures[name]["n"] for name in ("unit", "mandate", "category", "kind")}
    assert (figures["n"], counts) == (4, {"unit": 1, "mandate": 1, "category": 2, "kind": 3})


def test_no_cases_give_figures_of_nothing(router: Router) -> None:
    figures = evaluate(router, [])
    assert figures["n"] == 0
    check_shape(figures)


def test_categories_are_compared_without_case_and_spaces(router: Router) -> None:
    best = router.route([LAMP.complaint])[0].category
    assert evaluate(router, [replace(LAMP, category=f" {best.upper()} ")])["category"]["top1"] == 1


def test_order_and_batches_do_not_matter(router: Router) -> None:
    many = [*CASES] * 100  # more than one batch
    figures = evaluate(router, many)
    assert figures == evaluate(router, many[::-1])
    assert figures["unit"]["top1"] == evaluate(router, CASES)["unit"]["top1"]


# -- labels that need care


def test_a_label_without_a_place_is_met_by_its_mandate_anywhere(router: Router) -> None:
    placeless = LabelledCase(
        replace(LAMP.complaint, regency="", district="", village=""), unit="Dinas Perhubungan"
    )
    figures = evaluate(router, [placeless], door="Kota Surabaya")
    assert figures["unresolved_labels"] == {}
    assert figures["unit"]["top1"] == figures["mandate"]["top1"] == 1


def candidate(unit_id: str, mandate: str = "lalu-lintas", region: str | None = None) -> Candidate:
    return Candidate(unit_id, "Dinas", "Pemerintah", mandate, region, 0.5)


def label(unit_id: str, region: str | None = None) -> Unit:
    return Unit(unit_id, "Dinas", "", "lalu-lintas", region, ("lalu-lintas",))


@pytest.mark.parametrize(
    ("answer", "true", "meets"),
    [
        (candidate("33.74/x", region="33.74"), label("33.74/x", "33.74"), True),
        (candidate("33.74/x", region="33.74"), label("35.78/x", "35.78"), False),
        (candidate("33.74/x", region="33.74"), label("-/lalu-lintas"), True),
        (candidate("33/x", region="33"), label("-/lalu-lintas"), True),
        (candidate("-/lalu-lintas"), label("-/lalu-lintas"), True),
        # a ministry is no "Dinas Perhubungan"
        (candidate("ID/kemenhub", region="ID"), label("-/lalu-lintas"), False),
        (candidate("33.74/parkir", "parkir", "33.74"), label("-/lalu-lintas"), False),
        # what has a name of its own, or is a desk of its own, is not met by any other
        (candidate("33.74/x", region="33.74"), label("-/lalu-lintas:uptd-x"), False),
        # an answer without a place does not meet a label with one
        (candidate("-/lalu-lintas"), label("33.74/x", "33.74"), False),
    ],
)
def test_when_an_answer_meets_a_label(answer: Candidate, true: Unit, meets: bool) -> None:
    assert matches(answer, true) is meets


def test_the_rank_is_that_of_the_first_answer_that_meets_the_label(router: Router) -> None:
    (answer,) = router.route([LAMP.complaint])
    ids = [c.unit_id for c in answer.candidates]
    placed = [(rank, unit_id) for rank, unit_id in enumerate(ids) if unit_id[0] != "-"]
    assert len(placed) > 1
    for rank, unit_id in placed:
        assert rank_of(answer, label(unit_id)) == rank
    assert rank_of(answer, label("-/lalu-lintas")) == 0
    assert rank_of(answer, label("99/none")) == -1
    assert rank_of(answer, None) == -1


def test_unresolved_labels_are_counted_by_name_and_as_misses(router: Router) -> None:
    odd = replace(LAMP, unit="Satgas Kunang-Kunang")
    figures = evaluate(router, [LAMP, odd, odd, replace(LAMP, unit="Tim Obor")])
    assert figures["unresolved_labels"] == {"Satgas Kunang-Kunang": 2, "Tim Obor": 1}
    assert figures["unit"]["n"] == 4
    assert figures["unit"]["top1"] == figures["unit"]["top3"] == 0.25


def test_a_profile_resolves_the_labels_too(bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(
        'region: "35.78"\nunits:\n  - name: Satgas Kunang-Kunang\n'
        "    mandates: [penerangan-jalan]\n",
        encoding="utf-8",
    )
    figures = evaluate(
        Router.load(bundle, profile=path), [replace(LAMP, unit="Satgas Kunang-Kunang")]
    )
    assert figures["unresolved_labels"] == {}
    assert figures["unit"]["top1"] == 1


# -- labels never reach the router


def answers(
    router: Router, cases: Sequence[LabelledCase], door: str | None = None
) -> list[dict[str, Any]]:
    return [found.recommendation.to_row() for found in outcomes(router, cases, door)]


def test_labels_change_no_answer(router: Router) -> None:
    nonsense = {
        "kind": "none",
        "category": "Taman",
        "agency": "Kementerian Luar Negeri",
        "unit": "Kementerian Luar Negeri",
        "mandate": "luar-negeri",
        "level": "nation",
    }
    expected = answers(router, CASES)
    assert answers(router, [replace(c, **nonsense) for c in CASES]) == expected
    assert answers(router, [replace(c, **dict.fromkeys(nonsense, "")) for c in CASES]) == expected


def test_a_door_that_was_filled_from_the_labels_changes_no_answer(router: Router) -> None:
    """An export's door is the agency that its labels name; it came later than the complaint."""
    doored = [
        replace(c, agency="Kota Manado", complaint=replace(c.complaint, door="Kota Manado"))
        for c in CASES
    ]
    assert answers(router, doored) == answers(router, CASES)


def test_a_given_door_holds_for_all_cases(router: Router) -> None:
    bare = [LabelledCase(Complaint(c.complaint.text)) for c in CASES[:2]]
    for answer in answers(router, bare, "Kota Manado"):
        assert answer["candidates"][0]["region_code"] == "71.71"


def test_each_case_comes_with_its_own_answer(router: Router) -> None:
    many = [replace(c, line=i) for i, c in enumerate([*CASES] * 90)]
    found = list(outcomes(router, many))
    assert [o.case.line for o in found] == list(range(270))
    assert all(o.case.complaint.id == o.recommendation.id for o in found)


def test_the_evaluated_router_is_left_as_it_was(router: Router, registry: Registry) -> None:
    before = answers(router, CASES)
    evaluate(router, CASES, door="Kota Manado")
    assert answers(router, CASES) == before
    assert router.registry.to_row() == registry.to_row()
