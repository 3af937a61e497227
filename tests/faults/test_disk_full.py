"""A file system without room: nothing is lost, and it works again when there is room."""

import contextlib
import os
import subprocess

import pytest

from .load import Load
from .servers import ask, until

SIZE = 16  # MiB


@pytest.fixture
def disk(tmp_path):
    """A small file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only root can mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(path):
    """Leaves no byte."""
    with path.open("ab", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:  # no space left
                continue


def test_disk_full(disk, start, ledger, full, table):
    url = f"sqlite:///{disk / 'pintu.db'}"
    server = start(url, home=disk / "home")
    filler, rounds = disk / "filler", 5 if full else 2
    with Load(server) as load:
        for _ in range(rounds):
            before = len(load.answers)
            until(lambda before=before: len(load.answers) > before + 100, 30)
            fill(filler)
            load.refused.clear()
            until(lambda: len(load.refused) > 30, 20)
            routed = ask(server, "POST", "/v1/route", {"text": "Sampah menumpuk di pasar."})
            read = ask(server, "GET", "/v1/complaints?limit=5")
            assert (routed.status, read.status) == (200, 200)
            assert {answer.headers.get("retry-after") for answer in load.refused} <= {"5", "2"}
            os.truncate(filler, 0)
    for number in sorted(load.open):
        assert load.send(number).status == 201
    table(rounds=rounds, acknowledged=len(load.answers), statuses=dict(load.statuses))
    assert set(load.statuses) == {201, 503}
    assert ledger(url).check(load) == (0, 0)


def test_a_server_without_room_at_its_start(long, disk, start, table):
    """It starts, reads and says 503 to what it cannot record, or it says why it does not start."""
    url = f"sqlite:///{disk / 'pintu.db'}"
    server = start(url, home=disk / "home")
    sent = {"id": "A-1", "text": "Jalan di depan pasar berlubang."}
    assert ask(server, "POST", "/v1/complaints", sent).status == 201
    server.kill()
    fill(disk / "filler")
    with contextlib.suppress(AssertionError):
        server.start()
    if server.process.poll() is None:
        assert ask(server, "POST", "/v1/complaints", sent | {"id": "A-2"}).status == 503
        server.kill()
    else:
        assert "pintu: database" in server.log()
    table(started=server.process.returncode == -9)
    (disk / "filler").unlink()
    server.start()
    assert ask(server, "POST", "/v1/complaints", sent).headers["idempotent-replayed"] == "true"
    assert ask(server, "POST", "/v1/complaints", sent | {"id": "A-2"}).status == 201
