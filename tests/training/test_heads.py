"""The labels of each head, and the cases that teach it."""

from collections.abc import Sequence

import numpy as np
import pytest

from data.complaint import KINDS, Complaint, LabelledCase
from data.registry.regions import LEVELS
from data.registry.registry import Registry
from training.config import Config
from training.fit.linear import Task
from training.heads import (
    CATEGORY,
    KIND,
    LOCAL,
    MANDATE,
    SCOPE,
    Labels,
    collect_labels,
    count_topics,
    tasks_for,
)
from training.targets import Target, make_targets

CONFIG = Config(local_cases=10, category_cases=3)


def city(name: str, unit: str, category: str, n: int, **fields: str) -> list[LabelledCase]:
    return [
        LabelledCase(
            Complaint(f"isi {i}", id=f"{name}-{unit}-{i}", **fields),
            kind="complaint",
            category=category,
            agency=f"Pemerintah Kota {name}",
            unit=unit,
        )
        for i in range(n)
    ]


def starter(mandate: str, category: str, n: int) -> list[LabelledCase]:
    return [
        LabelledCase(
            Complaint(f"isi {i}"),
            kind="complaint",
            category=category,
            mandate=mandate,
            level="regency",
        )
        for i in range(n)
    ]


@pytest.fixture(scope="module")
def labels_of(registry: Registry):
    def collect(cases: Sequence[LabelledCase], config: Config = CONFIG) -> Labels:
        return collect_labels(make_targets(cases, registry), registry, config)

    return collect


# -- labels


def test_every_mandate_level_and_kind_has_a_label_even_without_cases(
    labels_of, registry: Registry
) -> None:
    heads = labels_of(starter("jalan", "Jalan", 3)).heads
    assert set(heads[MANDATE]) == set(registry.mandates)
    assert tuple(heads["level"]) == LEVELS
    assert tuple(heads[KIND]) == KINDS
    for labels in heads.values():
        assert len(labels) == len(set(labels))


def test_unresolved_names_become_labels_beside_the_mandates(labels_of, registry: Registry) -> None:
    cases = [
        *city("Semarang", "Balai Cakra Buana", "Seni", 4),
        *city("Semarang", "Satgas X", "", 1),
    ]
    added = set(labels_of(cases).heads[MANDATE]) - set(registry.mandates)
    assert len(added) == 2
    assert {label.rsplit(":", 1)[-1] for label in added} == {"balai-cakra-buana", "satgas-x"}


def test_a_regency_gets_a_head_of_its_own_from_enough_cases(labels_of) -> None:
    cases = [
        *city("Surabaya", "Dinas Sosial", "Sosial", 6),
        *city("Surabaya", "Dinas Perhubungan", "Parkir", 4),
        *city("Semarang", "Dinas Sosial", "Sosial", 9),
    ]
    local = [name for name in labels_of(cases).heads if name.startswith(LOCAL)]
    assert local == [f"{LOCAL}35.78"]
    assert f"{LOCAL}33.74" in labels_of(cases, Config(local_cases=9)).heads


# -- categories


def test_a_category_is_learnt_from_enough_cases(labels_of) -> None:
    cases = [*starter("jalan", "Jalan", 3), *starter("parkir", "Parkir", 2)]
    assert labels_of(cases).heads[CATEGORY] == ["Jalan"]


def test_writings_of_one_category_are_one_label_written_as_the_starter_does(labels_of) -> None:
    cases = [
        *city("Semarang", "Dinas Sosial", "BANTUAN  sosial", 5),
        *starter("bantuan-sosial", "Bantuan Sosial", 3),
    ]
    assert labels_of(cases).heads[CATEGORY] == ["Bantuan Sosial"]


