"""Written names of units lead to the right mandate and region, or to a reason."""

import csv
from pathlib import Path

import pytest

from data.registry.registry import Registry

# The name; the region in whose papers it stands; mandate and region of the unit.
TABLE = """
Disdukcapil Kota Malang | - | kependudukan | 35.73
DISDUKCAPIL KOTA MALANG | - | kependudukan | 35.73
Dispendukcapil Kota Kediri | - | kependudukan | 35.71
Dinas Kependudukan & Catatan Sipil Kab. Siak | - | kependudukan | 14.08
DLH Kota Semarang | - | lingkungan | 33.74
dlh kab bogor | - | lingkungan | 32.01
Dinas LH Kota Depok | - | lingkungan | 32.76
Satpol PP Kota Makassar | - | ketertiban-umum | 73.71
Satuan Polisi Pamong Praja Kabupaten Sleman | - | ketertiban-umum | 34.04
SATPOL PP | 33.74 | ketertiban-umum | 33.74
BKPSDM Kota Cirebon | - | kepegawaian | 32.74
Dishub Kota Bekasi | - | lalu-lintas | 32.75
Dishub | 35.73 | lalu-lintas | 35.73
Dinas Perhubungan | 35.73 | lalu-lintas | 35.73
Dinas Perhubungan Provinsi Jawa Tengah | - | lalu-lintas | 33
Dishub Prov. Jawa Barat | - | lalu-lintas | 32
Dinkes Kab. Garut | - | kesehatan | 32.05
Dinsos Kota Padang | - | bantuan-sosial | 13.71
Disdik Kota Bandung | - | pendidikan-dasar | 32.73
Dinas Pendidikan Provinsi Jawa Timur | - | pendidikan-menengah | 35
Dinas Perumahan Rakyat dan Kawasan Permukiman Kota Batu | - | perumahan | 35.79
Dinas Lingkungan Hidup | - | lingkungan | -
Kementerian Kesehatan | - | kesehatan | ID
Kementerian Hukum dan HAM | - | administrasi-hukum | ID
Kementrian Pendidikan dan Kebudayaan | - | pendidikan-dasar | ID
Kementerian Riset, Teknologi dan Pendidikan Tinggi | - | pendidikan-tinggi | ID
Kementerian Negara BUMN | - | bumn | ID
Kementerian Komunikasi dan Informatika | - | ruang-digital | ID
Kepolisian Negara Republik Indonesia | - | kepolisian | ID
PT PLN (Persero) | - | listrik | ID
BPJS Kesehatan | - | jaminan-kesehatan | ID
BPJS Ketenagakerjaan | - | jaminan-ketenagakerjaan | ID
BPJS Kesehatan KC Sampit | - | jaminan-kesehatan | 62.02
BPJS Kesehatan Cabang Palembang | - | jaminan-kesehatan | 16.71
Kanim Kelas I Khusus Jakarta Selatan | - | imigrasi | 31.74
Kantor Imigrasi Kelas I TPI Batam | - | imigrasi | 21.71
Kantor Pertanahan Kabupaten Bekasi | - | pertanahan | 32.16
BPN Kota Medan | - | pertanahan | 12.71
Polres Bantul | - | kepolisian | 34.02
Dinas Lingkugan Hidup Kota Malang | - | lingkungan | 35.73
Dinas Perhubngan Kota Solo | - | lalu-lintas | 33.72
Dinas Kesehtan Kota Tegal | - | kesehatan | 33.76
Dinas Pemuda, Olahraga, Kebudayaan dan Pariwisata Kota Magelang | - | kepemudaan-olahraga | 33.71
Dinas Pertanian dan Perikanan Kabupaten Boyolali | - | pertanian | 33.09
Dinas Perikanan dan Pertanian Kabupaten Boyolali | - | kelautan-perikanan | 33.09
Dinas Koperasi dan UKM Kota Palu | - | koperasi-ukm | 72.71
Dinas Tenaga Kerja dan Transmigrasi Kabupaten Cilacap | - | ketenagakerjaan | 33.01
Dinas PUPR Kota Bogor | - | jalan | 32.71
PUPR | 32.71 | jalan | 32.71
Dinas Pemadam Kebakaran Kota Palembang | - | pemadam | 16.71
Damkar Kota Depok | - | pemadam | 32.76
Bappeda Kota Kupang | - | perencanaan | 53.71
BPBD Kabupaten Lumajang | - | bencana | 35.08
DPMPTSP Kota Jambi | - | perizinan | 15.71
Diskominfo Kota Tarakan | - | komunikasi-informatika | 65.71
Sudinhub Jakarta Barat | - | lalu-lintas | 31.73
Suku Dinas Perhubungan Jakarta Barat | - | lalu-lintas | 31.73
Kepala Dinas Pendidikan Kota Serang | - | pendidikan-dasar | 36.73
Kota Malang Dinas Perhubungan | - | lalu-lintas | 35.73
PDAM Kota Malang | - | air-minum | 35.73
Perumda Air Minum Kota Padang | - | air-minum | 13.71
KPU Kota Blitar | - | pemilu | 35.72
Bawaslu Kabupaten Demak | - | pemilu | 33.21
Pemkot Surakarta | - | pemerintahan-umum | 33.72
Pemprov Jawa Barat | - | pemerintahan-umum | 32
RSUD Kota Salatiga | - | rumah-sakit | 33.73
Kelurahan Pacar Kembang | 35.78 | kelurahan | 35.78
Kepala Desa Sukamaju | 32.04 | kelurahan | 32.04
Kementerian Agama Kota Padang | - | agama | 13.71
BMKG | - | bencana | ID
Badan Narkotika Nasional | - | narkotika | ID
Kantor Pajak Pratama Sleman | - | pajak-pusat | 34.04
Bea Cukai | - | bea-cukai | ID
Kejaksaan Agung | - | kejaksaan | ID
Pengadilan Negeri Sleman | - | peradilan | 34.04
Universitas Brawijaya | - | pendidikan-tinggi | ID
Ditjen Pajak | - | pajak-pusat | ID
Kemenkumham | - | administrasi-hukum | ID
Kementerian Desa, Pembangunan Daerah Tertinggal, dan Transmigrasi | - | pemberdayaan-desa | ID
Kementerian Pekerjaan Umum dan Perumahan Rakyat | - | jalan | ID
Gubernur Jawa Tengah | - | pemerintahan-umum | 33
Walikota Bogor | - | pemerintahan-umum | 32.71
"""
NAMES = [[cell.strip() for cell in row.split("|")] for row in TABLE.strip().splitlines()]
UNKNOWN = ["Paguyuban Warga Ceria", "Dinas Ngawur Sekali Kota Malang", "Toko Bunga Mawar"]
OFFICES = """Dinas Kesehatan;Dinas Pendidikan;Dinas Sosial;Dinas Perhubungan;Satpol PP;BPBD
Dinas Lingkungan Hidup;Dinas Kependudukan dan Pencatatan Sipil;Badan Pendapatan Daerah
Badan Kepegawaian dan Pengembangan Sumber Daya Manusia;Inspektorat;Dinas Komunikasi dan Informatika
Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu;Bagian Hukum;Bagian Umum;PDAM;RSUD
Badan Kesatuan Bangsa dan Politik;Dinas Perpustakaan dan Kearsipan;Kantor Pertanahan;KPU;Bawaslu
Kecamatan Sukolilo;Kelurahan Keputih;Puskesmas Mulyorejo;Puskesmas Kenjeran;Kecamatan Rungkut
Badan Perencanaan Pembangunan Daerah;BPJS Kesehatan;BPJS Ketenagakerjaan;Kantor Imigrasi"""
SHARES = [
    ("surabaya.csv", "unit", "35.78", 0.99),
    ("bandung_regency.csv", "Instansi Terdisposisi", "32.04", 0.98),
    ("lapor2017.csv", "unit", None, 0.90),
]


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A registry with a few districts and villages."""
    path = tmp_path_factory.mktemp("places") / "places.csv"
    rows = ["35.78.10,Tambaksari", "35.78.10.1007,Pacar Kembang", "35.78.08.1005,Dr. Soetomo"]
    path.write_text("\n".join(["code,name", *rows]) + "\n", encoding="utf-8")
    return Registry.from_tables(places=path)


def _id(registry: Registry, name: str, region: str | None = None) -> str:
    unit = registry.resolve(name, region).unit
    assert unit is not None, name
    return unit.unit_id


@pytest.mark.parametrize(("name", "region", "mandate", "code"), NAMES)
def test_a_name_leads_to_mandate_and_region(
    registry: Registry, name: str, region: str, mandate: str, code: str
) -> None:
    unit = registry.resolve(name, None if region == "-" else region).unit
    assert unit is not None
    assert (unit.mandate, unit.region_code or "-") == (mandate, code)


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_name_gives_reason_and_candidates(registry: Registry, name: str) -> None:
    resolution = registry.resolve(name)
    assert resolution.unit is None
    assert resolution.reason
    assert resolution.candidates


def test_a_place_of_two_meanings_is_asked_back(registry: Registry) -> None:
    resolution = registry.resolve("Dinas Perhubungan Bandung")
    assert resolution.unit is None
    assert "Kota Bandung or Kabupaten Bandung" in resolution.reason
    assert {unit.region_code for unit in resolution.candidates} == {"32.73", "32.04"}


@pytest.mark.parametrize("name", [" ", "?!", "x" * 301])
def test_what_is_no_name_is_refused_with_a_reason(registry: Registry, name: str) -> None:
    assert registry.resolve(name).unit is None
    assert registry.resolve(name).reason


@pytest.mark.parametrize("region", ["35.78", "32.04", "64.72"])
def test_distinct_units_of_a_city_never_share_an_id(registry: Registry, region: str) -> None:
    names = OFFICES.replace("\n", ";").split(";")
    assert len(names) >= 25
    by_id: dict[str, list[str]] = {}
    for name in names:
        by_id.setdefault(_id(registry, name, region), []).append(name)
    assert [shared for shared in by_id.values() if len(shared) > 1] == []


@pytest.mark.parametrize(("file", "column", "region", "least"), SHARES)
def test_the_clients_labels_resolve(
    shared: Path, registry: Registry, file: str, column: str, region: str | None, least: float
) -> None:
    with (shared / "data" / file).open(encoding="utf-8-sig", newline="") as handle:
        names = [row[column].strip() for row in csv.DictReader(handle)]
    names = [name for name in names if name not in ("", "Tidak Diketahui")]
    known = sum(registry.resolve(name, region).unit is not None for name in names)
    assert known / len(names) >= least


def test_villages_are_one_however_they_are_written(registry: Registry, placed: Registry) -> None:
    for one, other in (("Pacar Kembang", "Pacarkembang"), ("dr. Soetomo", "Soetomo")):
        for known in (registry, placed):
            first = _id(known, f"Kelurahan {one}", "35.78")
            assert first == _id(known, f"Kelurahan {other}", "35.78")


def test_imported_places_give_the_finest_code(registry: Registry, placed: Registry) -> None:
    assert _id(placed, "Kelurahan Pacarkembang", "35.78") == "35.78.10.1007/kelurahan"
    assert _id(placed, "Kecamatan Tambaksari", "35.78") == "35.78.10/kecamatan"
    assert _id(registry, "Kecamatan Tambaksari", "35.78") == "35.78/kecamatan:tambaksari"
