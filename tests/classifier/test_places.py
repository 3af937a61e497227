"""The place finder: what names mean, alone and among other words."""

from functools import lru_cache

import pytest

from classifier.places import PlaceFinder
from classifier.recommendation import Mention
from data.registry.regions import TABLES, Region, Regions, read_regions

# A few districts and villages, so that the tests need no imported file.
PLACES = (
    ("32.04.25", "Cicalengka"),
    ("32.04.37", "Soreang"),
    ("35.07.13", "Kepanjen"),
    ("35.07.13.1010", "Kepanjen"),
    ("35.15.18", "Waru"),
    ("35.15.18.2002", "Waru"),
    ("35.28.10", "Waru"),
    ("35.78.02", "Wonocolo"),
    ("35.78.02.1004", "Jemur Wonosari"),
    ("35.78.07", "Genteng"),
    ("35.78.07.1002", "Genteng"),
    ("35.78.10", "Tambaksari"),
    ("35.78.10.1002", "Ploso"),
    ("35.78.16.1004", "Ujung"),
    ("35.78.21.1004", "Dukuh Kupang"),
    ("35.01.03.2010", "Ploso"),
    ("32.07.16", "Tambaksari"),
    ("17.02.06", "Kota Padang"),
)


@lru_cache(maxsize=2)
def finder(places: bool = False) -> PlaceFinder:
    regions = read_regions(TABLES / "regions.csv")
    extra = [Region(code, name) for code, name in PLACES] if places else []
    return PlaceFinder(Regions([*regions, *extra]))


def find(text: str, places: bool = False, **known: str) -> list[Mention]:
    return finder(places).find(text, **known)


def best(text: str, places: bool = False, **known: str) -> list[tuple[str, str]]:
    """Words and likeliest region of each mention that is more likely than not a place."""
    return [
        (mention.text, mention.candidates[0][0])
        for mention in find(text, places, **known)
        if total(mention) >= 0.5
    ]


def total(mention: Mention) -> float:
    return sum(probability for _, probability in mention.candidates)


def probability(code: str, text: str, places: bool = False, **known: str) -> float:
    """The largest probability that a mention of the text has for a region."""
    found = find(text, places, **known)
    return max((dict(mention.candidates).get(code, 0.0) for mention in found), default=0.0)


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        ("Lampu mati di Samarinda sejak kemarin", "Samarinda", "64.72"),
        ("air keruh, warga sby resah", "sby", "35.78"),
        ("banjir lagi di Jkt", "Jkt", "31"),
        ("DKI macet", "DKI", "31"),
        ("saya di jaksel pak", "jaksel", "31.74"),
        ("jalan berlubang di tangsel", "tangsel", "36.74"),
        ("Jogja panas sekali", "Jogja", "34.71"),
        ("pelayanan di DIY lambat", "DIY", "34"),
        ("listrik sumut padam", "sumut", "12"),
        ("guru honorer NTB belum digaji", "NTB", "52"),
        ("Prov. Jambi", "Prov. Jambi", "15"),
        ("pelayanan Kab. Siak lambat", "Kab. Siak", "14.08"),
        ("Kep. Seribu butuh kapal", "Kep. Seribu", "31.01"),
        ("Tolitoli hujan deras", "Tolitoli", "72.04"),
        ("di Toli-Toli hujan", "Toli-Toli", "72.04"),
        ("di Bau-Bau hujan", "Bau-Bau", "74.72"),
        ("wilayah kulon progo gelap", "kulon progo", "34.01"),
        ("warga Sampit menunggu", "Sampit", "62.02"),
        ("warga Watampone menunggu", "Watampone", "73.08"),
        ("BanjirSampaiPekanbaru", "Pekanbaru", "14.71"),
        ("kode pos sby60262", "sby", "35.78"),
    ],
)
def test_names_short_forms_and_seats_are_found(text: str, words: str, code: str) -> None:
    assert best(text) == [(words, code)]


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        ("di Bandung Barat longsor", "Bandung Barat", "32.17"),
        ("warga Tanjung Jabung Timur", "Tanjung Jabung Timur", "15.07"),
        ("macet di Jakarta Selatan", "Jakarta Selatan", "31.74"),
        ("Kabupaten Sumba Barat Daya", "Kabupaten Sumba Barat Daya", "53.18"),
        ("OKU Timur", "OKU Timur", "16.08"),
        ("Kab. Lima Puluh Kota", "Kab. Lima Puluh Kota", "13.07"),
    ],
)
def test_the_longest_name_wins(text: str, words: str, code: str) -> None:
    assert best(text) == [(words, code)]


