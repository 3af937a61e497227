"""Forms are read within bounds, and refused when they cannot be read."""

import pytest


def send(door, body, kind="application/x-www-form-urlencoded", **headers):
    return door.raw("/open311/v2/requests.json", body, **{"content-type": kind} | headers)


BROKEN = [
    (b"description=%FF%FE", "application/x-www-form-urlencoded", 400),
    (b"description=\xff", "application/x-www-form-urlencoded", 400),
    (b"description=%ED%A0%80", "application/x-www-form-urlencoded", 400),
    (b"&".join(b"f%d=1" % i for i in range(65)), "application/x-www-form-urlencoded", 400),
    (b"description=jalan", "application/x-www-form-urlencoded; charset=iso-8859-1", 415),
    (b"description=jalan", "application/x-www-form-urlencoded; charset=atlantis", 415),
    (b"description=jalan", "application/x-www-form-urlencoded; charset=\x00utf-8", 415),
    (b'{"description": "jalan"}', "application/json", 415),
    (b"<request/>", "text/xml", 415),
    (b"description=jalan", "", 415),
    (b"jalan", "multipart/form-data", 400),
    (b"jalan", "multipart/form-data; boundary=x", 400),
    (b"--x\r\n\r\njalan\r\n--x--\r\n", "multipart/form-data; boundary=x", 400),
    (
        b'--x\r\nContent-Disposition: form-data; name="description"\r\n\r\n\xff\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
        400,
    ),
    (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 65 + b"--x--\r\n",
        "multipart/form-data; boundary=x",
        400,
    ),
    (
        b'--x\r\nContent-Disposition: form-data; name="description"\r\n\r\njalan rus',
        "multipart/form-data; boundary=x",
        400,
    ),
]


@pytest.mark.parametrize(("body", "kind", "status"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_form_is_refused(door, body, kind, status):
    answer = send(door, body, kind)
    assert (answer.status_code, answer.json()[0]["code"]) == (status, status)


def test_a_compressed_or_too_large_form_is_refused(door):
    encoded = {"content-encoding": "gzip"}
    assert send(door, b"description=jalan", **encoded).json()[0]["code"] == 415
    assert send(door, b"description=" + b"a" * 2**20).json()[0]["code"] == 413


@pytest.mark.parametrize("number", ["'", "%00", "a%0ab", "..%2f..%2fv1", "%ff", "x" * 3000])
def test_codes_that_are_none(door, number):
    assert door.get(f"/open311/v2/services/{number}.json").json()[0]["code"] == 404


@pytest.mark.parametrize("size", [64, 100_000])
def test_the_number_of_fields_is_bounded(door, size):
    fields = b"&".join(b"f%d=1" % i for i in range(size + 1))
    assert send(door, fields).status_code in (400, 413)
