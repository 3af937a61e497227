"""What is counted, in one process and over several."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from serving.ops.metrics import FOLDER, Metrics, counted_together

OK = {"text": "Lampu jalan padam di depan pasar", "door": "35.78"}


@pytest.fixture
def client(serve, router):
    return serve(router)


def values(client):
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_requests_are_counted_by_method_route_and_status(client):
    client.post("/v1/route", OK)
    client.post("/v1/route", {"text": ""})
    client.get("/v1/units/rahasia?q=rahasia")
    client("BREW", "/rahasia")
    found = values(client)
    assert found['pintu_requests_total{method="POST",route="/v1/route",status="200"}'] == 1
    assert found['pintu_requests_total{method="POST",route="/v1/route",status="422"}'] == 1
    assert found['pintu_request_seconds_count{route="/v1/route"}'] == 2
    assert found['pintu_requests_total{method="-",route="-",status="404"}'] == 1
    assert not [name for name in found if "rahasia" in name or "BREW" in name]
    assert found["pintu_requests_running"] == 1  # the one that asks


def test_what_a_client_makes_up_makes_no_new_series(client):
    values(client)
    before = len(values(client))
    for i in range(40):
        client(f"M{i}", f"/made/up/{i}")
    assert len(values(client)) - before == 16  # a counter and a histogram


def test_decisions_reasons_and_urgency_are_counted(client, router):
    client.post("/v1/route", OK)
    client.post(
        "/v1/route/batch",
        {
            "complaints": [
                OK,
                {"text": "Ada kabel listrik putus menjuntai di jalan, warga kesetrum"},
            ]
        },
    )
    found = values(client)
    decisions = [value for name, value in found.items() if name.startswith("pintu_complaints_to")]
    assert sum(decisions) == 3
    assert all(f'bundle="{router.name}"' in n for n in found if n.startswith("pintu_complaints_t"))
    assert any(name.startswith("pintu_reasons_total{") for name in found)
    assert found["pintu_urgent_total"] == 1
    assert found["pintu_batch_size_sum"] == 3
    assert found[f'pintu_bundle_info{{bundle="{router.name}"}}'] == 1


def test_an_unknown_reason_makes_no_new_series():
    metrics = Metrics()
    row = {"decision": "review", "bundle": "b", "urgency": None}
    metrics.routed(row | {"reasons": [{"code": "teks warga"}]})
    assert b'pintu_reasons_total{code="-"} 1.0' in metrics.text()


def test_bundles_and_webhooks_are_counted():
    metrics = Metrics()
    metrics.bundle_rejected()
    metrics.webhook("sent")
    metrics.webhook("failed")
    text = metrics.text().decode()
    assert "pintu_bundles_rejected_total 1.0" in text
    assert 'pintu_webhook_attempts_total{result="sent"} 1.0' in text


def test_applications_count_for_themselves(serve, router):
    one, other = serve(router), serve(router)
    one.post("/v1/route", OK)
    assert not [name for name in values(other) if "/v1/route" in name]


def test_metrics_are_not_in_the_documentation(client):
    assert "/metrics" not in client.get("/openapi.json").json()["paths"]


def test_a_failing_route_ends_its_request(serve):
    client = serve(None)
    client.app.state.router = SimpleNamespace(name="broken")  # a fault of ours
    assert client.post("/v1/route", OK).status_code == 500
    client.app.state.router = None
    found = values(client)
    assert found['pintu_requests_total{method="POST",route="/v1/route",status="500"}'] == 1
    assert found["pintu_requests_running"] == 1


_WORKER = """
import os, sys
from serving.ops.metrics import Metrics
metrics = Metrics()
metrics.request_begins()
metrics.request_begins()
metrics.request_ends("GET", "/x", 200, 0.3)
metrics.observe_batch(4)
print(metrics.text().decode() if sys.argv[1] == "tell" else "")
sys.stdout.flush()
os._exit(9)  # killed: no goodbye
"""


def worker(folder, what):
    run = subprocess.run(
        [sys.executable, "-c", _WORKER, what],
        env=os.environ | {FOLDER: str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 9, run.stderr
    return run.stdout


def test_processes_are_counted_together_also_dead_ones(tmp_path):
    folder = tmp_path / "not yet there"
    worker(folder, "quiet")
    (folder / "counter_1.db").touch()  # another process has just begun it
    told = worker(folder, "tell")
    assert 'pintu_requests_total{method="GET",route="/x",status="200"} 2.0' in told
    assert 'pintu_request_seconds_count{route="/x"} 2.0' in told
    assert "pintu_batch_size_sum 8.0" in told
    # What the dead one was at work on is not counted as running any more.
    assert re.search(r"^pintu_requests_running 1\.0$", told, re.M)


def test_workers_get_a_folder_for_as_long_as_they_run(monkeypatch):
    monkeypatch.delenv(FOLDER, raising=False)
    with counted_together(2):
        folder = Path(os.environ[FOLDER])
        assert folder.is_dir()
    assert not folder.exists()
    assert FOLDER not in os.environ
    with counted_together(1):
        assert FOLDER not in os.environ


def test_files_of_an_earlier_run_are_removed(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER, str(tmp_path))
    (tmp_path / "counter_7.db").write_bytes(b"old")
    (tmp_path / "notes.txt").touch()
    with counted_together(3):
        assert os.environ[FOLDER] == str(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert tmp_path.is_dir()
