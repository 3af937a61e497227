"""What a client sends, as it stands in the OpenAPI document; the answers are in ``answers``.

Descriptions are Indonesian since municipal developers read them on the documentation page.
"""

import unicodedata
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from data.complaint import MAX_TEXT, Complaint
from data.text import clean

MAX_BATCH = 256  # complaints of one request
MAX_TOP = 20
_MAX_KEYS = 64  # keys of one object; far above what any object has, and cheap to refuse
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and symbols that show nothing
_SHOWS_NOTHING = ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Me")


class Wire(BaseModel):
    """An object of a request; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _bounded(cls, value: Any) -> Any:
        # One error for thousands of unknown keys, instead of thousands of errors.
        if isinstance(value, dict) and len(value) > _MAX_KEYS:
            raise PydanticCustomError("pintu_keys", "memuat terlalu banyak field (lihat /docs)")
        return value


def _moment(value: object) -> object:
    """ISO 8601 text as a moment; numbers are refused, for their unit would be a guess."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError(
        "pintu_moment",
        "harus berupa waktu ISO 8601, misalnya 2026-03-02T08:15:00+07:00",
    )


Name = Annotated[str, Field(max_length=200)]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Top = Annotated[
    int,
    Field(
        strict=True,
        ge=1,
        le=MAX_TOP,
        description="Banyaknya unit kerja yang direkomendasikan; lebih bila `shortlists` "
        "lebih panjang.",
    ),
]


Explain = Annotated[
    bool,
    Field(
        strict=True,
        description="`true` untuk meminta penjelasan: field `explanation` pada jawaban.",
    ),
]


class ComplaintIn(Wire):
    """Sebuah laporan. Hanya `text` yang wajib; setiap field lain mempertajam rekomendasi."""

    text: Annotated[
        str,
        Field(min_length=1, max_length=MAX_TEXT, description="Isi laporan, apa adanya."),
    ]
    id: Annotated[Name, Field(description="Nomor laporan di sistem Anda; dikembalikan.")] = ""
    title: Annotated[str, Field(max_length=1000, description="Judul laporan.")] = ""
    created_at: Annotated[
        Moment | None,
        Field(description="Waktu laporan dibuat (ISO 8601)."),
        WithJsonSchema({"type": "string", "format": "date-time"}),
    ] = None
    channel: Annotated[Name, Field(description="Saluran: aplikasi, SMS, X, loket …")] = ""
    door: Annotated[
        Name,
        Field(
            description="Pintu masuk: daerah yang menerima laporan, dengan kode Kemendagri "
            "(`35.78`) atau nama (`Kota Surabaya`). Harus dikenal."
        ),
    ] = ""
    province: Annotated[Name, Field(description="Provinsi tempat kejadian.")] = ""
    regency: Annotated[Name, Field(description="Kabupaten/kota tempat kejadian.")] = ""
    district: Annotated[Name, Field(description="Kecamatan tempat kejadian.")] = ""
    village: Annotated[Name, Field(description="Kelurahan/desa tempat kejadian.")] = ""
    address: Annotated[str, Field(max_length=1000, description="Alamat tempat kejadian.")] = ""


class RouteIn(ComplaintIn):
    """Sebuah laporan, banyaknya rekomendasi yang diminta, dan apakah perlu penjelasan."""

    top: Top = 5
    explain: Explain = False


class BatchIn(Wire):
    """Beberapa laporan sekaligus. Satu saja yang tidak sah, tidak ada yang diproses."""

    complaints: Annotated[
        list[ComplaintIn],
        Field(
            min_length=1,
            max_length=MAX_BATCH,
            description="Laporan; urutannya dipertahankan.",
        ),
    ]
    door: Annotated[
        Name,
        Field(description="Pintu masuk bagi laporan yang tidak menyebutkan `door` sendiri."),
    ] = ""
    top: Top = 5
    explain: Explain = False


class UnitsQuery(Wire):
    """Pencarian unit kerja."""

    q: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            description="Nama, singkatan, atau bagian nama; salah ketik dimaklumi.",
            examples=["dinas lingkungan"],
        ),
    ]
    region: Annotated[
        Name,
        Field(
            description="Kode atau nama daerah. Kosong: seluruh Indonesia.",
            examples=["35.78"],
        ),
    ] = ""
    limit: Annotated[int, Field(ge=1, le=50, description="Banyaknya hasil paling banyak.")] = 20


def complaint_from(sent: ComplaintIn) -> Complaint:
    """The complaint with every text cleaned (``data.text.clean``)."""
    texts = sent.model_dump(include=_TEXTS)
    return Complaint(
        created_at=sent.created_at,
        **{name: clean(text) for name, text in texts.items()},
    )


_TEXTS = set(ComplaintIn.model_fields) - {"created_at"}
MOST_CHARACTERS: dict[str, int] = {
    name: next(m.max_length for m in field.metadata if hasattr(m, "max_length"))
    for name, field in ComplaintIn.model_fields.items()
    if name in _TEXTS
}


def is_blank(text: str) -> bool:
    """Whether nothing would show if the text were printed."""
    return all(c in _BLANK or unicodedata.category(c) in _SHOWS_NOTHING for c in text)