def test_a_city_with_a_scheme_of_its_own_keeps_it(labels_of) -> None:
    cases = [
        *starter("bantuan-sosial", "Bantuan Sosial", 5),
        *starter("parkir", "Parkir", 5),
        *city("Surabaya", "Dinas Sosial", "Warga Rentan", 8),
        *city("Surabaya", "Dinas Perhubungan", "Jukir", 8),
    ]
    schemes = labels_of(cases).schemes
    assert schemes[""] == ["Bantuan Sosial", "Parkir"]
    assert schemes["35.78"] == ["Jukir", "Warga Rentan"]


def test_a_city_that_uses_the_general_scheme_adds_to_it(labels_of) -> None:
    cases = [
        *starter("bantuan-sosial", "Bantuan Sosial", 5),
        *city("Surabaya", "Dinas Sosial", "Bantuan Sosial", 9),
        *city("Surabaya", "Dinas Perhubungan", "Jukir", 4),
    ]
    schemes = labels_of(cases).schemes
    assert schemes == {"": ["Bantuan Sosial", "Jukir"]}


def test_a_few_cases_make_no_scheme(labels_of) -> None:
    cases = [
        *starter("bantuan-sosial", "Bantuan Sosial", 5),
        *city("Surabaya", "Dinas Sosial", "Warga Rentan", 4),
    ]
    assert labels_of(cases).schemes == {"": ["Bantuan Sosial"]}


def test_without_starter_cases_every_learnt_category_is_general(labels_of) -> None:
    cases = [
        *city("Semarang", "Dinas Sosial", "Sosial", 4),
        *city("Surabaya", "Dinas Perhubungan", "Jukir", 4),
    ]
    assert labels_of(cases).schemes[""] == ["Jukir", "Sosial"]


def test_every_category_of_a_scheme_is_a_label(labels_of) -> None:
    cases = [
        *starter("bantuan-sosial", "Bantuan Sosial", 5),
        *city("Surabaya", "Dinas Sosial", "Warga Rentan", 12),
        *city("Surabaya", "Dinas Perhubungan", "Langka", 2),
        *[LabelledCase(Complaint("isi"), category="Tanpa Unit")] * 4,
    ]
    found = labels_of(cases)
    for scheme in found.schemes.values():
        assert set(scheme) <= set(found.heads[CATEGORY])


# -- the cases that teach each head


def tasks(
    registry: Registry, cases: Sequence[LabelledCase], config: Config = CONFIG
) -> tuple[list[Target], Labels, dict[str, Task]]:
    targets = make_targets(cases, registry)
    labels = collect_labels(targets, registry, config)
    mandates = np.array(
        [labels.heads[MANDATE].index(t.mandates[0]) if t.mandates else -1 for t in targets]
    )
    used = np.ones(len(cases), dtype=bool)
    names = [name for name in labels.heads if name != "near"]
    made = tasks_for(targets, labels, mandates, used, config, names)
    return targets, labels, {task.name: task for task in made}


def test_a_case_teaches_the_heads_that_it_has_labels_for(registry: Registry) -> None:
    cases = [
        *city("Surabaya", "Dinas Sosial", "Sosial", 12),
        LabelledCase(Complaint("isi"), kind="aspiration"),
        LabelledCase(Complaint("isi"), category="Sosial"),
        LabelledCase(Complaint("isi")),
    ]
    _, labels, found = tasks(registry, cases)
    assert found[MANDATE].rows.tolist() == list(range(12))
    assert found[KIND].rows.tolist() == list(range(13))
    assert found[CATEGORY].rows.tolist() == [*range(12), 13]
    assert labels.heads[KIND][found[KIND].labels[12]] == "aspiration"
    assert found[f"{LOCAL}35.78"].rows.tolist() == list(range(12))


def test_every_label_is_a_number_of_its_head(registry: Registry) -> None:
    cases = [
        *city("Surabaya", "Dinas Sosial", "Sosial", 12),
        *city("Semarang", "Balai Cakra Buana", "Seni", 11),
        *starter("jalan", "Jalan", 4),
    ]
    _, labels, found = tasks(registry, cases)
    for name, task in found.items():
        assert task.classes == len(labels.heads[name])
        assert len(task.rows) == len(task.labels) == len(task.weights)
        assert ((task.labels >= 0) & (task.labels < task.classes)).all()


