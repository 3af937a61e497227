"""The router: complaints in, ranked units out, the same however they are asked for."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.recommendation import Recommendation
from classifier.router import Router
from data.complaint import KINDS, MAX_TEXT, Complaint
from data.errors import PintuError, TableError
from data.registry.registry import Registry

LAMP = Complaint("Lampu jalan di depan gang kami padam sejak Senin, gelap sekali")
IDENTITY = Complaint("KTP elektronik saya sudah tiga bulan belum dicetak juga")
COMPLAINTS = (
    LAMP,
    IDENTITY,
    replace(LAMP, id="a-1", regency="Kota Surabaya", district="Sawahan", village="Putat Jaya"),
    replace(IDENTITY, regency="Kota Semarang", title="KTP saya"),
    Complaint("Sampah di pinggir kali sudah seminggu, dekat Pasar Johar, Kota Semarang"),
    Complaint("Pungutan di sekolah dasar memberatkan wali murid", province="Riau"),
    Complaint("Kantor Kelurahan Sekaran tutup terus", regency="Kota Semarang", village="Sekaran"),
    Complaint("rekening bank mandiri saya dibobol orang"),
    Complaint("terima kasih banyak, pelayanannya cepat"),
    Complaint("banjir", door="Pemerintah Kota Malang"),
    Complaint("paspor saya ditolak tanpa alasan", regency="Kota Antah", province="Berantah"),
)
ODD = (
    Complaint(""),
    Complaint("   \n\t"),
    Complaint("😀🔥😭" * 40),
    Complaint("\x00\x07"),
    Complaint("?"),
    Complaint("lampu jalan mati " * 1_200),
    Complaint("x" * MAX_TEXT),
    Complaint("١٢٣ 中文 ꦗꦮ Ünïcode"),
    Complaint("", title="Jalan rusak", regency="Kota Surabaya"),
    Complaint("jalan rusak", regency="😀", district="\x00", village="-", province=" "),
    Complaint("jalan rusak", door="😀 entah apa"),
)


@pytest.fixture(scope="module")
def router(bundle: Path) -> Router:
    return Router.load(bundle)


def rows(answers: Sequence[Recommendation]) -> list[dict[str, object]]:
    return [answer.to_row() for answer in answers]


def check(answer: Recommendation, top: int) -> None:
    candidates = [candidate.probability for candidate in answer.candidates]
    assert 1 <= len(candidates) <= top
    assert len({candidate.unit_id for candidate in answer.candidates}) == len(candidates)
    for ranked in (
        candidates,
        [p for _, p in answer.kinds],
        [p for _, p in answer.categories],
        [p for _, p in answer.mandates],
    ):
        assert ranked
        assert ranked == sorted(ranked, reverse=True)
        assert all(0 <= p <= 1 for p in ranked)
        assert sum(ranked) <= 1 + 1e-6
    assert {kind for kind, _ in answer.kinds} == set(KINDS)
    assert answer.decision in ("auto-route", "review", "ask")
    assert bool(answer.reasons) == (answer.decision != "auto-route")
    json.dumps(answer.to_row(), allow_nan=False)


# -- what an answer is


@pytest.mark.parametrize("door", [None, "Kota Surabaya", "35", "Jawa Tengah", "32.04"])
@pytest.mark.parametrize("top", [1, 5, 500])
def test_probabilities_are_ranked_and_joint(router: Router, door: str | None, top: int) -> None:
    for answer in router.route([*COMPLAINTS, *ODD], door=door, top=top):
        check(answer, top)


def test_the_candidates_of_a_clear_complaint_are_all_there(router: Router) -> None:
    for answer in router.route(COMPLAINTS[:4], top=500):
        assert sum(c.probability for c in answer.candidates) > 0.9


def test_a_shorter_list_is_the_beginning_of_a_longer(router: Router) -> None:
    for few, many in zip(router.route(COMPLAINTS, top=2), router.route(COMPLAINTS), strict=True):
        assert few.candidates == many.candidates[:2]
        assert (few.decision, few.kinds) == (many.decision, many.kinds)


def test_an_answer_carries_the_complaints_id_and_the_bundles_name(
    router: Router, bundle: Path
) -> None:
    answers = router.route(COMPLAINTS)
    assert [answer.id for answer in answers] == [complaint.id for complaint in COMPLAINTS]
    assert {answer.bundle for answer in answers} == {bundle.name}
    assert router.name == bundle.name
    assert router.manifest["backend"] == "linear"


def test_places_are_where_the_text_has_them(router: Router) -> None:
    complaint = Complaint("Air macet di Kota Semarang", title="Laporan warga")
    (mention,) = router.route([complaint])[0].places
    assert complaint.words[mention.start : mention.end] == mention.text
    assert mention.candidates[0][0] == "33.74"


# -- that it routes


def first(router: Router, complaint: Complaint, door: str | None = None) -> str:
    return router.route([complaint], door=door)[0].candidates[0].unit_id


def test_the_door_makes_the_unit(router: Router) -> None:
    assert first(router, LAMP, "Kota Surabaya") == "35.78/dinas-perhubungan"
    assert first(router, LAMP, "33.74") == "33.74/lalu-lintas"
    assert first(router, IDENTITY, "Kota Semarang") == "33.74/kependudukan"


def test_fields_make_the_unit(router: Router) -> None:
    assert first(router, replace(LAMP, regency="Kota Surabaya")) == "35.78/dinas-perhubungan"
    assert first(router, replace(IDENTITY, regency="Kota Semarang")) == "33.74/kependudukan"


def test_a_complaints_own_door_comes_before_the_default(router: Router) -> None:
    own = replace(IDENTITY, door="Pemerintah Kota Semarang")
    assert first(router, own, "Kota Surabaya") == "33.74/kependudukan"
    office = replace(IDENTITY, door="Dinas Sosial Kota Semarang")
    assert first(router, office) == "33.74/kependudukan"


def test_the_title_is_read(router: Router) -> None:
    titled = Complaint("Mohon segera diperbaiki ya", title="Lampu jalan padam")
    assert router.route([titled])[0].mandates[0][0] == "penerangan-jalan"


def test_without_a_place_the_citizen_is_asked(router: Router) -> None:
    answer = router.route([IDENTITY])[0]
    assert answer.decision == "ask"
    assert answer.candidates[0].region_code is None


def test_an_empty_text_is_routed_by_its_fields(router: Router) -> None:
    answer = router.route([Complaint("", regency="Kota Surabaya")])[0]
    assert answer.candidates[0].region_code in ("35.78", "ID")
    assert answer.decision == "review"


# -- doors


@pytest.mark.parametrize(
    ("door", "code"),
    [
        ("Kota Surabaya", "35.78"),
        ("35.78", "35.78"),
        ("Pemerintah Kota Surabaya", "35.78"),
        ("kab. bandung", "32.04"),
        ("Jawa Timur", "35"),
        ("Pemerintah Provinsi Jawa Timur", "35"),
    ],
)
def test_doors_are_names_or_codes(router: Router, door: str, code: str) -> None:
    assert router.door_code(door) == code


@pytest.mark.parametrize("door", ["Kota Atlantis", "99.99", "  ", "Dinas Sosial", "ID", "😀"])
def test_an_unknown_door_is_an_error_that_names_it(router: Router, door: str) -> None:
    with pytest.raises(PintuError) as caught:
        router.route([LAMP], door=door)
    assert repr(door) in str(caught.value)
    assert "Kota Surabaya" in str(caught.value)  # how to write one


# -- the same, however it is asked


@pytest.mark.parametrize("door", [None, "Kota Surabaya"])
def test_a_batch_answers_as_each_alone(router: Router, door: str | None) -> None:
    complaints = [*COMPLAINTS, *ODD]
    together = router.route(complaints, door=door)
    for complaint, answer in zip(complaints, together, strict=True):
        assert router.route([complaint], door=door)[0].to_row() == answer.to_row()


def test_answers_follow_the_order_of_the_complaints(router: Router) -> None:
    assert rows(router.route(COMPLAINTS[::-1])) == rows(router.route(COMPLAINTS))[::-1]


def test_no_complaint_gives_no_answer(router: Router) -> None:
    assert router.route([]) == []


def test_the_same_bundle_gives_the_same_answers(router: Router, bundle: Path) -> None:
    assert rows(Router.load(bundle).route(COMPLAINTS)) == rows(router.route(COMPLAINTS))


def test_threads_get_the_same_answers(bundle: Path) -> None:
    cold = Router.load(bundle)  # nothing is remembered yet
    complaints = [*COMPLAINTS, *ODD[:5]]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: rows(cold.route(complaints)), range(8)))
    expected = rows(Router.load(bundle).route(complaints))
    assert all(answer == expected for answer in answers)


def test_the_longest_text_changes_nothing_for_the_others(router: Router) -> None:
    long = Complaint("jalan rusak parah " * 1_111)
    assert rows(router.route([LAMP, long, IDENTITY]))[::2] == rows(router.route([LAMP, IDENTITY]))


# -- profiles


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("profiles") / "semarang.yaml"
    path.write_text(
        'region: "33.74"\n'
        "units:\n"
        "  - name: Dinas Terang Benderang\n"
        "    mandates: [penerangan-jalan, lalu-lintas]\n"
        "  - name: Dinas Warga\n"
        "    mandates: [kependudukan]\n",
        encoding="utf-8",
    )
    return path


def test_a_profile_gives_its_region_other_units(
    router: Router, bundle: Path, profile: Path
) -> None:
    own = Router.load(bundle, profile=profile)
    for complaint, name in ((LAMP, "Dinas Terang Benderang"), (IDENTITY, "Dinas Warga")):
        usual = router.route([complaint], door="Kota Semarang")[0]
        answer = own.route([complaint], door="Kota Semarang")[0]
        assert answer.candidates[0].unit == name != usual.candidates[0].unit
        assert answer.candidates[0].agency == "Pemerintah Kota Semarang"
        assert answer.mandates == usual.mandates
    assert own.units("Dinas Warga", "33.74")[0].name == "Dinas Warga"


def test_a_profile_leaves_other_regions_as_they_were(
    router: Router, bundle: Path, profile: Path
) -> None:
    own = Router.load(bundle, profile=profile)
    for door in ("Kota Surabaya", "Kabupaten Bandung"):
        expected = rows(router.route(COMPLAINTS[:2], door=door))
        assert rows(own.route(COMPLAINTS[:2], door=door)) == expected


def test_a_profile_replaces_the_bundled_one_of_its_region(
    router: Router, bundle: Path, tmp_path: Path
) -> None:
    path = tmp_path / "surabaya.yaml"
    path.write_text(
        'region: "35.78"\nunits:\n  - name: Dinas Baru\n    mandates: [kependudukan]\n',
        encoding="utf-8",
    )
    own = Router.load(bundle, profile=path)
    assert own.route([IDENTITY], door="35.78")[0].candidates[0].unit == "Dinas Baru"
    # What it does not list is served by the usual office.
    assert first(own, LAMP, "35.78") == "35.78/lalu-lintas"


def test_a_profile_with_faults_is_refused(bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(
        'region: "33.74"\nunits:\n  - name: Dinas X\n    mandates: [jalann]\n', encoding="utf-8"
    )
    with pytest.raises(TableError, match=r"line 3.*jalann.*'jalan'"):
        Router.load(bundle, profile=path)


# -- looking up units


def test_units_begin_with_the_one_that_is_meant(router: Router) -> None:
    found = router.units("Disdukcapil Kota Semarang")
    assert found[0].unit_id == "33.74/kependudukan"
    assert len({unit.unit_id for unit in found}) == len(found) <= 20
    assert len(router.units("dinas", limit=3)) == 3


def test_the_registry_of_a_bundle_resolves_like_the_tables(
    router: Router, registry: Registry
) -> None:
    for name in ("Satpol PP Kota Surabaya", "Kementerian Sosial", "Dishub Kab. Sleman"):
        assert router.registry.resolve(name).unit == registry.resolve(name).unit
