"""What a reporter is told of a new request."""

import pytest

from serving.open311.answers import notice

UNIT = "Dinas Lingkungan Hidup Kota Samarinda"
ASKED = {"code": "no_place", "message": "", "question": "Di kota mana?"}


@pytest.mark.parametrize(
    ("decision", "reasons", "said"),
    [
        ("auto-route", [], f"Laporan Anda diteruskan kepada {UNIT}."),
        ("review", [ASKED], "Laporan Anda dicatat dan diperiksa petugas sebelum diteruskan."),
        ("ask", [ASKED], "Laporan Anda dicatat, tetapi masih perlu keterangan: Di kota mana?"),
        ("ask", [], "Laporan Anda dicatat dan diperiksa petugas sebelum diteruskan."),
    ],
)
def test_a_reporter_is_told_where_the_request_went(decision, reasons, said):
    answer = {
        "decision": decision,
        "reasons": reasons,
        "candidates": [{"unit": UNIT}],
        "urgency": None,
    }
    assert notice(answer) == said
    assert notice(answer | {"urgency": {"number": "112"}}).startswith(said)
    assert "112" in notice(answer | {"urgency": {"number": "112"}})
