"""What the authority rules do to the levels and mandates of a complaint."""

import dataclasses
from collections.abc import Mapping

import pytest

from classifier.authority import Authority, answering_levels, rule_row
from classifier.desks import DeskRanker, Desks, Wording
from classifier.jurisdiction import PLACED, Place
from data.authority.rules import Rule, load_rules
from data.registry.registry import Registry

HERE = Place({"35.78": 0.98}, {"35": 0.98}, "", "", PLACED)
ROAD = "Jalan provinsi di desa kami hancur dilewati truk"


def rule(id: str, level: str, *mandates: str, words: str, strength: str = "strong") -> Rule:
    return Rule(
        id=id,
        topic="Urusan",
        level=level,  # type: ignore[arg-type]
        mandates=mandates,
        words=tuple(words.split("|")),
        articles=("UU 23/2014 Lampiran",),
        strength=strength,
        because="Begitu aturannya.",
        speaks=(),
        silent=(),
    )


PROVINCE = rule("provinsi", "province", "jalan", words="jalan provinsi")
NATION = rule("nasional", "nation", "jalan", words="jalan nasional")
VAGUE = rule("kampung", "regency", "jalan", words="jalan kampung", strength="weak")
RULES = (PROVINCE, NATION, VAGUE)


@pytest.fixture(scope="module")
def authority(registry: Registry) -> Authority:
    return Authority(RULES, {}, registry.mandates)


@pytest.fixture(scope="module")
def ranker(registry: Registry) -> DeskRanker:
    return DeskRanker(registry, Desks(), {})


def factors(authority: Authority, text: str, weight: float = 1.0) -> Mapping[str, object]:
    return authority.factors(authority.find(text), weight)


def levels(
    ranker: DeskRanker, authority: Authority, text: str, weight: float = 1.0
) -> dict[str, float]:
    """How the roads' share divides among the levels, as the first unit of each tells."""
    found = authority.factors(authority.find(text), weight)
    ranked = ranker.rank(HERE, [("jalan", 1.0)], {}, "", Wording(), found)
    by_region: dict[str, float] = {}
    for unit, p in ranked:
        region = str(unit.region_code)
        by_region[region] = by_region.get(region, 0.0) + p
    return by_region


# -- the factors


def test_a_rule_favours_its_level_for_its_mandates(authority: Authority) -> None:
    assert factors(authority, ROAD) == {"jalan": {"province": pytest.approx(0.95 / 0.05)}}
    assert factors(authority, "Lampu padam") == {}


def test_a_surer_rule_says_more(authority: Authority) -> None:
    weak = factors(authority, "jalan kampung rusak")["jalan"]["regency"]  # type: ignore[index]
    strong = factors(authority, ROAD)["jalan"]["province"]  # type: ignore[index]
    assert 1 < weak < strong


def test_the_weight_is_an_exponent(authority: Authority) -> None:
    half = factors(authority, ROAD, 0.5)["jalan"]["province"]  # type: ignore[index]
    assert half == pytest.approx((0.95 / 0.05) ** 0.5)
    assert factors(authority, ROAD, 0.0) == {}


def test_rules_of_two_levels_both_speak(authority: Authority) -> None:
    both = factors(authority, "Jalan provinsi atau jalan nasional, kami tidak tahu")["jalan"]
    assert set(both) == {"province", "nation"}  # type: ignore[arg-type]


def test_cases_teach_what_a_rule_is_worth(registry: Registry) -> None:
    def factor(right: float, total: float) -> float:
        found = Authority(RULES, {"provinsi": [right, total]}, registry.mandates)
        return found.factors(found.find(ROAD), 1.0)["jalan"]["province"]

    expected = factor(0, 0)
    assert factor(0, 5) < expected
    assert factor(0, 500) < 0.05  # a rule that never holds speaks against its level
    assert expected < factor(500, 500) <= 0.98 / 0.02 + 1e-9


