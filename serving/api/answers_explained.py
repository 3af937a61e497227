"""The explanation of a recommendation, as it stands in the OpenAPI document."""

from typing import Annotated

from pydantic import BaseModel, Field

from data.registry.regions import Level
from serving.api.answers_shared import Probability, SpanOut


class WordOut(SpanOut):
    """Kata dalam laporan yang mendorong pilihan urusan."""

    weight: Annotated[
        float,
        Field(description="Besarnya dorongan: di atas 0 untuk `top`, di bawah 0 melawannya."),
    ]


class LikelyPlaceOut(SpanOut):
    """Tempat yang disebut, dengan wilayah yang paling mungkin dimaksud."""

    region_code: Annotated[str, Field(description="Kode wilayah.")]
    probability: Probability


class RuleOut(BaseModel):
    """Aturan pembagian kewenangan yang dipakai."""

    id: Annotated[str, Field(description="Pengenal aturan.")]
    topic: Annotated[str, Field(description="Perkara yang diatur.")]
    level: Annotated[Level, Field(description="Tingkat pemerintahan yang berwenang.")]
    articles: Annotated[list[str], Field(description="Dasar hukum.")]
    because: Annotated[str, Field(description="Alasan dalam satu kalimat, untuk ditampilkan.")]
    start: Annotated[int, Field(ge=0, description="Karakter pertama kata yang memicunya.")]
    end: Annotated[int, Field(ge=0, description="Sesudah karakter terakhirnya.")]


class SimilarOut(BaseModel):
    """Laporan terdahulu yang mirip; data pribadi di dalamnya disamarkan."""

    id: Annotated[str, Field(description="Nomor laporan itu; kosong bila tidak diketahui.")]
    unit_id: Annotated[str, Field(description="Pengenal unit kerja yang menerimanya.")]
    unit: Annotated[str, Field(description="Nama unit kerja itu.")]
    text: Annotated[str, Field(description="Awal isi laporan itu.")]
    similarity: Annotated[float, Field(description="Kemiripan, 0 sampai 1.")]


class ExplanationOut(BaseModel):
    """Mengapa urusan pertama dipilih, bukan yang kedua.

    Jumlah `weight` semua `words`, `rest`, dan `bias` sama dengan selisih nilai kedua urusan.
    """

    top: Annotated[str, Field(description="Urusan yang paling mungkin; kosong bila tidak ada.")]
    runner_up: Annotated[str, Field(description="Urusan kedua; kosong bila tidak ada.")]
    words: Annotated[
        list[WordOut],
        Field(description="Kata yang paling berpengaruh, yang terkuat lebih dahulu."),
    ]
    rest: Annotated[float, Field(description="Jumlah pengaruh semua kata lain.")]
    bias: Annotated[float, Field(description="Selisih nilai tanpa satu kata pun.")]
    places: Annotated[list[LikelyPlaceOut], Field(description="Tempat yang disebut.")]
    rules: Annotated[list[RuleOut], Field(description="Aturan kewenangan yang dipakai.")]
    similar: Annotated[
        list[SimilarOut],
        Field(description="Laporan terdahulu yang mirip, yang termirip lebih dahulu."),
    ]
