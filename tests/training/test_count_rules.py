"""How often the authority rules name the level that answered."""

import pytest

from data.authority.rules import Rule
from data.complaint import Complaint, LabelledCase
from data.registry.registry import Registry
from training.fit.authority import count_rules
from training.targets import Target, make_targets


def rule(id: str, level: str, *mandates: str, words: tuple[str, ...]) -> Rule:
    articles = ("UU 23/2014 Lampiran",)
    return Rule(id, "Urusan", level, mandates, words, articles, "usual", "Begitu.", (), ())  # type: ignore[arg-type]


ROADS = rule("jalan-provinsi", "province", "jalan", words=("jalan provinsi",))
SCHOOLS = rule("sekolah", "regency", "pendidikan-dasar", words=("sekolah dasar",))


def case(text: str, mandate: str, level: str) -> LabelledCase:
    return LabelledCase(Complaint(text), kind="complaint", mandate=mandate, level=level)


@pytest.fixture
def targets(registry: Registry) -> list[Target]:
    cases = [
        case("jalan provinsi rusak", "jalan", "province"),
        case("jalan provinsi berlubang", "jalan", "regency"),
        case("Jalan Provinsi ambles lagi", "jalan", "province"),
        case("lampu di jalan provinsi mati", "penerangan-jalan", "regency"),  # no road matter
        case("jalan kampung rusak", "jalan", "regency"),  # the rule is silent
        case("pungutan di sekolah dasar", "pendidikan-dasar", "regency"),
        LabelledCase(Complaint("jalan provinsi rusak"), kind="none"),  # nobody answered
    ]
    return make_targets(cases, registry)


def test_cases_of_a_rules_mandates_are_counted(registry: Registry, targets: list[Target]) -> None:
    counts = count_rules(targets, registry.mandates, (ROADS, SCHOOLS))
    assert counts == {"jalan-provinsi": [2.0, 3.0], "sekolah": [1.0, 1.0]}


def test_a_rule_that_no_case_called_for_has_no_count(
    registry: Registry, targets: list[Target]
) -> None:
    quiet = rule("paspor", "nation", "imigrasi", words=("paspor",))
    assert count_rules(targets, registry.mandates, (quiet,)) == {}
    assert count_rules([], registry.mandates, (ROADS,)) == {}


def test_a_branch_office_is_the_nation_answering(registry: Registry) -> None:
    name = next(
        name
        for name, mandate in registry.mandates.items()
        if "nation" in mandate.levels and (desk := mandate.levels.get("regency")) and desk.agency
    )
    nation = rule("pusat", "nation", name, words=("berkas",))
    local = rule("daerah", "province", name, words=("berkas",))
    targets = make_targets([case("berkas hilang", name, "regency")], registry)
    counts = count_rules(targets, registry.mandates, (nation, local))
    assert counts == {"pusat": [1.0, 1.0], "daerah": [0.0, 1.0]}


def test_labelled_units_count_too(registry: Registry) -> None:
    labelled = LabelledCase(
        Complaint("jalan provinsi rusak"),
        agency="Pemerintah Kota Semarang",
        unit="Dinas Pekerjaan Umum",
    )
    targets = make_targets([labelled], registry)
    assert "jalan" in targets[0].mandates
    assert count_rules(targets, registry.mandates, (ROADS,)) == {"jalan-provinsi": [0.0, 1.0]}