@pytest.mark.parametrize(
    "text",
    [
        "bupatinya tidak hadir",  # Pati
        "kami diserang begal",  # Serang
        "di kota. Baru saja padam",  # Kotabaru, across a full stop
        "hubungi @pemkotbandung atau https://bandung.go.id/lapor",
        "menunggu sejak bulan lalu",
    ],
)
def test_parts_of_words_handles_and_links_are_no_places(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Jl. Bandung No 5 rusak",
        "jalan raya Bogor berlubang",
        "Jl. Surabaya-Malang macet",
        "gang Semarang gelap",
        "penjual sate Madura dan soto Lamongan di trotoar",
        "warung nasi Padang itu buang sampah ke got",
        "apel Malang mahal",
        "setor ke Bank Jatim",
        "Toko Surabaya tidak berizin",
        "perumahan Bogor Raya banjir",
        "lempar batu ke kaca mobil",
        "pak Bambang sudah lapor",
    ],
)
def test_streets_dishes_and_things_are_no_places(text: str) -> None:
    assert best(text) == []


@pytest.mark.parametrize(
    ("weak", "strong", "code"),
    [
        ("ada batu di jalan", "Kota Batu macet", "35.79"),
        ("kena palu", "warga Palu mengungsi", "72.71"),
        ("kepung dan serang", "Kab. Serang", "36.04"),
        ("memang saya malang", "saya tinggal di Malang", "35.73"),
        ("kata pak Bima", "Kota Bima", "52.72"),
        ("metro tv", "Kota Metro", "18.72"),
        ("sari pati jagung", "bupati Pati", "33.18"),
        ("Batu itu besar", "Batu, Jawa Timur", "35.79"),
    ],
)
def test_ordinary_words_need_signs(weak: str, strong: str, code: str) -> None:
    assert probability(code, weak) < 0.5
    assert probability(code, strong) > max(0.3, probability(code, weak))


def test_a_capital_amid_small_letters_is_a_sign() -> None:
    small, capital = "kami pindah ke tegal bulan lalu", "kami pindah ke Tegal bulan lalu"
    assert probability("33.76", capital) > probability("33.76", small)


def test_facilities_lower_and_areas_raise_a_name() -> None:
    plain = probability("33.74", "Semarang")
    assert probability("33.74", "SD Semarang") < plain < probability("33.74", "warga Semarang")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Kab. Malang", "35.07"),
        ("Kabupaten Malang", "35.07"),
        ("Pemkab Malang", "35.07"),
        ("Bupati Malang", "35.07"),
        ("Kota Malang", "35.73"),
        ("pemkot Malang", "35.73"),
        ("wali kota Malang", "35.73"),
        ("walikota malang", "35.73"),
        ("Gubernur Gorontalo", "75"),
        ("Kota Gorontalo", "75.71"),
        ("Kab Gorontalo", "75.01"),
    ],
)
def test_type_words_part_a_city_from_its_namesakes(text: str, code: str) -> None:
    (mention,) = find(text)
    assert mention.candidates[0][0] == code
    assert mention.candidates[0][1] > 0.9


def test_a_bare_name_means_the_city_more_often() -> None:
    (mention,) = find("di Bogor hujan")
    shares = dict(mention.candidates)
    assert shares["32.71"] / shares["32.01"] == pytest.approx(0.7 / 0.3)


def test_fields_decide_between_a_city_and_its_namesake() -> None:
    assert probability("35.07", "jalan di Malang rusak", regency="35.07") > 0.8
    assert probability("35.73", "jalan di Malang rusak", regency="35.73") > 0.9


