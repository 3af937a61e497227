"""Requests that are wrong in some way, made by chance from a seed."""

import json
import random
from typing import Any
from urllib.parse import urlencode

MARK = "RAHASIA7Q4Z"  # stands in every body and must never be in a log
_TEXT = f"Lampu jalan {MARK} padam di depan pasar sejak kemarin."
_ONE = {"text": _TEXT, "id": "A-1", "door": "35.78", "regency": "Kota Surabaya"}
_CASE = _ONE | {"reporter": "warga-1", "reporter_name": "Siti", "lat": -7.2, "long": 112.7}
_GOOD: dict[str, Any] = {
    "/v1/route": _ONE | {"top": 3, "explain": True},
    "/v1/route/batch": {"complaints": [_ONE, {"text": _TEXT}], "door": "35.78", "top": 2},
    "/v1/complaints": _CASE,
    "/v1/complaints/batch": {"complaints": [_CASE | {"id": "B-1"}, {"text": _TEXT}], "door": ""},
    "/v1/complaints/{}/outcome": {"outcome": "bounced", "unit_id": "", "reason": _TEXT},
    "/v1/complaints/{}/decision": {"action": "ask", "note": _TEXT, "again": False},
    "/v1/reviews/claim": {"limit": 1, "seconds": 60},
}
_FORM = "/open311/v2/requests.json"
_FORM_GOOD = {
    "jurisdiction_id": "35.78",
    "service_code": "jalan",
    "description": _TEXT,
    "lat": "-7.2",
    "long": "112.7",
    "first_name": "Siti",
}
_ODD: list[Any] = [
    None, True, False, 0, -1, 1.5, 1e308, -1e308, 10**400, 2**63, -(2**63) - 1, "", " ", "\0",
    "\ud800", "\udfff\ud800", "\u202e\u200b", "a" * 300, "é" * 5000, "35.78", "../../etc/passwd",
    "'; DROP TABLE complaints; --", "{{7*7}}", "%s%n", [], {}, [[]], [None], {"": None},
    {"text": {}}, "2026-13-45T99:99:99", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "NaN", "-0", "\U0001f525" * 50, "\uffff", "\r\n\r\n",
]  # fmt: skip
_TYPES = [
    b"application/json; charset=utf-16", b"application/json; charset=latin-1", b"text/plain",
    b"application/xml", b"", b"application/json;;;", b"\xff\xfe", b"multipart/form-data",
    b"multipart/form-data; boundary=x", b"application/x-www-form-urlencoded; charset=utf-7",
    b"application/json; charset=" + b"x" * 500, b"application/json; charset*=utf-8''%ff",
]  # fmt: skip


