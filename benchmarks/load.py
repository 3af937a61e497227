"""Load and soak: what a running server answers in a second, and whether it stays so.

Run as ``python -m benchmarks.load [--workers 1] [--seconds 10] [--soak MINUTES]``; needs ``wrk``
(Debian: ``apt-get install wrk``) and an active bundle. The texts are 1,000 starter cases, over and
over: no answer is remembered, but after the first seconds the words and places are known, as they
are in a server that has run for a day. Cases are kept in a new SQLite file, or where ``--database``
says.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from data.home import active_bundle

_SCRIPT = """
local bodies = {}
for line in io.lines("%s") do bodies[#bodies + 1] = line end
local i = math.random(#bodies)
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  i = i %% #bodies + 1
  return wrk.format(nil, nil, nil, bodies[i])
end
"""
_EMPTY, _ROUTE, _RECORD = "/healthz", "/v1/route", "/v1/complaints"
_TEXTS = 1000
_WARM_SECONDS = 5
_SAMPLE_SECONDS = 10
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Measured:
    """What wrk saw: answers a second, milliseconds, and answers that were no success."""

    rate: float
    median: float
    p99: float
    failed: int


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path)
    parser.add_argument("--database", help="URL of an empty database, by default a new SQLite file")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--soak", type=float, default=0, metavar="MINUTES")
    given = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: apt-get install wrk")
    bundle = given.bundle or active_bundle()
    with tempfile.TemporaryDirectory() as folder:
        script = _script(Path(folder))
        url = given.database or f"sqlite:///{folder}/pintu.db"
        with _served(Path(folder), bundle, url, given.workers) as (address, process):
            if given.soak:
                _soak(address, process, script, given)
            else:
                _table(address, script, given)


def _table(address: str, script: Path, given: argparse.Namespace) -> None:
    print("| endpoint | answers/s | of the empty one | median ms | p99 ms | failed |")
    print("|---|---|---|---|---|---|")
    empty = 0.0
    for path in (_EMPTY, _ROUTE, _RECORD):
        posted = None if path == _EMPTY else script
        _wrk(address + path, posted, given.connections, _WARM_SECONDS)
        found = _wrk(address + path, posted, given.connections, given.seconds)
        empty = empty or found.rate
        print(
            f"| `{path}` | {found.rate:,.0f} | {found.rate / empty:.0%} | {found.median:.1f} "
            f"| {found.p99:.1f} | {found.failed} |",
            flush=True,
        )


def _soak(
    address: str, process: "subprocess.Popen[bytes]", script: Path, given: argparse.Namespace
) -> None:
    """Both posting endpoints at once for minutes, with the server's memory meanwhile."""
    seconds, half = round(given.soak * 60), max(1, given.connections // 2)
    found: dict[str, Measured] = {}

    def load(path: str) -> None:
        found[path] = _wrk(address + path, script, half, seconds)

    threads = [threading.Thread(target=load, args=[path]) for path in (_ROUTE, _RECORD)]
    for thread in threads:
        thread.start()
    print("| minute | resident MB |\n|---|---|")
    start = time.monotonic()
    while any(thread.is_alive() for thread in threads):
        passed = (time.monotonic() - start) / 60
        print(f"| {passed:.1f} | {_resident(process.pid)} |", flush=True)
        threads[0].join(_SAMPLE_SECONDS if seconds <= 120 else 60)
    for thread in threads:
        thread.join()
    for path, one in found.items():
        print(f"{path}: {one.rate:,.0f} answers/s, p99 {one.p99:.1f} ms, {one.failed} failed")


def _script(folder: Path) -> Path:
    from data.registry.registry import Registry
    from data.starter import starter_cases

    cases = starter_cases(Registry.from_tables().mandates)
    bodies = folder / "bodies.jsonl"
    some = cases[:: len(cases) // _TEXTS][:_TEXTS]
    rows = [json.dumps({"text": case.complaint.text, "door": "35.78"}) for case in some]
    bodies.write_text("\n".join(rows), encoding="utf-8")
    script = folder / "post.lua"
    script.write_text(_SCRIPT % bodies, encoding="utf-8")
    return script


@contextmanager
def _served(
    folder: Path, bundle: Path, url: str, workers: int
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    environment = os.environ | {
        "PINTU_HOME": str(folder / "home"),
        "PINTU_DATABASE_URL": url,
        "PINTU_LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "pintu", "serve", "--port", "0", "--bundle", str(bundle)]
    process = subprocess.Popen(
        [*command, "--workers", str(workers)], env=environment, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        told = process.stderr.readline().decode()
        address = re.search(r"http://[\d.]+:\d+", told)
        if address is None:
            sys.exit(f"the server did not start: {told}")
        errors = threading.Thread(target=lambda: print(process.stderr.read().decode()[-2000:]))
        errors.start()
        _await(address[0])
        yield address[0], process
    finally:
        process.terminate()
        process.wait(30)
        errors.join()


def _await(address: str) -> None:
    import httpx

    for _ in range(100):
        try:
            if httpx.get(f"{address}/readyz", timeout=10).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    sys.exit("the server is not ready after 20 s")


def _wrk(url: str, script: Path | None, connections: int, seconds: int) -> Measured:
    posting = ["-s", str(script)] if script else []
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *posting, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    failed = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", said))
    failed += sum(sum(map(int, re.findall(r"\d+", line))) for line in _socket_errors(said))
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert rate is not None
    return Measured(float(rate[1]), _milliseconds(said, "50%"), _milliseconds(said, "99%"), failed)


def _socket_errors(said: str) -> list[str]:
    return [line for line in said.splitlines() if "Socket errors" in line]


def _milliseconds(said: str, quantile: str) -> float:
    found = re.search(rf"{quantile}\s+([\d.]+)(us|ms|s|m)\b", said)
    assert found is not None
    return float(found[1]) * _UNITS[found[2]]


def _resident(pid: int) -> int:
    """Resident memory of a process and its children in MB."""
    import psutil

    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return round(sum(one.memory_info().rss for one in family) / 2**20)


if __name__ == "__main__":
    main()
