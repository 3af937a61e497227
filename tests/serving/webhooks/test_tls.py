"""Certificates: checked for the host's name, though the connection goes to an address."""

import asyncio
import shutil
import ssl
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from serving.webhooks.sending import Sender
from serving.webhooks.signing import signing_secret

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECRETS = [signing_secret(b"key", "A", 1)]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of contoh.go.id, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the command openssl to make a certificate")
    made = tmp_path_factory.mktemp("tls") / "both.pem"
    name = ["-subj", "/CN=contoh.go.id", "-addext", "subjectAltName=DNS:contoh.go.id"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command = ["openssl", "req", "-x509", *key, *name, "-keyout", made, "-out", made]
    crt = made.with_name("certificate.pem")
    command[-1] = crt
    subprocess.run(command, check=True, capture_output=True)
    made.write_bytes(made.read_bytes() + crt.read_bytes())
    return made


async def here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.fixture
def tls_receiver(receiver, certificate):
    """The receiver with TLS; ``names`` are the hosts that clients asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    receiver.names = []
    context.sni_callback = lambda _socket, name, _context: receiver.names.append(name)
    receiver.server.socket = context.wrap_socket(
        receiver.server.socket, server_side=True, do_handshake_on_connect=False
    )
    return receiver


def send(url: str, tls: ssl.SSLContext | None):
    async def sends():
        async with Sender(True, here, 5, tls) as sender:
            return await sender.send(url, SECRETS, "id", {}, NOW)

    return asyncio.run(sends())


def test_the_host_s_name_is_asked_for_and_checked(tls_receiver, certificate):
    port = tls_receiver.server.server_port
    trusts = ssl.create_default_context(cafile=str(certificate))
    assert send(f"https://contoh.go.id:{port}/200", trusts).accepted
    assert tls_receiver.names == ["contoh.go.id"]
    ((_, headers, _),) = tls_receiver.received
    assert headers["host"] == f"contoh.go.id:{port}"
    answer = send(f"https://lain.go.id:{port}/200", trusts)
    assert "certificate" in answer.error
    assert len(tls_receiver.received) == 1


def test_an_unknown_authority_is_refused(tls_receiver):
    answer = send(f"https://contoh.go.id:{tls_receiver.server.server_port}/200", None)
    assert "certificate" in answer.error
    assert tls_receiver.received == []
