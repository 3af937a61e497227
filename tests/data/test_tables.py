"""The bundled tables of mandates and agencies are complete and refer to each other rightly."""

from pathlib import Path

import pytest

from data.errors import TableError
from data.registry.registry import Registry
from data.registry.tables import VOLUMES, read_agencies, read_mandates, read_yaml

_ENTRY = """\
- id: {id}
  name: Uji
  category: Uji
  volume: {volume}
  duty: {duty}
  words: [uji]
  levels:
    regency: {{names: [Dinas Uji], office: {office}}}
  legal: [UU 23/2014]
"""


def test_mandates_are_many_and_described(registry: Registry) -> None:
    assert len(registry.mandates) >= 70
    for mandate in registry.mandates.values():
        assert len(mandate.duty.split()) >= 40, mandate.id
        assert mandate.legal, mandate.id
        assert mandate.levels, mandate.id
        assert mandate.volume in VOLUMES, mandate.id


def test_every_national_mandate_has_a_main_agency(registry: Registry) -> None:
    led = {agency.mandate for agency in registry.agencies.values() if agency.main}
    national = {m.id for m in registry.mandates.values() if "nation" in m.levels}
    assert national <= led


def test_agencies_refer_to_known_mandates_and_parents(registry: Registry) -> None:
    for agency in registry.agencies.values():
        assert agency.mandate in registry.mandates, agency.id
        assert agency.parent is None or agency.parent in registry.agencies, agency.id


def test_desks_refer_to_known_offices_and_agencies(registry: Registry) -> None:
    for mandate in registry.mandates.values():
        for level, desk in mandate.levels.items():
            for one in (desk, *desk.others.values()):
                assert one.agency is None or one.agency in registry.agencies, mandate.id
            if desk.office:
                assert level in registry.mandates[desk.office].levels, mandate.id


def test_faults_of_mandates_are_listed_together(tmp_path: Path) -> None:
    row = _ENTRY.format(id="uji", volume="huge", duty="terlalu pendek", office="tiada")
    (tmp_path / "a.yaml").write_text(row + row, encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_mandates(tmp_path)
    message = str(caught.value)
    for fault in (
        "'uji' stands twice; keep one",
        "duty has 2 words; write 40 or more",
        "volume 'huge'; choose one of",
        "office 'tiada' is no mandate",
    ):
        assert fault in message


def test_a_doubled_agency_is_reported(tmp_path: Path) -> None:
    row = "- {id: uji, name: Badan Uji, mandate: jalan}\n"
    (tmp_path / "a.yaml").write_text(row * 2, encoding="utf-8")
    with pytest.raises(TableError, match="agency 'uji' stands twice; keep one"):
        read_agencies(tmp_path)


def test_broken_yaml_is_reported_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("- id: a\n- id: [b\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"line [23]: .*mend the YAML syntax"):
        read_yaml(path)
