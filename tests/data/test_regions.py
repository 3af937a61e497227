"""The tree of regions: complete, and found by the names that people write."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from data.errors import TableError
from data.registry.regions import NATION, ancestor, level_of, read_regions
from data.registry.registry import Registry


def test_all_provinces_and_regencies_are_there(registry: Registry) -> None:
    counts = Counter(region.level for region in registry.regions)
    assert counts["province"] == 38
    assert counts["regency"] == 514


def test_codes_and_names_agree_with_the_official_list(shared: Path, registry: Registry) -> None:
    with (shared / "data" / "wilayah.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["code"].count(".") <= 1]
    official = {row["code"]: row["name"].strip() for row in rows}
    own = {r.code: r.name for r in registry.regions if r.level in ("province", "regency")}
    assert own == official


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("Kota Surabaya", ["35.78"]),
        ("kab. bandung", ["32.04"]),
        ("Bandung", ["32.73", "32.04"]),
        ("Kodya Surabaya", ["35.78"]),
        ("Pemkab Sidoarjo", ["35.15"]),
        ("Jogja", ["34.71"]),
        ("DIY", ["34"]),
        ("Prov. Jatim", ["35"]),
        ("DKI Jakarta", ["31"]),
        ("Solo", ["33.72"]),
        ("Jakarta Selatan", ["31.74"]),
        ("Gorontalo", ["75.71", "75.01", "75"]),
        ("35.78", ["35.78"]),
        ("99.99", []),
        ("Kota Antahberantah", []),
    ],
)
def test_written_names_lead_to_codes(registry: Registry, written: str, codes: list[str]) -> None:
    assert registry.regions.find(written) == codes


def test_level_and_surrounding_region_narrow_the_search(registry: Registry) -> None:
    regions = registry.regions
    assert regions.find("Gorontalo", level="province") == ["75"]
    assert regions.find("Kediri", within="35") == ["35.71", "35.06"]
    assert regions.find("Kediri", within="33") == []


def test_a_code_tells_its_level_and_its_ancestors() -> None:
    codes = (NATION, "35", "35.78", "35.78.10", "35.78.10.1007")
    levels = [level_of(code) for code in codes]
    assert levels == ["nation", "province", "regency", "district", "village"]
    assert [ancestor(codes[-1], level) for level in levels] == list(codes)
    assert ancestor("35", "regency") is None
    assert ancestor(NATION, "province") is None


def test_every_fault_of_a_table_is_listed_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "regions.csv"
    path.write_text("code,name\n3578,Surabaya\n35.78,\n35,Jawa Timur\n35,Jatim\n", encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_regions(path)
    starts = [problem.split(":")[0] for problem in caught.value.problems]
    assert starts == ["line 2", "line 3", "line 5"]
