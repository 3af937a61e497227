"""Worked examples for the OpenAPI document; all texts written for this purpose."""

from typing import Any

ROUTE_REQUEST: dict[str, Any] = {
    "id": "SBY-2026-0412",
    "title": "Jalan berlubang dekat sekolah",
    "text": "Sudah dua minggu aspal di Jalan Kertajaya, Surabaya, berlubang sedalam mata kaki. "
    "Kemarin sore seorang ibu jatuh dari motor waktu menjemput anaknya. Tolong segera ditambal.",
    "created_at": "2026-03-02T08:15:00+07:00",
    "channel": "aplikasi",
    "door": "35.78",
    "district": "Gubeng",
    "top": 2,
}

ROUTE_ANSWER: dict[str, Any] = {
    "id": "SBY-2026-0412",
    "kind": "complaint",
    "kind_probability": 0.9963,
    "category": "Infrastruktur Jalan",
    "category_probability": 0.9312,
    "decision": "review",
    "reasons": [
        {
            "code": "low_confidence",
            "message": "Keyakinan pada pilihan pertama hanya 88 %; perlu ditinjau petugas.",
        }
    ],
    "candidates": [
        {
            "unit_id": "35.78/dinas-sumber-daya-air-dan-bina-marga",
            "unit": "Dinas Sumber Daya Air dan Bina Marga",
            "agency": "Pemerintah Kota Surabaya",
            "mandate": "jalan",
            "region_code": "35.78",
            "probability": 0.876,
        },
        {
            "unit_id": "ID/ditjen-bina-marga",
            "unit": "Direktorat Jenderal Bina Marga",
            "agency": "Kementerian Pekerjaan Umum",
            "mandate": "jalan",
            "region_code": "ID",
            "probability": 0.0639,
        },
    ],
    "mandates": [
        {"id": "jalan", "probability": 0.9775},
        {"id": "pertamanan", "probability": 0.0077},
    ],
    "places": [
        {
            "start": 74,
            "end": 82,
            "text": "Surabaya",
            "candidates": [{"region_code": "35.78", "probability": 0.9994}],
        }
    ],
    "bundle": "contoh",
}

BATCH_REQUEST: dict[str, Any] = {
    "door": "Kota Surabaya",
    "top": 3,
    "complaints": [
        {
            "id": "1",
            "text": "Lampu jalan di gang kami padam sejak hari Senin, malam jadi gelap sekali.",
        },
        {
            "id": "2",
            "text": "KTP saya sudah direkam tiga bulan lalu tetapi belum juga dicetak.",
        },
    ],
}

UNITS_ANSWER: dict[str, Any] = {
    "units": [
        {
            "unit_id": "35.78/dinas-lingkungan-hidup",
            "unit": "Dinas Lingkungan Hidup",
            "agency": "Pemerintah Kota Surabaya",
            "mandate": "lingkungan",
            "region_code": "35.78",
            "serves": ["lingkungan", "persampahan", "pertamanan", "pemakaman"],
        }
    ]
}
