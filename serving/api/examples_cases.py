"""Worked examples of the routes that keep cases; all texts written for this purpose."""

from typing import Any

RECEIVE_REQUEST: dict[str, Any] = {
    "id": "SBY-2026-0412",
    "text": "Nama saya Sari Wulandari, HP 0812-3456-7890. Lampu jalan di depan Pasar Genteng, "
    "Surabaya, padam sejak hari Minggu. Gelap dan rawan.",
    "created_at": "2026-03-02T08:15:00+07:00",
    "channel": "aplikasi",
    "door": "35.78",
    "reporter": "akun-20931",
    "reporter_name": "Sari Wulandari",
}
RECEIVE_MANY_REQUEST: dict[str, Any] = {
    "door": "35.78",
    "complaints": [
        {"id": "SBY-2026-0413", "text": "Got di Jalan Ngagel mampet, kalau hujan banjir."},
        {"id": "SBY-2026-0414", "text": "Kapan jadwal pelayanan KTP di kelurahan hari Sabtu?"},
    ],
}
OUTCOME_REQUESTS: tuple[dict[str, Any], ...] = (
    {"outcome": "accepted"},
    {
        "outcome": "bounced",
        "unit_id": "35.78/dinas-perhubungan",
        "reason": "Lampu itu milik pengelola pasar, bukan penerangan jalan umum.",
    },
)
DECISION_REQUEST: dict[str, Any] = {
    "action": "forward",
    "unit_id": "35.78/dinas-perhubungan",
    "note": "Lampu berada di trotoar, jadi penerangan jalan umum.",
}
CLAIM_REQUEST: dict[str, Any] = {"limit": 1, "seconds": 600}
