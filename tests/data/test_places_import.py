"""The import of districts and villages."""

from pathlib import Path

import pytest

from data.errors import TableError
from data.registry.places import dotted, import_files
from data.registry.regions import read_regions


def _file(folder: Path, text: str) -> Path:
    path = folder / "in.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_codes_get_their_points_and_capitals_become_title_case(tmp_path: Path) -> None:
    rows = "kode,nama\n35,JAWA TIMUR\n357810,TAMBAKSARI\n35.78.10.1007,PACAR KEMBANG\n"
    out = tmp_path / "out.csv"
    assert import_files([_file(tmp_path, rows)], out) == {"district": 1, "village": 1}
    assert [(r.code, r.name) for r in read_regions(out)] == [
        ("35.78.10", "Tambaksari"),
        ("35.78.10.1007", "Pacar Kembang"),
    ]


def test_mixed_case_names_stay_as_they_are(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    import_files([_file(tmp_path, "code,name\n35.78.10,dr. Soetomo\n")], out)
    assert "dr. Soetomo" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", ["3", "357", "35781", "35.78.10.10", "35781010070", "ab"])
def test_what_is_no_code_has_no_dotted_form(code: str) -> None:
    assert dotted(code) is None


def test_bad_rows_are_listed_with_their_lines(tmp_path: Path) -> None:
    rows = "code,name\n35.78.10,Tambaksari\n357,Salah\n35.78.11,\n"
    with pytest.raises(TableError) as caught:
        import_files([_file(tmp_path, rows)], tmp_path / "out.csv")
    assert [p.split(":")[0] for p in caught.value.problems] == ["line 3", "line 4"]
    assert not (tmp_path / "out.csv").exists()


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"no\.csv.*\n.*cannot be read"):
        import_files([tmp_path / "no.csv"], tmp_path / "out.csv")


def test_a_wrong_header_is_reported(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="line 1: no column name; the header is code,name"):
        import_files([_file(tmp_path, "code,label\n35.78.10,A\n")], tmp_path / "out.csv")


def test_a_file_without_districts_and_villages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no district or village"):
        import_files([_file(tmp_path, "code,name\n35,Jawa Timur\n")], tmp_path / "out.csv")


def test_a_file_in_another_encoding_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(b"code,name\n35.78.10,Caf\xe9\n")
    with pytest.raises(TableError, match="not UTF-8 at byte 22; save it as UTF-8"):
        import_files([path], tmp_path / "out.csv")


def test_one_code_with_two_names_is_reported(tmp_path: Path) -> None:
    rows = "code,name\n35.78.10,Tambaksari\n35.78.10,Tambaksari\n35.78.10,Gubeng\n"
    with pytest.raises(TableError, match=r"line 4: 35\.78\.10 is 'Tambaksari' above and 'Gubeng'"):
        import_files([_file(tmp_path, rows)], tmp_path / "out.csv")


def test_numbers_in_names_stay_in_capitals(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    import_files([_file(tmp_path, "code,name\n35.78.10,GRESIK XIV\n35.78.11,ULU II\n")], out)
    assert [region.name for region in read_regions(out)] == ["Gresik Xiv", "Ulu II"]


def test_many_faults_are_counted(tmp_path: Path) -> None:
    rows = "code,name\n" + "x,y\n" * 150
    with pytest.raises(TableError) as caught:
        import_files([_file(tmp_path, rows)], tmp_path / "out.csv")
    assert len(caught.value.problems) == 101
    assert caught.value.problems[-1] == "… and 50 more"