def test_branch_offices_answer_for_the_nation(registry: Registry) -> None:
    branches = {
        name: {level for level, desk in mandate.levels.items() if desk.agency}
        for name, mandate in registry.mandates.items()
    }
    name = next(name for name, found in branches.items() if "regency" in found)
    land = rule("tanah", "nation", name, words="kantor pusat")
    assert answering_levels(land, registry.mandates[name]) == {"nation", *branches[name]}
    assert answering_levels(land, None) == {"nation"}
    local = dataclasses.replace(land, level="regency")
    assert answering_levels(local, registry.mandates[name]) == {"regency"}
    authority = Authority([land], {}, registry.mandates)
    moved = authority.factors(authority.find("lewat kantor pusat"), 1.0)[name]
    assert moved["regency"] == moved["nation"] > 1


# -- levels


def test_the_rule_moves_the_desk_to_its_level(ranker: DeskRanker, authority: Authority) -> None:
    silent = levels(ranker, authority, "Jalan rusak")
    assert max(silent, key=lambda code: silent[code]) == "35.78"
    found = levels(ranker, authority, ROAD)
    assert max(found, key=lambda code: found[code]) == "35"
    assert sum(found.values()) == pytest.approx(sum(silent.values()), abs=0.02)
    nation = levels(ranker, authority, "jalan nasional berlubang")
    assert max(nation, key=lambda code: nation[code]) == "ID"


def test_a_smaller_weight_moves_less_and_none_nothing(
    ranker: DeskRanker, authority: Authority
) -> None:
    shares = [levels(ranker, authority, ROAD, weight)["35"] for weight in (0.0, 0.25, 0.5, 1.0)]
    assert shares == sorted(set(shares))
    assert levels(ranker, authority, ROAD, 0.0) == levels(ranker, authority, "Jalan rusak")


# -- mandates


MANDATES = [("jalan", 0.5), ("lalu-lintas", 0.3), ("persampahan", 0.1)]


def test_a_mandate_whose_usual_level_is_denied_shrinks(
    ranker: DeskRanker, authority: Authority
) -> None:
    denied = dict(ranker.weigh(HERE, MANDATES, {}, {"jalan": {"regency": 0.1}}))
    confirmed = dict(ranker.weigh(HERE, MANDATES, {}, {"jalan": {"regency": 10.0}}))
    assert denied["jalan"] < 0.5 < confirmed["jalan"]
    for found in (denied, confirmed):
        assert sum(found.values()) == pytest.approx(0.9)
        assert found["lalu-lintas"] / found["persampahan"] == pytest.approx(3)


def test_mandates_stay_ranked(ranker: DeskRanker) -> None:
    found = ranker.weigh(HERE, MANDATES, {}, {"persampahan": {"regency": 500.0}})
    assert [name for name, _ in found] == ["persampahan", "jalan", "lalu-lintas"]


def test_without_factors_mandates_stay_as_they_are(ranker: DeskRanker) -> None:
    assert ranker.weigh(HERE, MANDATES, {}, {}) == MANDATES


def test_desks_of_their_own_are_not_moved(registry: Registry) -> None:
    ranker = DeskRanker(registry, Desks(own={"desk:balai": []}), {})
    mandates = [("desk:balai", 0.5), ("jalan", 0.2)]
    found = dict(ranker.weigh(HERE, mandates, {}, {"jalan": {"regency": 2.0}}))
    assert found["desk:balai"] < 0.5
    assert sum(found.values()) == pytest.approx(0.7)


# -- what is shown


def test_a_rule_is_shown_with_its_words_and_laws(authority: Authority) -> None:
    (match,) = authority.find(ROAD)
    row = rule_row(match)
    assert ROAD[row["start"] : row["end"]] == "Jalan provinsi"
    assert (row["id"], row["level"]) == ("provinsi", "province")
    assert row["articles"] == ["UU 23/2014 Lampiran"]
    assert row["because"]


def test_every_rule_of_the_table_can_be_weighed(registry: Registry) -> None:
    rules = load_rules(registry.mandates)
    authority = Authority(rules, {}, registry.mandates)
    for said in (one for each in rules for one in each.speaks):
        for found in authority.factors(authority.find(said), 0.5).values():
            assert all(factor > 1 for factor in found.values())
