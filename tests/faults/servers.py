"""Servers in processes of their own, and clients."""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]


class Server:
    """``pintu serve`` in a process group of its own. Each start takes a free port."""

    def __init__(self, folder: Path, bundle: Path | None, database: str, **settings) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.errors = folder / "stderr"
        self.command = [sys.executable, "-m", "pintu", "serve", "--port", "0"]
        self.command += ["--bundle", str(bundle)] if bundle else []
        own = {k: v for k, v in os.environ.items() if not k.startswith("PINTU_")}
        given = {"home": folder / "home", "database_url": database, "secret": "s" * 40} | settings
        self.environment = own | {
            name if name.isupper() else f"PINTU_{name.upper()}": str(value)
            for name, value in given.items()
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.address = ""

    def start(self) -> "Server":
        with self.errors.open("ab") as errors:
            begin = errors.tell()
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stderr=errors, start_new_session=True
            )
        until(lambda: self._listens(begin), 60)
        until(lambda: ask(self, "GET", "/readyz").status == 200, 60)
        return self

    def _listens(self, begin: int) -> bool:
        told = self.errors.read_bytes()[begin:]
        found = re.search(rb"Pintu serves \S+ at (http://\S+)\n", told)
        self.address = found[1].decode() if found else ""
        assert self.process is not None
        assert self.process.poll() is None, told.decode()
        return found is not None

    def kill(self) -> None:
        """End it as the kernel would, all of its processes at once."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self, seconds: float = 30) -> tuple[int, float]:
        """End it as an operator would: its exit code, and after how many seconds."""
        assert self.process is not None
        began = time.monotonic()
        self.process.terminate()
        return self.process.wait(seconds), time.monotonic() - began

    def log(self) -> str:
        return self.errors.read_text(encoding="utf-8")

    def memory(self) -> float:
        """MiB in use by its first process."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


class Answer(SimpleNamespace):
    """``status`` (0: none came), ``headers`` by lower-case name, ``content``, ``seconds``."""

    def json(self):
        return json.loads(self.content)


class Client:
    """A connection that is kept open, for one thread."""

    def __init__(self, server: Server, timeout: float = 40) -> None:
        address = urlsplit(server.address)
        self.connection = http.client.HTTPConnection(
            address.hostname, address.port, timeout=timeout
        )

    def __call__(self, method: str, path: str, body=None, **headers: str) -> Answer:
        began = time.monotonic()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if body is not None:
            named = {"content-type": "application/json"} | named
        try:
            self.connection.request(method, path, sent, named)
            got = self.connection.getresponse()
            content = got.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            told = type(error).__name__.encode()
            return Answer(status=0, headers={}, content=told, seconds=time.monotonic() - began)
        found = {name.lower(): value for name, value in got.getheaders()}
        seconds = time.monotonic() - began
        return Answer(status=got.status, headers=found, content=content, seconds=seconds)


def ask(server: Server, method: str, path: str, body=None, **headers: str) -> Answer:
    """One request over a connection of its own."""
    client = Client(server)
    with contextlib.closing(client.connection):
        return client(method, path, body, **headers)


def until(true, seconds: float, every: float = 0.02):
    """What ``true`` gives as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(every)
    return found
