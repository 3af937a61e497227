"""Worked examples for the OpenAPI document; all texts written for this purpose.

The answers are real ones, the bundle's name apart. The first was given by a bundle of labelled
cases from several cities, with the starter cases as the earlier ones and Pintu's own categories;
the second by the starter bundle, which has no calibration and hence no shortlists.
"""

from typing import Any

ROUTE_REQUEST: dict[str, Any] = {
    "id": "SBY-2026-0412",
    "title": "Tiang lampu miring",
    "text": "Tiang lampu di Jalan Kertajaya, Surabaya, miring dan kabelnya terkelupas sampai "
    "keluar percikan api. Tadi pagi seorang anak sekolah hampir kesetrum. Tolong segera ditangani.",
    "created_at": "2026-03-02T08:15:00+07:00",
    "channel": "aplikasi",
    "door": "35.78",
    "district": "Gubeng",
    "top": 2,
    "explain": True,
}

ROUTE_ANSWER: dict[str, Any] = {
    "id": "SBY-2026-0412",
    "kind": "complaint",
    "kind_probability": 0.9766,
    "category": "Penerangan Jalan",
    "category_probability": 0.9991,
    "decision": "auto-route",
    "urgency": {
        "danger": "listrik",
        "name": "Bahaya listrik",
        "number": "112",
        "message": "Laporan ini ditandai gawat karena tampak menyangkut bahaya listrik: jangan "
        "mendekat, segera hubungi layanan darurat 112 atau PLN 123, jangan menunggu jawaban "
        "laporan ini.",
        "spans": [
            {"start": 100, "end": 119, "text": "keluar percikan api"},
            {"start": 121, "end": 125, "text": "Tadi"},
            {"start": 131, "end": 143, "text": "seorang anak"},
            {"start": 159, "end": 167, "text": "kesetrum"},
            {"start": 169, "end": 175, "text": "Tolong"},
        ],
        "score": 0.7389,
    },
    "reasons": [],
    "candidates": [
        {
            "unit_id": "35.78/dinas-perhubungan",
            "unit": "Dinas Perhubungan",
            "agency": "Pemerintah Kota Surabaya",
            "mandate": "lalu-lintas",
            "region_code": "35.78",
            "probability": 0.9559,
        },
        {
            "unit_id": "35.78/dinas-sumber-daya-air-dan-bina-marga",
            "unit": "Dinas Sumber Daya Air dan Bina Marga",
            "agency": "Pemerintah Kota Surabaya",
            "mandate": "jalan",
            "region_code": "35.78",
            "probability": 0.007,
        },
    ],
    "shortlists": {"0.9": ["35.78/dinas-perhubungan"], "0.95": ["35.78/dinas-perhubungan"]},
    "mandates": [
        {"id": "penerangan-jalan", "probability": 0.9608},
        {"id": "jalan", "probability": 0.0062},
    ],
    "places": [
        {
            "start": 52,
            "end": 60,
            "text": "Surabaya",
            "candidates": [{"region_code": "35.78", "probability": 0.9994}],
        }
    ],
    "parts": [],
    "bundle": "contoh",
    "explanation": {
        "top": "penerangan-jalan",
        "runner_up": "jalan",
        "words": [
            {"start": 26, "end": 31, "text": "lampu", "weight": 0.5588},
            {"start": 6, "end": 11, "text": "lampu", "weight": 0.5513},
            {"start": 82, "end": 92, "text": "terkelupas", "weight": -0.1948},
            {"start": 159, "end": 167, "text": "kesetrum", "weight": 0.0928},
            {"start": 176, "end": 182, "text": "segera", "weight": -0.0847},
            {"start": 35, "end": 40, "text": "Jalan", "weight": -0.0827},
            {"start": 121, "end": 125, "text": "Tadi", "weight": 0.0808},
            {"start": 0, "end": 5, "text": "Tiang", "weight": 0.0622},
            {"start": 20, "end": 25, "text": "Tiang", "weight": 0.0622},
        ],
        "rest": 0.2211,
        "bias": -0.119,
        "places": [
            {
                "start": 52,
                "end": 60,
                "text": "Surabaya",
                "region_code": "35.78",
                "probability": 0.9994,
            }
        ],
        "rules": [],
        "similar": [
            {
                "id": "starter-penerangan-jalan-5",
                "unit_id": "35.78/dinas-perhubungan",
                "unit": "Dinas Perhubungan",
                "text": "Tiang lampu miring hampir nyentuh kabel PLN dekat rumah saya di Parepare, "
                "mohon ditegakkan.",
                "similarity": 0.2453,
            },
            {
                "id": "starter-listrik-2",
                "unit_id": "35.78/listrik",
                "unit": "PLN ULP Kota Surabaya",
                "text": "Tiang listrik miring membahayakan jemaah. Tiang listrik beton di depan "
                "mushola RT 04 miring sekitar 30 derajat sejak tanahnya longsor minggu "
                "kemarin. Kabelnya sudah menempel ke genteng tempat wudu. Kami takut ada "
                "jemaah kesetrum kalau hujan.",
                "similarity": 0.1977,
            },
            {
                "id": "starter-penerangan-jalan-11",
                "unit_id": "35.78/dinas-perhubungan",
                "unit": "Dinas Perhubungan",
                "text": "Lampu depan pos ronda konslet, keluar percikan api kalau hujan. Kami yang "
                "jaga malam tidak berani berteduh di bawahnya, mohon teknisi datang",
                "similarity": 0.1953,
            },
            {
                "id": "starter-penerangan-jalan-43",
                "unit_id": "35.78/dinas-perhubungan",
                "unit": "Dinas Perhubungan",
                "text": "Pak wali Bengkulu, tiang lampu di Jalan Kapuas ditabrak truk dua minggu "
                "lalu. Tiangnya melintang di parit, kabelnya digulung seadanya oleh warga. "
                "Jangan tunggu ada yang tersengat.",
                "similarity": 0.1873,
            },
            {
                "id": "starter-penerangan-jalan-50",
                "unit_id": "35.78/dinas-perhubungan",
                "unit": "Dinas Perhubungan",
                "text": "Sudah satu tahun tiang PJU berdiri tanpa lampu di Desa Batunyala, Lombok "
                "Tengah. Kontraktor cuma tanam tiang, ndek arak lampune. Masyarakat bertanya-"
                "tanya ini proyek apa.",
                "similarity": 0.18,
            },
        ],
    },
}

