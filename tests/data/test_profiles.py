"""Profiles: checked in full, and put before the patterns of their region."""

from pathlib import Path

import pytest

from data.errors import TableError
from data.registry.profiles import read_profile
from data.registry.registry import Registry

FAULTY = """\
region: Kota Antahberantah
colour: red
units:
  - name: Dinas Jalan
    mandates: [jaln]
  - mandates: [jalan]
  - name: Dinas Jalan
    mandates: [jalan]
  - name: Dinas Kosong
    mandates: []
    phone: 1
"""
OWN = """\
region: {region}
units:
  - name: Dinas Jalan dan Air
    mandates: [jalan, drainase, sungai-irigasi]
    aliases: [DJA]
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(OWN.format(region="Kota Surabaya"), encoding="utf-8")
    return path


def test_all_faults_are_listed_at_once(tmp_path: Path, registry: Registry) -> None:
    path = tmp_path / "faulty.yaml"
    path.write_text(FAULTY, encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_profile(path, registry.mandates, registry.regions)
    message = str(caught.value)
    for fault in (
        "region 'Kota Antahberantah' is unknown; give a code",
        "key 'colour' is unknown; a profile has the keys",
        "line 4: Dinas Jalan: mandate 'jaln' is unknown; did you mean 'jalan'?",
        "line 6: a unit without a name; add name",
        "'dinas-jalan' stands on line 4 too; keep one",
        "line 9: Dinas Kosong: no mandates; list at least one",
        "line 9: Dinas Kosong: key 'phone' is unknown; use",
    ):
        assert fault in message
    assert len(caught.value.problems) == 7


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("- a\n", "line 1: not a mapping"),
        ("region: '35.78'\n", "no units; list at least one"),
        ("region: [a\n", "mend the syntax"),
    ],
)
def test_what_is_no_profile_is_refused(
    tmp_path: Path, registry: Registry, content: str, fault: str
) -> None:
    path = tmp_path / "none.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TableError, match=fault):
        read_profile(path, registry.mandates, registry.regions)


def test_a_missing_file_is_reported(tmp_path: Path, registry: Registry) -> None:
    with pytest.raises(TableError, match="give the path of a profile"):
        read_profile(tmp_path / "no.yaml", registry.mandates, registry.regions)


def test_the_bundled_profiles_load(registry: Registry) -> None:
    assert {"35.78", "32.04"} <= set(registry.profiles)


def test_a_unit_serves_several_mandates(own: Path, registry: Registry) -> None:
    changed = registry.with_profile(own)
    units = {u.unit_id for m in ("jalan", "drainase") for u in changed.units(m, "regency", "35.78")}
    assert units == {"35.78/dinas-jalan-dan-air"}


def test_a_users_profile_replaces_the_bundled_one(own: Path, registry: Registry) -> None:
    changed = registry.with_profile(own)
    assert changed.profiles["35.78"].agency == "Pemerintah Kota Surabaya"
    assert len(changed.profiles["35.78"].units) == 1
    assert len(registry.profiles["35.78"].units) > 1
    unit = changed.resolve("DJA", "35.78").unit
    assert unit is not None
    assert unit.unit_id == "35.78/dinas-jalan-dan-air"


def test_a_province_has_a_profile_too(tmp_path: Path, registry: Registry) -> None:
    path = tmp_path / "province.yaml"
    path.write_text(OWN.format(region="Provinsi Jawa Tengah"), encoding="utf-8")
    changed = registry.with_profile(path)
    assert changed.units("drainase", "province", "33")[0].name == "Dinas Jalan dan Air"
    assert "province" in changed.levels("drainase", ["33.74"])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("region: {region}", "region: Bandung"), "may be 32.73 .Kota Bandung., 32.04"),
        (("region: {region}", "region: '35.78.10'"), "is unknown; give a code"),
        (("aliases: [DJA]", "aliases: DJA"), "line 3: Dinas Jalan dan Air: aliases is no list"),
        (("drainase, sungai-irigasi", "drainase, jalan"), "a mandate stands twice; keep one"),
        (("region: {region}", "region: a\nregion: b"), "line 2: key 'region' stands twice"),
        (("aliases: [DJA]", "name: DJA"), "line 5: key 'name' stands twice; keep one"),
        (
            ("aliases: [DJA]", "aliases: [DJA]\n  - {{name: dja, mandates: [jalan]}}"),
            "line 6: dja: 'dja' stands on line 3 too; keep one",
        ),
    ],
)
def test_what_would_be_lost_or_guessed_is_a_fault(
    tmp_path: Path, registry: Registry, change: tuple[str, str], fault: str
) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN.replace(*change).format(region="Kota Surabaya"), encoding="utf-8")
    with pytest.raises(TableError, match=fault):
        read_profile(path, registry.mandates, registry.regions)


def test_a_number_is_read_as_it_is_written(tmp_path: Path, registry: Registry) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN.format(region="32.10"), encoding="utf-8")
    profile = read_profile(path, registry.mandates, registry.regions)
    assert (profile.region, profile.agency) == ("32.10", "Pemerintah Kabupaten Majalengka")


def test_other_offices_of_a_profiles_region_lead_to_its_units(registry: Registry) -> None:
    """Surabaya has no such office any more; the profile tells who took its mandate."""
    for name in ("Dinas Pertamanan", "Dinas Pertamanan Kota Surabaya"):
        unit = registry.resolve(name, "35.78").unit
        assert unit is not None
        assert unit.unit_id == "35.78/dinas-lingkungan-hidup"
    government = registry.resolve("Pemkot Surabaya").unit
    assert government is not None
    assert government.name == "Pemerintah Kota Surabaya"
