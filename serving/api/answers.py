"""What the server answers, as it stands in the OpenAPI document."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from classifier.recommendation import Decision
from data.complaint import Kind

Probability = Annotated[float, Field(ge=0, le=1, description="Peluang, 0 sampai 1.")]


class ReasonOut(BaseModel):
    """Alasan laporan perlu dilihat manusia."""

    code: Annotated[str, Field(description="Kode alasan, untuk mesin.")]
    message: Annotated[str, Field(description="Alasan dalam kalimat.")]


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


class PlaceOut(BaseModel):
    """Tempat yang disebut dalam laporan.

    `start` dan `end` dihitung dalam karakter pada judul, titik, spasi, lalu isi laporan
    (hanya isi bila tanpa judul), setelah karakter tak tampak dibuang.
    """

    start: Annotated[int, Field(ge=0, description="Karakter pertama.")]
    end: Annotated[int, Field(ge=0, description="Sesudah karakter terakhir.")]
    text: Annotated[str, Field(description="Tulisan di laporan.")]
    candidates: list[PlaceCandidateOut]


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
    reasons: list[ReasonOut]
    candidates: Annotated[
        list[CandidateOut],
        Field(description="Unit kerja, yang paling mungkin lebih dahulu."),
    ]
    mandates: Annotated[list[MandateOut], Field(description="Urusan yang paling mungkin.")]
    places: Annotated[list[PlaceOut], Field(description="Tempat yang disebut dalam laporan.")]
    bundle: Annotated[str, Field(description="Nama paket model yang menjawab.")]


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


class RegistryOut(BaseModel):
    """Isi register yang dipakai."""

    mandates: Annotated[int, Field(description="Banyaknya urusan.")]
    agencies: Annotated[int, Field(description="Banyaknya instansi nasional.")]
    regions: Annotated[int, Field(description="Banyaknya wilayah.")]
    profiles: Annotated[list[str], Field(description="Daerah dengan susunan unit kerja sendiri.")]


class ModelOut(BaseModel):
    """Paket model yang dipakai; field lain mengikuti `manifest.json` paket itu."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Field(description="Nama paket.")]
    format: Annotated[int, Field(description="Nomor format paket.")]
    backend: Annotated[str, Field(description="Jenis model teks.")]
    metrics: Annotated[dict[str, Any], Field(description="Ukuran mutu saat dilatih.")]
    registry: RegistryOut
