"""Where webhooks may go, so that nobody reaches the inside of the network through them."""

import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import anyio
import httpx

from data.errors import PintuError

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_MAX_URL = 2000
# Services of cloud providers that answer a machine about itself, at addresses that are not
# link-local: Azure's host, AWS over IPv6.
_METADATA = {ip_address("168.63.129.16"), ip_address("fd00:ec2::254")}
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address


class Refused(PintuError):
    """A URL or an address that webhooks do not go to."""


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the machine resolves it."""
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(entry[4][0] for entry in found))


def checked(url: str, private: bool) -> httpx.URL:
    """A URL that may be that of a webhook, judged by itself.

    Raises:
        Refused: it is not, with the remedy.
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        raise Refused("this is no URL; write https://host/path") from None
    if parsed.scheme not in ("https", "http") or not parsed.host or len(url) > _MAX_URL:
        raise Refused("a webhook's URL is https://host/path, of at most 2000 characters")
    if parsed.port is not None and not 0 < parsed.port < 65536:
        raise Refused("a port is between 1 and 65535")
    if parsed.userinfo or parsed.fragment:
        raise Refused("a webhook's URL has no user, password or #fragment")
    if parsed.scheme == "http" and not private:
        raise Refused(
            "a webhook's URL begins with https://; http:// is for this machine itself, "
            "with PINTU_WEBHOOK_PRIVATE=true"
        )
    try:
        literal = str(ip_address(parsed.host))
    except ValueError:
        return parsed
    check(literal, parsed.scheme, private)
    return parsed


async def targets(url: httpx.URL, private: bool, resolve: Resolve) -> Sequence[str]:
    """The addresses to connect to for a URL, each of them checked just now.

    Raises:
        Refused: one of them may not be connected to.
        OSError: the host has no address.
    """
    host = url.raw_host.decode("ascii")
    found = await resolve(host, url.port or (443 if url.scheme == "https" else 80))
    if not found:
        raise OSError("the host has no address")
    for address in found:
        check(address, url.scheme, private)
    return found


def check(address: str, scheme: str, private: bool) -> None:
    """
    Raises:
        Refused: webhooks do not go to this address.
    """
    where = _plain(address)
    if scheme == "http" and not where.is_loopback:
        raise Refused("http:// is for this machine itself; use https://")
    if where.is_link_local or where.is_multicast or where.is_unspecified or where in _METADATA:
        raise Refused("the address is link-local, multicast or a metadata service")
    old = isinstance(where, IPv6Address) and (where.is_site_local or where.is_reserved)
    if (old or not where.is_global) and not private:
        raise Refused(
            "the address is of the own network; PINTU_WEBHOOK_PRIVATE=true allows such receivers"
        )


def _plain(address: str) -> IPv4Address | IPv6Address:
    """An address, or the IPv4 address that an IPv6 one stands for."""
    where = ip_address(address)
    if isinstance(where, IPv4Address):
        return where
    if where in _NAT64:
        return IPv4Address(where.packed[-4:])
    if where.sixtofour or where.teredo:
        raise Refused("the address is of a tunnel")
    return where.ipv4_mapped or where
