"""A deployment's policy file: what it says, and every fault told at once."""

from pathlib import Path

import pytest

from classifier.policy import Policy
from classifier.policy_file import load_policy
from data.errors import TableError

MANDATES = {"jalan", "kependudukan", "perizinan", "desk:balai"}


@pytest.fixture
def write(tmp_path):
    def make(text: str | bytes) -> Path:
        path = tmp_path / "policy.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return make


def faults(path):
    with pytest.raises(TableError) as raised:
        load_policy(path, MANDATES)
    assert raised.value.source == str(path)
    return raised.value.problems


def test_a_policy_is_read(write):
    path = write(
        "target = 0.97\naudit_share = 0.05\n[mandates]\n"
        'jalan = 0.98\nkependudukan = "always"\n"desk:balai" = "never"\n'
    )
    rules = {"jalan": 0.98, "kependudukan": "always", "desk:balai": "never"}
    assert load_policy(path, MANDATES) == Policy(0.97, 0.05, rules)


def test_what_is_not_said_keeps_its_default(write):
    assert load_policy(write(""), MANDATES) == Policy()
    assert load_policy(write("target = 0.9"), MANDATES) == Policy(target=0.9)


def test_the_bounds_themselves_are_allowed(write):
    for target, share in ((0.5, 0), (0.999, 1)):
        found = load_policy(write(f"target = {target}\naudit_share = {share}"), MANDATES)
        assert (found.target, found.audit_share) == (target, share)


@pytest.mark.parametrize(
    ("written", "key", "remedy"),
    [
        ("target = 0.49", "target: 0.49", "0.5 to 0.999"),
        ("target = 1", "target: 1", "0.5 to 0.999"),
        ("target = true", "target: True", "0.5 to 0.999"),
        ("target = nan", "target: nan", "0.5 to 0.999"),
        ('target = "0.95"', "target: '0.95'", "0.5 to 0.999"),
        ("audit_share = -0.1", "audit_share: -0.1", "0 to 1"),
        ("audit_share = inf", "audit_share: inf", "0 to 1"),
        ("audit_share = [0.1]", "audit_share: [0.1]", "0 to 1"),
        ("targets = 0.95", "targets: unknown", "did you mean 'target'?"),
        ("x = 1", "x: unknown", "target, audit_share, mandates"),
        ('mandates = "never"', "mandates: 'never'", "[mandates]"),
        ('[mandates]\njalann = "never"', "mandates.jalann: unknown", "did you mean 'jalan'?"),
        ('[mandates]\nx = "never"', "mandates.x: unknown", "pintu mandates"),
        ('[mandates]\njalan = "Never"', "mandates.jalan: 'Never'", '"always", "never"'),
        ("[mandates]\njalan = 0.3", "mandates.jalan: 0.3", "0.5 to 0.999"),
        ("[mandates]\njalan = false", "mandates.jalan: False", "0.5 to 0.999"),
        ("[mandates]\njalan.target = 0.9", "mandates.jalan: {", "0.5 to 0.999"),
    ],
)
def test_a_fault_names_its_key_and_remedy(write, written, key, remedy):
    (problem,) = faults(write(written))
    assert problem.startswith(key)
    assert remedy in problem


def test_all_faults_are_told_at_once(write):
    path = write('target = 2\naudit = 1\n[mandates]\njalan = "no"\nsawah = "never"\n')
    keys = [problem.partition(":")[0] for problem in faults(path)]
    assert keys == ["audit", "target", "mandates.jalan", "mandates.sawah"]


@pytest.mark.parametrize("written", ["target: 0.95", "target = 0.9\ntarget = 0.8", b"\xff\xfe"])
def test_what_is_no_toml_is_told(write, written):
    (problem,) = faults(write(written))
    assert problem.startswith("not readable as TOML")


def test_a_missing_file_is_told(tmp_path):
    (problem,) = faults(tmp_path / "nothing.toml")
    assert problem.startswith("cannot be read: No such file")
    (problem,) = faults(tmp_path)
    assert problem.startswith("cannot be read: Is a directory")