def test_cases_kept_for_tuning_teach_nothing(registry: Registry) -> None:
    cases = city("Surabaya", "Dinas Sosial", "Sosial", 20)
    targets = make_targets(cases, registry)
    labels = collect_labels(targets, registry, CONFIG)
    mandates = np.full(20, labels.heads[MANDATE].index("bantuan-sosial"))
    used = np.arange(20) < 15
    names = [name for name in labels.heads if name != "near"]
    for task in tasks_for(targets, labels, mandates, used, CONFIG, names):
        assert set(task.rows.tolist()) <= set(range(15)), task.name


def test_starter_cases_weigh_what_the_settings_say(registry: Registry) -> None:
    cases = [*city("Surabaya", "Dinas Sosial", "Sosial", 3), *starter("jalan", "Jalan", 3)]
    _, _, found = tasks(registry, cases, Config(starter_weight=0.25))
    assert found[MANDATE].weights.tolist() == [1, 1, 1, 0.25, 0.25, 0.25]


def scoped(scope: str, n: int) -> list[LabelledCase]:
    return [LabelledCase(Complaint(f"isi {i}"), scope=scope) for i in range(n)]


def test_written_texts_teach_what_no_desk_answers_for(registry: Registry) -> None:
    """And whatever has a unit or a mandate teaches that one does answer."""
    cases = [
        *scoped("outside", 3),
        *scoped("inside", 2),
        *starter("jalan", "Jalan", 4),
        *city("Surabaya", "Dinas Sosial", "Sosial", 5),
        LabelledCase(Complaint("isi"), kind="none"),  # nobody said whether a desk should answer
    ]
    _, labels, found = tasks(registry, cases)
    scope = found[SCOPE]
    assert scope.rows.tolist() == list(range(14))
    assert [labels.heads[SCOPE][i] for i in scope.labels] == ["outside"] * 3 + ["inside"] * 11
    assert scope.weights[0] > scope.weights[3] == 1
    assert not set(found[MANDATE].rows.tolist()) & set(range(5))
    assert not set(found[KIND].rows.tolist()) & set(range(5))


def test_without_such_texts_there_is_no_head_for_them(labels_of) -> None:
    assert SCOPE not in labels_of(starter("jalan", "Jalan", 3)).heads


def test_topics_are_counted_where_a_regency_has_a_head_of_its_own(registry: Registry) -> None:
    cases = [
        *city("Surabaya", "Dinas Sosial", "Sosial", 8),
        *city("Surabaya", "Dinas Perhubungan", "Jukir", 4),
        *city("Surabaya", "Dinas Perhubungan", "Langka", 1),
        *city("Semarang", "Dinas Sosial", "Sosial", 4),
        *starter("bantuan-sosial", "Sosial", 5),
    ]
    targets = make_targets(cases, registry)
    labels = collect_labels(targets, registry, CONFIG)
    used = np.arange(len(cases)) != 0
    social, traffic = targets[0].unit, targets[8].unit
    assert social is not None
    assert traffic is not None
    assert count_topics(targets, labels, used) == {
        "35.78": {"Sosial": {social.mandate: 7.0}, "Jukir": {traffic.mandate: 4.0}}
    }


def test_a_city_with_many_cases_does_not_drown_the_others(registry: Registry) -> None:
    cases = [
        *city("Surabaya", "Dinas Sosial", "Sosial", 40),
        *city("Semarang", "Dinas Sosial", "Sosial", 5),
    ]
    _, _, found = tasks(registry, cases, Config(region_cases=10))
    weights = found[MANDATE].weights
    assert weights[:40].sum() == pytest.approx(10)
    assert weights[40:].tolist() == [1] * 5
