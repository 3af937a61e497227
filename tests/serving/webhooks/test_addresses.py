"""Where webhooks may go."""

import asyncio

import pytest

from serving.webhooks.addresses import Refused, checked, resolve, targets


@pytest.mark.parametrize(
    "url",
    [
        "http://contoh.go.id/",
        "ftp://contoh.go.id/",
        "contoh.go.id",
        "https://",
        "https:///path",
        "https://user:password@contoh.go.id/",
        "https://contoh.go.id/#part",
        "https://contoh.go.id:99999/",
        "https://[::1]/",
        "https://127.0.0.1/",
        "https://10.1.2.3/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://contoh.go.id/" + "x" * 2000,
        "",
    ],
)
def test_urls_that_are_refused(url):
    with pytest.raises(Refused):
        checked(url, private=False)


@pytest.mark.parametrize(
    "url", ["https://contoh.go.id/hook?key=1", "https://203.0.114.9:8443/", "https://éa.example/"]
)
def test_urls_that_are_allowed(url):
    assert str(checked(url, private=False)).startswith("https://")


def to(url: str, *addresses: str, private: bool = False):
    async def found(host: str, port: int) -> list[str]:
        return list(addresses)

    return asyncio.run(targets(checked(url, private), private, found))


INSIDE = [
    "127.0.0.1",
    "127.9.9.9",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "::1",
    "fc00::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "fec0::1",
    "::10.0.0.1",
]
NEVER = [
    "169.254.169.254",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "168.63.129.16",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "ff02::1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]


@pytest.mark.parametrize("address", INSIDE + NEVER)
def test_addresses_inside_are_refused_also_among_others(address):
    with pytest.raises(Refused):
        to("https://contoh.go.id/", address)
    with pytest.raises(Refused):
        to("https://contoh.go.id/", "203.0.114.9", address)


@pytest.mark.parametrize("address", INSIDE)
def test_the_own_network_can_be_allowed(address):
    assert to("https://contoh.go.id/", address, private=True) == [address]


@pytest.mark.parametrize("address", NEVER)
def test_link_local_and_metadata_are_never_allowed(address):
    with pytest.raises(Refused):
        to("https://contoh.go.id/", address, private=True)


def test_http_goes_to_this_machine_only():
    assert to("http://contoh.go.id/", "127.0.0.1", private=True) == ["127.0.0.1"]
    for address in ("10.0.0.1", "203.0.114.9"):
        with pytest.raises(Refused, match="https"):
            to("http://contoh.go.id/", address, private=True)


def test_a_host_without_addresses():
    with pytest.raises(OSError, match="no address"):
        to("https://contoh.go.id/")


def test_the_machine_resolves_names():
    assert "127.0.0.1" in asyncio.run(resolve("127.0.0.1", 443))
