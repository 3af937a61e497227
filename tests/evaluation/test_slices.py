"""Groups of cases, and the rule that tells registers apart."""

from collections.abc import Callable
from datetime import datetime

import pytest

from data.registry.registry import Registry
from data.text import informal_words
from evaluation.outcomes import Outcome
from evaluation.slices import MOST_REGIONS, REGIONAL_WORDS, Group, grouped, register, slices

Make = Callable[..., Outcome]


def names(groups: list[Group]) -> list[str]:
    return [group.name for group in groups]


# -- groups


def test_figures_of_a_group(make: Make) -> None:
    found = [
        make(probability=0.9, auto=True),
        make(answer="parkir", probability=0.7, auto=True),
        make(answer="parkir", second="lalu-lintas", probability=0.5),
        make(answer="", probability=0.0),
    ]
    (group,) = grouped(found, lambda o: "all")
    assert (group.name, group.n, group.top1, group.top3) == ("all", 4, 0.25, 0.5)
    assert (group.auto, group.auto_right, group.auto_share, group.auto_precision) == (
        2,
        1,
        0.5,
        0.5,
    )
    assert group.probability == pytest.approx(2.1 / 4)


def test_without_routed_cases_there_is_no_precision_of_them(make: Make) -> None:
    (group,) = grouped([make()], lambda o: "all")
    assert group.auto_precision is None


def test_every_slice_holds_each_labelled_case_once(make: Make, registry: Registry) -> None:
    found = [
        make(created_at=datetime(2024, 5, 3)),
        make(answer=""),
        make(region=None, answer_region=None, text="gan jlnnya rusak bgt"),
        make(region="ID", answer_region="35"),
        make(label=""),
    ]
    for groups in slices(found, registry.regions).values():
        assert sum(group.n for group in groups) == 4


def test_nothing_gives_no_groups(registry: Registry) -> None:
    assert all(groups == [] for groups in slices([], registry.regions).values())


def test_a_door_that_repeats_the_label_is_none(make: Make, registry: Registry) -> None:
    found = [make(door="Kota Surabaya"), make(door="Kota Surabaya", agency="Kota Surabaya"), make()]
    door = slices(found, registry.regions)["Door"]
    assert [(group.name, group.n) for group in door] == [("given", 1), ("none", 2)]
    assert names(slices(found, registry.regions, door=True)["Door"]) == ["given"]


def test_levels_of_answers_go_from_the_nation_down(make: Make, registry: Registry) -> None:
    codes = ("35.78.10.1007", "35.78", None, "ID", "35.78.10", "35")
    found = [make(answer_region=code) for code in codes] + [make(answer="")]
    levels = slices(found, registry.regions)["Level of the answering unit"]
    expected = ["nation", "province", "regency", "district", "village", "no place", "no answer"]
    assert names(levels) == expected


def test_regions_are_those_of_the_labels_with_most_cases_first(
    make: Make, registry: Registry
) -> None:
    found = [make(region=code) for code in ("35.73", "35.78.10", "35.78", "35", "ID", None)]
    groups = slices(found, registry.regions)["Region of the label"]
    assert (groups[0].name, groups[0].n) == ("Kota Surabaya", 2)
    assert set(names(groups)[1:]) == {"Kota Malang", "Jawa Timur", "Indonesia", "no place"}


def test_small_regions_are_counted_together(make: Make, registry: Registry) -> None:
    codes = [r.code for r in registry.regions if r.level == "regency"][: MOST_REGIONS + 3]
    groups = slices([make(region=c) for c in codes for _ in (1, 2)], registry.regions)
    regions = groups["Region of the label"]
    assert len(regions) == MOST_REGIONS + 1
    assert (regions[-1].name, regions[-1].n) == ("3 other regions", 6)


def test_bands_of_length_have_their_upper_bound(make: Make, registry: Registry) -> None:
    found = [make(text="kata " * n) for n in (201, 10, 11, 200)]
    groups = slices(found, registry.regions)["Length of the text"]
    assert names(groups) == ["0–10 words", "11–25 words", "101–200 words", "over 200 words"]


def test_months_are_in_order_and_missing_ones_last(make: Make, registry: Registry) -> None:
    dates = (datetime(2024, 2, 1), None, datetime(2023, 12, 31), datetime(2024, 2, 28))
    groups = slices([make(created_at=date) for date in dates], registry.regions)["Month"]
    assert [(g.name, g.n) for g in groups] == [("2023-12", 1), ("2024-02", 2), ("no date", 1)]


# -- registers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dengan hormat, kami melaporkan lampu jalan yang padam di depan sekolah.", "formal"),
        ("Jl. Melati No. 5, Kel. Mekar, Kec. Sukajadi: mohon Dishub memeriksa rambu.", "formal"),
        ("pak tlg lampunya udh mati dr kmrn, gelap bgt", "informal"),
        ("Banyune wis mambu, kapan iso diresiki pak", "regional language"),
        ("Punten, solokan di payuneun sakola geus pinuh ku runtah", "regional language"),
        ("bang, got depan rumah aye mampet kenape kagak diangkat", "regional language"),
        # one such word may be a name or a slip
        ("Warung Ora Umum menutup trotoar di depan kantor pos sejak pagi", "formal"),
        ("", "formal"),
        ("!!! 😡", "formal"),
    ],
)
def test_registers(text: str, expected: str) -> None:
    assert register(text) == expected


def test_a_few_informal_words_do_not_make_a_long_letter_informal() -> None:
    assert (
        register("Kami mohon perbaikan saluran air ini segera dikerjakan " * 5 + "yg") == "formal"
    )


def test_regional_words_are_not_informal_spellings_too() -> None:
    words = [word for listed in REGIONAL_WORDS.values() for word in listed.split()]
    assert not set(words) & set(informal_words())
    assert all(word.islower() and word.isalpha() for word in words)