@pytest.mark.parametrize("places", [False, True])
def test_a_place_inside_decides_between_a_city_and_its_namesake(places: bool) -> None:
    assert best("di Soreang, Bandung", places)[-1] == ("Bandung", "32.04")


def test_a_district_decides_between_a_city_and_its_namesake() -> None:
    found = best("Kec. Kepanjen, Malang", places=True)
    assert found == [("Kec. Kepanjen", "35.07.13"), ("Malang", "35.07")]


def test_the_written_type_is_part_of_the_mention() -> None:
    text = "Mohon bantuan, kel.  Jemurwonosari kecamatan wonocolo gelap"
    found = best(text, places=True, regency="35.78")
    assert found == [
        ("kel.  Jemurwonosari", "35.78.02.1004"),
        ("kecamatan wonocolo", "35.78.02"),
    ]


def test_district_and_village_of_one_name_are_told_by_their_type() -> None:
    assert best("Kec. Genteng", True, regency="35.78") == [("Kec. Genteng", "35.78.07")]
    assert best("Kel. Genteng", True, regency="35.78") == [("Kel. Genteng", "35.78.07.1002")]


def test_a_village_resolves_to_the_one_inside_the_named_district() -> None:
    found = best("Kelurahan Ploso Kecamatan Tambaksari", places=True)
    assert found == [("Kelurahan Ploso", "35.78.10.1002"), ("Kecamatan Tambaksari", "35.78.10")]


def test_a_district_resolves_to_the_one_inside_the_named_regency() -> None:
    assert best("Kec. Waru, Sidoarjo", places=True)[0] == ("Kec. Waru", "35.15.18")
    assert best("kecamatan Waru Pamekasan", places=True)[0] == ("kecamatan Waru", "35.28.10")


def test_places_of_the_known_regency_are_likely_and_others_unlikely() -> None:
    text = "lampu di Cicalengka mati"
    here = probability("32.04.25", text, places=True, regency="32.04")
    nowhere = probability("32.04.25", text, places=True)
    elsewhere = probability("32.04.25", text, places=True, regency="35.78")
    assert here > nowhere > elsewhere


def test_a_street_lies_in_its_quarter_when_the_regency_is_known() -> None:
    text = "lubang di jl. tambaksari"
    assert probability("35.78.10", text, places=True, regency="35.78") > 0.5
    assert find(text, places=True) == []


def test_a_word_of_an_inner_name_is_hardly_another_city() -> None:
    text = "macet di Kupang"
    assert probability("53.71", text, True, regency="35.78") < probability("53.71", text) - 0.2


def test_ordinary_names_of_the_known_regency_count_after_their_type_word() -> None:
    assert find("di ujung jalan", True, regency="35.78") == []
    assert best("kantor kel ujung", True, regency="35.78") == [("kel ujung", "35.78.16.1004")]


def test_type_words_before_other_words_announce_nothing() -> None:
    assert find("pegawai kelurahan dan kecamatan sudah tahu", True, regency="35.78") == []


def test_a_city_is_not_taken_for_a_district_called_kota() -> None:
    assert best("saya warga kota padang", places=True) == [("kota padang", "13.71")]


def test_a_province_from_the_door_favours_its_regencies() -> None:
    assert probability("35.79", "batu", province="35") > probability("35.79", "batu")


def test_a_code_of_a_province_may_stand_for_the_known_regency() -> None:
    assert find("di Malang", regency="35") == find("di Malang", province="35")


def test_unknown_and_national_codes_change_nothing() -> None:
    assert find("di Malang", regency="ID") == find("di Malang")
    assert best("di Semarang", regency="99.99") == [("Semarang", "33.74")]


def test_candidates_are_ranked_and_leave_room_for_no_place() -> None:
    for mention in find("Malang, Gorontalo dan Jogja"):
        shares = [share for _, share in mention.candidates]
        assert shares == sorted(shares, reverse=True)
        assert 0.05 <= sum(shares) < 1
