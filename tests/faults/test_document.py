"""schemathesis against a real server: every phase, also requests that follow from answers."""

import re
import subprocess
import sys

# Not what is answered to other methods: without its parameter a path may become another one. The
# default run tries that.
CHECKS = [
    "not_a_server_error",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
]


def test_the_server_keeps_to_its_document(long, new_database, start, tmp_path, table):
    server = start(new_database("sqlite"))
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{server.address}/openapi.json"]
    command += ["--checks", ",".join(CHECKS), "--seed", "20260302", "--max-examples", "200"]
    command += ["--phases", "examples,coverage,fuzzing,stateful", "--continue-on-failure"]
    command += ["--workers", "2", "--max-time", "150", "--no-color"]
    ran = subprocess.run(
        command, check=False, cwd=tmp_path, capture_output=True, text=True, timeout=400
    )
    found = re.search(r"Test cases:\n(.*)", ran.stdout)
    table(cases=found[1].strip() if found else ran.stdout[-300:])
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-1000:]
    assert server.process.poll() is None