class Bodies:
    """Makes requests.

    Args:
        complaint_id: of a case that there is.
    """

    def __init__(self, chance: random.Random, complaint_id: str) -> None:
        self.chance, self.complaint_id = chance, complaint_id

    def request(self) -> tuple[str, list[tuple[bytes, bytes]], bytes]:
        """A path, headers, and a body."""
        path = self.chance.choice([*_GOOD, _FORM])
        if path == _FORM:
            kind, body = b"application/x-www-form-urlencoded", self._form()
        else:
            kind, body = b"application/json", self._json(_GOOD[path])
        if self.chance.random() < 0.3:
            body = self._torn(body)
        headers = [(b"content-type", kind)]
        if self.chance.random() < 0.05:
            headers = [(b"content-type", self.chance.choice(_TYPES))]
        if self.chance.random() < 0.05:
            odd = [b"\xff\x00", b"k" * 300, b"a b", b"", b"k-1"]
            headers.append((b"idempotency-key", self.chance.choice(odd)))
        headers.append((b"content-length", b"%d" % len(body)))
        return path.format(self.complaint_id), headers, body

    def connection(self) -> bytes:
        """The bytes of a connection whose request is torn, too short, or of a wrong length."""
        path, headers, body = self.request()
        kind = headers[0][1].replace(b"\n", b"").replace(b"\r", b"") or b"application/json"
        lines = [b"POST " + path.encode() + b" HTTP/1.1", b"Host: pintu", b"Content-Type: " + kind]
        length, cut = len(body), self.chance.randrange(len(body) + 1)
        chunked = [b"Transfer-Encoding: chunked"]
        sized = b"%x\r\n%s\r\n" % (length, body)
        ways = [
            ([*lines, b"Content-Length: %d" % (length + 10)], body),
            ([*lines, b"Content-Length: %d" % cut], body),
            ([*lines, b"Content-Length: -1"], body),
            ([*lines, b"Content-Length: 9%s" % (b"9" * 30)], body),
            ([*lines, b"Content-Length: 1", b"Content-Length: %d" % length], body),
            (lines + chunked, sized[: self.chance.randrange(len(sized))]),
            (lines + chunked, b"zz\r\n" + sized),
            (lines + chunked, sized + b"0\r\nX-Trailer: 1\r\n\r\n"),
            (lines + chunked + [b"Content-Length: %d" % cut], sized + b"0\r\n\r\n"),
            ([*lines, b"Content-Length: %d" % length, b"Content-Encoding: gzip"], body),
            ([*lines, b"Content-Length: %d" % length], body),
            (lines, body),
        ]
        head, sent = self.chance.choice(ways)
        whole = b"\r\n".join(head) + b"\r\n\r\n" + sent
        return (
            whole[: self.chance.randrange(1, len(whole))] if self.chance.random() < 0.2 else whole
        )

    def _json(self, good: Any) -> bytes:
        value = json.loads(json.dumps(good))
        for _ in range(self.chance.choice([0, 1, 1, 1, 2, 5])):
            value = self._changed(value)
        if self.chance.random() < 0.04:
            depth = self.chance.choice([10, 150, 5000])
            return b'{"text":' + b"[" * depth + b"]" * depth + b"}"
        return json.dumps(value, ensure_ascii=self.chance.random() < 0.8).encode(
            "utf-8", "surrogatepass"
        )

    def _changed(self, value: Any) -> Any:
        """A value with one of its parts changed."""
        if isinstance(value, dict) and value and self.chance.random() < 0.9:
            key = self.chance.choice(list(value))
            return self._changed_key(value, key)
        if isinstance(value, list) and value and self.chance.random() < 0.7:
            position = self.chance.randrange(len(value))
            if self.chance.random() < 0.1:
                return value * self.chance.choice([2, 20, 140])
            return [self._changed(one) if i == position else one for i, one in enumerate(value)]
        return self.chance.choice(_ODD)

    def _changed_key(self, value: dict[str, Any], key: str) -> dict[str, Any]:
        way = self.chance.random()
        if way < 0.1:
            return {name: one for name, one in value.items() if name != key}
        if way < 0.15:
            return value | {self.chance.choice(["", "x" * 10_000, "\0", "__class__", "é"]): 1}
        if way < 0.17:
            return value | {f"k{i}": i for i in range(2000)}
        return value | {key: self._changed(value[key])}

    def _form(self) -> bytes:
        fields = list(_FORM_GOOD.items())
        for _ in range(self.chance.choice([0, 1, 1, 2])):
            name, _ = self.chance.choice(fields)
            odd = str(self.chance.choice(_ODD))
            fields.append((self.chance.choice([name, odd]), odd))
            if self.chance.random() < 0.5:
                fields = [one for one in fields if one[0] != name]
                fields.append((name, odd))
        return urlencode(fields, errors="surrogatepass").encode()

    def _torn(self, body: bytes) -> bytes:
        """Bytes of a body left out, added, or replaced."""
        at = self.chance.randrange(len(body) + 1)
        junk = self.chance.randbytes(self.chance.choice([1, 4, 50]))
        return self.chance.choice(
            [
                body[:at],
                body[:at] + junk + body[at:],
                body[:at] + junk + body[at + len(junk) :],
                body + body,
                junk + MARK.encode(),
                b"\xef\xbb\xbf" + body,
                body.decode("utf-8", "replace").encode("utf-16"),
                body.replace(b'"', b"'"),
                b"",
            ]
        )
