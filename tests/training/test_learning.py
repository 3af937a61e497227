"""What a bundle trained on two cities' cases answers to wordings that it has not seen."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.router import Router
from data.cases import Cases
from data.complaint import Complaint, LabelledCase
from evaluation.evaluate import evaluate

SURABAYA = {
    "lampu penerangan jalan padam depan mushola": "35.78/dinas-perhubungan",
    "sampah di TPS tidak diangkut sejak Minggu, bau": "35.78/dinas-lingkungan-hidup",
    "selokan mampet, hujan sebentar jalan banjir": "35.78/dinas-sumber-daya-air-dan-bina-marga",
    "KTP saya belum jadi, rekam data sudah lama": "35.78/dinas-kependudukan-dan-pencatatan-sipil",
    "dokter di rumah sakit datang terlambat, antrean panjang": "35.78/rsud-dr-mohamad-soewandhie",
    "warung menjual minuman keras sampai malam": "35.78/satuan-polisi-pamong-praja",
}
SEMARANG = {
    "latihan gamelan di sanggar balai batal lagi": "33.74/desk:balai-cakra-buana",
    "pungutan di SMP negeri memberatkan wali murid": "33.74/pendidikan-dasar",
    "gerobak sampah jarang datang, kontainer meluber": "33.74/lingkungan",
    "bus Trans penuh, halte tidak ada petugas": "33.74/lalu-lintas",
}


@pytest.mark.parametrize(("text", "unit"), SURABAYA.items())
def test_unseen_words_of_a_city_find_its_units(mixed_router: Router, text: str, unit: str) -> None:
    answer = mixed_router.route([Complaint(text, regency="Kota Surabaya")])[0]
    assert answer.candidates[0].unit_id == unit


@pytest.mark.parametrize(("text", "unit"), SEMARANG.items())
def test_without_a_field_the_wording_finds_the_unit(
    mixed_router: Router, text: str, unit: str
) -> None:
    assert mixed_router.route([Complaint(text)])[0].candidates[0].unit_id == unit


def test_one_citys_cases_serve_another_city(mixed_router: Router) -> None:
    """Nothing was labelled in Malang: the mandate was learnt elsewhere."""
    complaint = Complaint("lampu penerangan jalan padam depan mushola")
    answer = mixed_router.route([complaint], door="Kota Malang")[0]
    assert answer.candidates[0].unit_id == "35.73/lalu-lintas"


def test_an_unresolved_name_is_predicted_as_a_desk_of_its_own(mixed_router: Router) -> None:
    best = mixed_router.route([Complaint("kostum tari sanggar sobek")])[0].candidates[0]
    assert (best.unit, best.agency) == ("Balai Cakra Buana", "Pemerintah Kota Semarang")
    assert best.region_code == "33.74"
    assert best.probability > 0.5


def test_one_unresolved_name_in_two_cities_is_two_desks(
    run: Callable[..., Path], every: list[LabelledCase]
) -> None:
    """The desk of the complaint's own city answers, not the one that was seen first."""
    twins = [
        replace(
            case,
            agency="Pemerintah Kota Malang",
            complaint=replace(case.complaint, id=f"m-{i}", regency="Kota Malang"),
        )
        for i, case in enumerate(every)
        if case.unit == "Balai Cakra Buana"
    ]
    router = Router.load(run([*every, *twins]))
    complaint = Complaint("kostum tari sanggar sobek", regency="Kota Malang")
    best = router.route([complaint])[0].candidates[0]
    assert (best.unit, best.region_code) == ("Balai Cakra Buana", "35.73")


def test_the_own_cases_are_known(mixed_router: Router, mixes: dict[str, Cases]) -> None:
    """Also an unresolved label counts as met where its own desk was predicted."""
    for mix in ("surabaya", "semarang"):
        figures = evaluate(mixed_router, mixes[mix].cases)
        assert figures["unit"]["top1"] > 0.9, mix
        assert figures["kind"]["top1"] > 0.9, mix


def test_categories_are_those_of_the_city(mixed_router: Router, mixes: dict[str, Cases]) -> None:
    own = {case.category for case in mixes["surabaya"].cases}
    answer = mixed_router.route([Complaint("KTP belum jadi", regency="Kota Surabaya")])[0]
    assert answer.category == "Administrasi Kependudukan"
    assert {category for category, _ in answer.categories} <= own


def test_what_is_no_complaint_is_learnt(mixed_router: Router) -> None:
    answer = mixed_router.route([Complaint("jual pulsa dan kuota murah, hubungi kami")])[0]
    assert answer.kind == "none"
    assert answer.decision == "review"


@pytest.mark.parametrize("text", ["", "zzz qqq", "paspor dan visa ditolak imigrasi"])
def test_a_mandate_that_no_case_taught_is_not_preferred_to_those_taught(
    mixed_router: Router, mixes: dict[str, Cases], text: str
) -> None:
    """Nothing is known of the text, so what was often seen is likelier than what never was."""
    taught = {c.mandate for c in mixed_router.route([Complaint(t) for t in SEMARANG])[0].candidates}
    taught |= {"jalan", "lingkungan", "lalu-lintas", "kependudukan", "bantuan-sosial"}
    answer = mixed_router.route([Complaint(text)])[0]
    seen = sum(p for mandate, p in answer.mandates if mandate in taught)
    assert answer.mandates[0][0] in taught
    assert seen > 0.5