ASK_REQUEST: dict[str, Any] = {
    "text": "Lampu jalan di gang kami padam sejak hari Senin, malam jadi gelap sekali.",
    "top": 2,
}

ASK_ANSWER: dict[str, Any] = {
    "id": "",
    "kind": "complaint",
    "kind_probability": 0.9918,
    "category": "Penerangan Jalan",
    "category_probability": 0.9997,
    "decision": "ask",
    "urgency": None,
    "reasons": [
        {
            "code": "place_missing",
            "message": "Tempat kejadian belum jelas.",
            "question": "Di kabupaten/kota mana kejadiannya?",
        },
        {
            "code": "not_proven",
            "message": "Ketepatan untuk urusan ini di sini belum terbukti pada kasus nyata.",
            "question": "",
        },
    ],
    "candidates": [
        {
            "unit_id": "-/lalu-lintas",
            "unit": "Dinas Perhubungan",
            "agency": "",
            "mandate": "lalu-lintas",
            "region_code": None,
            "probability": 0.9777,
        },
        {
            "unit_id": "-/jalan",
            "unit": "Dinas Pekerjaan Umum dan Penataan Ruang",
            "agency": "",
            "mandate": "jalan",
            "region_code": None,
            "probability": 0.0036,
        },
    ],
    "shortlists": {},
    "mandates": [
        {"id": "penerangan-jalan", "probability": 0.9767},
        {"id": "jalan", "probability": 0.0036},
    ],
    "places": [],
    "parts": [],
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

ANSWERS = {"route": (ROUTE_ANSWER, ASK_ANSWER), "units": (UNITS_ANSWER,)}  # by operation
