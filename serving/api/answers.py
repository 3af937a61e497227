"""What the server answers, as it stands in the OpenAPI document."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from classifier.recommendation import Decision
from data.complaint import Kind
from serving.api.answers_explained import ExplanationOut
from serving.api.answers_shared import Probability, SpanOut

REASONS: Mapping[str, str] = {
    "not_a_complaint": "bukan laporan",
    "out_of_scope": "di luar kewenangan instansi pemerintah",
    "several_matters": "memuat beberapa perkara untuk unit yang berbeda (lihat `parts`)",
    "new_kind_of_text": "tidak mirip dengan laporan yang pernah ada",
    "place_missing": "tempat kejadian belum jelas",
    "place_conflict": "isian dan teks menyebut tempat yang berbeda",
    "policy": "urusan ini selalu ditinjau petugas menurut aturan instansi",
    "not_proven": "ketepatan untuk urusan ini di sini belum terbukti",
    "ambiguous": "dua unit kerja hampir sama mungkin",
    "low_confidence": "keyakinan pada pilihan pertama kurang",
    "audit": "contoh acak untuk memeriksa mutu penerusan otomatis",
    "bounced": "unit kerja menyatakan bukan wewenangnya",
}


class ReasonOut(BaseModel):
    """Alasan laporan perlu dilihat manusia."""

    code: Annotated[
        str,
        Field(
            description="Kode alasan, untuk mesin: "
            + "; ".join(f"`{code}` {meaning}" for code, meaning in REASONS.items())
            + ". Kode baru dapat menyusul; perlakukan yang tidak dikenal sebagai alasan meninjau."
        ),
    ]
    message: Annotated[str, Field(description="Alasan dalam kalimat.")]
    question: Annotated[
        str,
        Field(description="Pertanyaan untuk pelapor; kosong bila tidak ada yang perlu ditanya."),
    ]


class UrgencyOut(BaseModel):
    """Bahaya bagi jiwa atau tubuh yang terbaca dalam laporan."""

    danger: Annotated[str, Field(description="Pengenal jenis bahaya.")]
    name: Annotated[str, Field(description="Nama jenis bahaya.")]
    number: Annotated[str, Field(description="Nomor darurat yang harus dihubungi.")]
    message: Annotated[
        str, Field(description="Kalimat untuk pelapor dan petugas, dengan nomor itu.")
    ]
    spans: Annotated[list[SpanOut], Field(description="Kata-kata yang menunjukkannya.")]
    score: Annotated[float, Field(ge=0, description="Jarak di atas ambang; bukan peluang.")]


class UnitOut(BaseModel):
    """Sebuah unit kerja."""

    unit_id: Annotated[str, Field(description="Pengenal unit kerja.")]
    unit: Annotated[str, Field(description="Nama unit kerja.")]
    agency: Annotated[str, Field(description="Instansi induk; kosong bila tidak diketahui.")]
    mandate: Annotated[str, Field(description="Urusan utama unit kerja.")]
    region_code: Annotated[
        str | None,
        Field(description="Wilayah kewenangan; `ID` untuk nasional, null tak dikenal."),
    ]


class CandidateOut(UnitOut):
    """Unit kerja yang direkomendasikan."""

    probability: Probability


class FoundUnitOut(UnitOut):
    """Unit kerja hasil pencarian."""

    serves: Annotated[list[str], Field(description="Semua urusan yang ditangani.")]


class UnitsOut(BaseModel):
    """Hasil pencarian, yang paling cocok lebih dahulu."""

    units: list[FoundUnitOut]


class MandateOut(BaseModel):
    """Sebuah urusan dengan peluangnya."""

    id: Annotated[str, Field(description="Pengenal urusan.")]
    probability: Probability


class PlaceCandidateOut(BaseModel):
    """Wilayah yang mungkin dimaksud."""

    region_code: Annotated[str, Field(description="Kode wilayah.")]
    probability: Probability


class PlaceOut(SpanOut):
    """Tempat yang disebut dalam laporan."""

    candidates: Annotated[
        list[PlaceCandidateOut],
        Field(description="Wilayah, yang paling mungkin lebih dahulu."),
    ]


class PartOut(BaseModel):
    """Satu dari beberapa perkara dalam sebuah laporan, dengan rekomendasinya sendiri."""

    start: Annotated[int, Field(ge=0, description="Karakter pertama perkara itu.")]
    end: Annotated[int, Field(ge=0, description="Sesudah karakter terakhirnya.")]
    recommendation: Annotated[
        "RecommendationOut",
        Field(description="Rekomendasi; `parts` di dalamnya selalu kosong."),
    ]


def _never_null(schema: dict[str, Any]) -> None:
    del schema["default"]  # the field is absent instead


class RecommendationOut(BaseModel):
    """Rekomendasi untuk satu laporan."""

    id: Annotated[str, Field(description="Nomor laporan yang Anda kirim.")]
    kind: Annotated[
        Kind,
        Field(description="Jenis: pengaduan, aspirasi, permintaan informasi, atau bukan laporan."),
    ]
    kind_probability: Probability
    category: Annotated[str, Field(description="Kategori SP4N-LAPOR!.")]
    category_probability: Probability
    decision: Annotated[
        Decision,
        Field(description="`auto-route` teruskan otomatis, `review` tinjau, `ask` tanya pelapor."),
    ]
    urgency: Annotated[
        UrgencyOut | None,
        Field(
            description="Bahaya bagi jiwa atau tubuh; null bila tidak terbaca. Tidak mengubah "
            "`decision`: tangani lebih dahulu."
        ),
    ]
    reasons: Annotated[
        list[ReasonOut],
        Field(description="Mengapa petugas perlu melihatnya; kosong pada `auto-route`."),
    ]
    candidates: Annotated[
        list[CandidateOut],
        Field(description="Unit kerja, yang paling mungkin lebih dahulu."),
    ]
    shortlists: Annotated[
        dict[str, list[str]],
        Field(
            description="Keyakinan (`0.9`, `0.95`) dan pengenal unit kerja yang memuat unit yang "
            "benar pada keyakinan itu; semuanya ada di `candidates`. Kosong bila belum terbukti."
        ),
    ]
    mandates: Annotated[list[MandateOut], Field(description="Urusan yang paling mungkin.")]
    places: Annotated[list[PlaceOut], Field(description="Tempat yang disebut dalam laporan.")]
    parts: Annotated[
        list[PartOut],
        Field(description="Perkara-perkara bila laporan memuat beberapa; kosong bila satu."),
    ]
    bundle: Annotated[str, Field(description="Nama paket model yang menjawab.")]
    explanation: Annotated[
        ExplanationOut | SkipJsonSchema[None],
        Field(
            description="Penjelasan; hanya ada bila diminta dengan `explain`.",
            json_schema_extra=_never_null,
        ),
    ] = None


class BatchOut(BaseModel):
    """Rekomendasi dalam urutan laporan yang dikirim."""

    recommendations: list[RecommendationOut]


class StatusOut(BaseModel):
    """Keadaan server."""

    status: Literal["ok"]


class FieldErrorOut(BaseModel):
    """Kesalahan pada satu field."""

    field: Annotated[str, Field(description="Nama field, misalnya `complaints[3].text`.")]
    message: Annotated[str, Field(description="Apa yang salah dan cara memperbaikinya.")]


class ProblemOut(BaseModel):
    """Jawaban kesalahan menurut RFC 9457."""

    type: Annotated[str, Field(description="Alamat penjelasan masalah.")]
    title: Annotated[str, Field(description="Masalahnya, singkat.")]
    status: Annotated[int, Field(description="Status HTTP.")]
    detail: Annotated[str, Field(description="Apa yang terjadi dan apa yang dapat dilakukan.")]
    instance: Annotated[str, Field(description="Alamat yang diminta.")]
    errors: Annotated[list[FieldErrorOut], Field(description="Kesalahan setiap field.")] = []
