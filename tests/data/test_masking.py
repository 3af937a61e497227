"""Personal data is masked, what a desk needs to know is not, and masking twice changes nothing."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.masking import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("NIK 3500000000000001 belum aktif", "NIK [NIK] belum aktif"),
        ("nik saya 350000 000000 0001", "nik saya [NIK]"),
        ("no kk: 35000000000001 (kurang angka)", "no kk: [NIK] (kurang angka)"),
        ("3500000000000001 dan 3500000000000002", "[NIK] dan [NIK]"),
        ("NPWP 01.234.567.8-901.000", "NPWP [NIK]"),
        ("NIP. 190000000000000001", "NIP. [NIK]"),
    ],
)
def test_identity_numbers(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "number",
    [
        "081200000000",
        "0812-0000-0000",
        "0812 0000 000",
        "+62 812 0000 0000",
        "+6281200000000",
        "6281200000000",
        "(031) 5000000",
        "031-5000000",
        "+65 8000 0000",
    ],
)
def test_phone_numbers_in_every_form(number: str) -> None:
    assert mask(f"balas ke {number}, terima kasih") == "balas ke [TELEPON], terima kasih"


@pytest.mark.parametrize("word", ["wa", "WA:", "No. HP", "telp.", "hubungi", "SMS ke no hp"])
def test_numbers_after_words_that_announce_a_phone(word: str) -> None:
    assert mask(f"{word} 8120000000") == f"{word} [TELEPON]"


def test_email_addresses_but_no_mentions() -> None:
    assert mask("warga.satu+lapor@contoh.co.id atau @pemkot") == "[EMAIL] atau @pemkot"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("rekening BCA 1234567890", "rekening BCA [REKENING]"),
        ("no rek 1234-01-012345-50-6 a", "no rek [REKENING] a"),
        ("kartu ATM 5000 0000 0000 0001", "kartu ATM [REKENING]"),
        ("5000-0000-0000-0001", "[REKENING]"),
        ("BPJS 0001234567890 nonaktif", "BPJS [REKENING] nonaktif"),
        ("id pelanggan 512345678901", "id pelanggan [REKENING]"),
        ("nomor 512345678901 tidak bisa", "nomor [REKENING] tidak bisa"),
    ],
)
def test_account_card_and_customer_numbers(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("angkot L 1234 AB ugal-ugalan", "angkot [PLAT] ugal-ugalan"),
        ("mobil B1234XYZ parkir", "mobil [PLAT] parkir"),
        ("nopol dk 12 qa", "nopol [PLAT]"),
        ("Plat nomor: AB 5 C", "Plat nomor: [PLAT]"),
    ],
)
def test_vehicle_plates(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("nama saya Tuti Contoh dari RT 02", "nama saya [NAMA] dari RT 02"),
        ("Nama: Tuti Contoh Alamat: Jl. Melati", "Nama: [NAMA] Alamat: Jl. Melati"),
        ("nama lengkap : tuti contoh, umur 40", "nama lengkap : [NAMA], umur 40"),
        ("Atas nama Bapak Tono Contoh", "Atas nama Bapak [NAMA]"),
        ("a.n. Tono", "a.n. [NAMA]"),
        ("an. Ibu Tuti Contoh NIK", "an. Ibu [NAMA] NIK"),
        ("Pelapor: Tono M. Contoh melapor", "Pelapor: [NAMA] melapor"),
        ("nama Tuti. Mohon dibantu", "nama [NAMA]. Mohon dibantu"),
    ],
)
def test_names_after_words_that_announce_one(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "RT 05 RW 03, RT.003/RW.012 No 123 Gg 2 No. 14A",
        "sejak tahun 2021-2022 dan 17 Agustus 2023 pukul 08.00-16.00",
        "hubungi kami 12-08-2021 10.00 atau wa jam 08.00-16.00",
        "Rp 1.500.000, Rp1.500.000.000,00 dan Rp 150000000000",
        "BRI 10.000.000 terpotong, bayar bpjs 150.000",
        "kode wilayah 35.78.10.1007 dan 62.71.03.1002",
        "Jalan Ahmad Yani 123 A, Blok A 123 B, JALAN RUSAK 500 M, K 500 M",
        "UU 23 TAHUN 2014, SMAN 12, lampu 220 V, DP 300 JT",
        "call center 1500-400, darurat 112",
        "tiket 5522719 sudah selesai",
        "https://contoh.id/status/123456789012345678",
        "nama saya tidak terdaftar di DTKS",
        "NAMA SAYA TIDAK ADA, PELAPOR MENGELUHKAN JALAN",
        "Nama Jalan Mawar dan nama desa Sukamaju",
        "atas nama warga RT 05 dan Atas Nama Masyarakat",
        "namanya juga usaha, Bapak Bupati dan Ibu Camat",
        "membaca Al-Qur'an. Kalau malam sepi",
    ],
)
def test_what_a_desk_needs_is_left_as_it_is(text: str) -> None:
    assert mask(text) == text


_PIECES = (
    "nama Nama NAMA saya Tuti TONO contoh Bapak ibu pelapor a.n. an. atas : = , . - ( ) [ ] [NAMA] "
    "[NIK] [PLAT] NIK nik KK hp wa telp 08 0812 3456 7890 1234567890123456 3578 012345 678901 +62 "
    "62 8 L B 1234 AB DK XYZ plat nopol rekening BCA kartu bpjs Rp 1.500.000 a@b.co @ .com _ x"
)


@given(st.lists(st.sampled_from([*_PIECES.split(), " ", " ", " ", "\n"]), max_size=14))
def test_masking_twice_is_masking_once(pieces: list[str]) -> None:
    once = mask("".join(pieces))
    assert mask(once) == once


@pytest.mark.parametrize(
    "text",
    ["nama" + " " * 20_000, "a" * 20_000, "a." * 10_000, "NIK " + "1 " * 10_000, "08" * 10_000],
)
def test_no_text_makes_it_slow(text: str) -> None:
    start = time.perf_counter()
    mask(text)
    assert time.perf_counter() - start < 1
