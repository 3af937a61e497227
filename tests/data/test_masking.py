"""Personal data is masked, what a desk needs to know is not, and masking twice changes nothing."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.masking import mask, mask_with
from data.text import TABLES


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
        ("nama saya Tuti Hartanti dari RT 02", "nama saya [NAMA] dari RT 02"),
        ("Nama: Tuti Hartanti Alamat: Jl. Melati", "Nama: [NAMA] Alamat: Jl. Melati"),
        ("nama lengkap : tuti hartanti, umur 40", "nama lengkap : [NAMA], umur 40"),
        ("Atas nama Bapak Tono Hartanti", "Atas nama Bapak [NAMA]"),
        ("a.n. Tono", "a.n. [NAMA]"),
        ("an. Ibu Tuti Hartanti NIK", "an. Ibu [NAMA] NIK"),
        ("Pelapor: Tono M. Hartanti melapor", "Pelapor: [NAMA] melapor"),
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
    ("text", "masked"),
    [
        ("Perkenalkan saya Tuti Hartanti, warga RT 02", "Perkenalkan saya [NAMA], warga RT 02"),
        ("saya tuti hartanti mau lapor", "saya [NAMA] mau lapor"),
        ("SAYA TUTI HARTANTI WARGA LAMA", "SAYA [NAMA] WARGA LAMA"),
        ("Sdr. Tono menguasai trotoar", "Sdr. [NAMA] menguasai trotoar"),
        ("kata pak tono besok", "kata pak [NAMA] besok"),
        ("Bpk. H. Tono Hartanto, S.Pd. menolak", "Bpk. H. [NAMA], S.Pd. menolak"),
        ("istri saya, Tuti, ditolak", "istri saya, [NAMA], ditolak"),
        ("anakku tono sakit", "anakku [NAMA] sakit"),
        ("korban bernama Tono", "korban bernama [NAMA]"),
        ("a/n Tuti dan Tono", "a/n [NAMA] dan [NAMA]"),
        ("Pak RT Tono setuju", "Pak RT [NAMA] setuju"),
        ("Hormat saya,\nTuti Hartanti\nDepok", "Hormat saya,\n[NAMA]\nDepok"),
        ("Mohon dibantu. Terima kasih. Tono", "Mohon dibantu. Terima kasih. [NAMA]"),
        ("nama I Gede Tono", "nama [NAMA]"),
        ("Bu Wagirinah tetangga saya", "Bu [NAMA] tetangga saya"),
        ("Tono binti tidak, nama Tuti binti Tono", "Tono binti tidak, nama [NAMA]"),
        ("Saksinya itu, Tuti, NIK 3500000000000001", "Saksinya itu, [NAMA], NIK [NIK]"),
        ("cp tuti 081200000000", "cp [NAMA] [TELEPON]"),
        ("wa 081200000000 (Tono, pemilik)", "wa [TELEPON] ([NAMA], pemilik)"),
        ("TUTI HARTANTI, 081200000000, WARGA", "[NAMA], [TELEPON], WARGA"),
        ("KTP Tuti Hartanti ditahan", "KTP [NAMA] ditahan"),
        ("pengantin Tono dan Tuti gagal", "pengantin [NAMA] dan [NAMA] gagal"),
        ("Hormat kami, Tuti, guru di pulau terluar", "Hormat kami, [NAMA], guru di pulau terluar"),
        ("kami Tono dan Tuti, pedagang", "kami [NAMA] dan [NAMA], pedagang"),
    ],
)
def test_names_in_every_voice(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("NIK(3500000000000001)", "NIK([NIK])"),
        ("nik 35 00 00 000000 0001 atas", "nik [NIK] atas"),
        ("nik 3500000000000001 2 anak", "nik [NIK] 2 anak"),
        ("npwp 01 234 567 8 901 000", "npwp [NIK]"),
        ("Paspor nomor C0000001 hilang", "Paspor nomor [NIK] hilang"),
        ("SIM B1 umum 1200-0000-000001", "SIM B1 umum [NIK]"),
        ("O812OOO00001 aktif", "[TELEPON] aktif"),
        ("0812 00 00 00 01", "[TELEPON]"),
        ("0812 0000 0001 0813 0000 0002", "[TELEPON] [TELEPON]"),
        ("(0274) 500001", "[TELEPON]"),
        ("warga at gmail dot com", "[EMAIL]"),
        ("warga[at]contoh[dot]id", "[EMAIL]"),
        ("rekening Bank Jatim saya 0100000001", "rekening Bank Jatim saya [REKENING]"),
        ("bank bjb 0100-000-001", "bank bjb [REKENING]"),
        ("rek BRI a.n. Tuti 0100-01-000001-50-1", "rek BRI a.n. [NAMA] [REKENING]"),
        ("bpjs anak saya 0001 0000 00001", "bpjs anak saya [REKENING]"),
        ("motor vario l 1234 ab lawan arus", "motor vario [PLAT] lawan arus"),
        ("plat no EA 1200 C", "plat no [PLAT]"),
        ("wa 0812_0000_0000", "wa [TELEPON]"),
        ("kartu 3700-000000-00001", "kartu [REKENING]"),
        ("disetor 0100000001 BCA", "disetor [REKENING] BCA"),
        ("transfer ke 0100-0001-0001", "transfer ke [REKENING]"),
        ("paspor saya bernomor C0000001", "paspor saya bernomor [NIK]"),
        ("L300 hitam E 8710 SD", "L300 hitam [PLAT]"),
        ("mobil B 1 XYZ", "mobil [PLAT]"),
        ("truk lain, BM 9044 RT", "truk lain, [PLAT]"),
    ],
)
def test_numbers_as_people_write_them(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Pak RT, Ibu Lurah, Bapak Bupati, Bapak Gubernur Jawa Tengah",
        "Bapak Presiden Prabowo, Pak Jokowi dan Bu Risma",
        "Jl. Pak Kasih, Jalan Ahmad Yani, Gang Haji Mansur, SMA Dr. Wahidin",
        "RSUD dr. Soetomo, RSUD Dr. H. Slamet, Stadion H. Agus Salim, RS Ibu dan Anak",
        "pak bagus sekali taman nya, bu guru, bang sate, teh botol",
        "Saya Mahasiswa, saya prihatin, saya warga, Anak saya kelas 5",
        "peserta didik, anak Indonesia, Ibu Kota, Ibu-ibu PKK",
        "Terima kasih. Surabaya maju! Hormat kami, Paguyuban Pasar",
        "PAK CAMAT TOLONG JALAN KAMI, SAYA KECEWA",
        "nama program, atas nama warga, nama saya dicoret",
        "telp 1500669 atau 0800 1 445566 atau 021 1500755",
        "no resi 10023847561, registrasi 2024110500123",
        "dana 25000000 dan transfer 850000000",
        "tahun 2019 2020 2021 2022",
        "mobil 7 seat, motor di gang 5 no 12, mobil 12 km lagi",
        "Warga di Sukamaju, hubungi 112 atau Jl. Gatot Subroto 2",
        "Bandara Juanda, Sudirman dan Ahmad Yani macet, Jl. Jaksa Agung Suprapto banjir",
        "saya mewakili warga, saya melihat dan ingin bertanya",
        "Perumahan Griya Kusuma, Apotek Hidayah, Universitas Budi Luhur",
        "transfer 12500000 ke bank, bus 12 DI halte, mobil 5 M dari gang",
    ],
)
def test_look_alikes_are_left(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "names", "masked"),
    [
        ("kata TUTI HARTANTI, got mampet", ["Tuti Hartanti"], "kata [NAMA], got mampet"),
        ("lapor, tuti", ["Tuti Hartanti"], "lapor, [NAMA]"),
        ("bintang jatuh", ["Tuti Bintang"], "bintang jatuh"),
        ("tutik dan NIK 3500000000000001", ["Tuti"], "tutik dan NIK [NIK]"),
        ("jalan rusak", ["", "Li", "a(b"], "jalan rusak"),
        ("jalan rusak", [], "jalan rusak"),
        ("nama Tono", ["Nama"], "nama [NAMA]"),
    ],
)
def test_names_that_a_form_gives(text: str, names: list[str], masked: str) -> None:
    once = mask_with(text, names)
    assert once == masked
    assert mask_with(once, names) == once


_ADVERSARIAL = (
    *("nama" + " " * 20_000, "a" * 20_000, "a." * 10_000, "NIK " + "1 " * 10_000, "08" * 10_000),
    *("nik 1-" * 3_300, "12 " * 6_600, "0812 " * 4_000, "12345678 " * 2_200, "123.456." * 2_500),
    *("a.b-" * 5_000, "a@" * 10_000, "a at " * 4_000, "mobil a " * 2_500, "plat nomor " * 1_800),
    *("pak " * 5_000, "Pak Tono " * 2_200, "anak saya " * 2_000, "terima kasih. " * 1_400),
    *("paspor no " * 2_000, "(" * 20_000, "NIK 3500000000000001 " * 950, "B 1234 " * 2_800),
)


@pytest.mark.parametrize("text", _ADVERSARIAL)
def test_no_text_makes_it_slow(text: str) -> None:
    mask("nama Tono")  # the tables are read once
    start = time.process_time()
    mask(text)
    assert time.process_time() - start < 0.5  # measured: 0.01 to 0.06


def test_the_lists_hold_no_word_twice() -> None:
    folder = TABLES / "masking"
    given, mixed, words = (
        [line for line in (folder / name).read_text("utf-8").splitlines() if line[:1] != "#"]
        for name in ("given_names.txt", "name_words.txt", "words.txt")
    )
    for lines in (given, mixed, words):
        assert lines == sorted(set(lines))
    assert not set(given) & set(words)
    assert not set(given) & set(mixed)
    assert len(given) > 5000


def test_the_measured_shares_hold_on_the_texts_that_rules_are_made_by() -> None:
    rows = [
        {"personal": []} | json.loads(line)
        for path in sorted((TABLES / "masking").glob("develop*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    for row in rows:
        assert all(item["value"] in row["text"] for item in row["personal"])
        assert mask(mask(row["text"])) == mask(row["text"])
    ordinary = [row["text"] for row in rows if not row["personal"]]
    assert sum(mask(text) != text for text in ordinary) <= 0.01 * len(ordinary)
    names = [(row, item) for row in rows for item in row["personal"] if item["kind"] == "NAME"]
    kept = sum(item["value"] in mask(row["text"]) for row, item in names)
    assert kept <= 0.03 * len(names)
