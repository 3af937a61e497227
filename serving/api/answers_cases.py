"""What the server answers about cases that are kept, as it stands in the OpenAPI document."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from serving.api.answers import RecommendationOut

Status = Literal["forwarded", "review", "ask", "accepted", "archived"]
CaseId = Annotated[str, Field(description="Nomor laporan di Pintu.")]
CallerId = Annotated[str, Field(description="Nomor laporan di sistem Anda.")]
_At = Annotated[datetime, Field(description="Waktu (UTC).")]


class ReceivedOut(BaseModel):
    """Laporan yang sudah dicatat. Kiriman ulang mendapat jawaban yang sama."""

    complaint_id: CaseId
    id: CallerId
    received_at: Annotated[datetime, Field(description="Waktu laporan dicatat (UTC).")]
    recommendation: RecommendationOut


class ReceivedManyOut(BaseModel):
    """Laporan-laporan yang sudah dicatat, dalam urutan kiriman."""

    complaints: list[ReceivedOut]


class EventOut(BaseModel):
    """Satu peristiwa dalam perjalanan laporan."""

    at: _At
    actor: Annotated[str, Field(description="`pintu`, `key:…` kunci API, atau petugas.")]
    event: Annotated[
        Literal["forward", "review", "ask", "archive", "accepted", "bounced"],
        Field(
            description="`forward` diteruskan, `review` ditinjau, `ask` pelapor ditanya, "
            "`archive` diarsipkan, `accepted` diterima unit kerja, `bounced` bukan wewenangnya."
        ),
    ]
    unit_id: Annotated[str, Field(description="Unit kerja yang bersangkutan; kosong bila tidak.")]
    note: Annotated[str, Field(description="Alasan atau catatan.")]


class CaseSummaryOut(BaseModel):
    """Keadaan sebuah laporan."""

    complaint_id: CaseId
    id: CallerId
    received_at: _At
    status: Annotated[
        Status,
        Field(
            description="`forwarded` diteruskan, `review` menunggu peninjau, `ask` menunggu "
            "pelapor, `accepted` diterima unit kerja, `archived` diarsipkan."
        ),
    ]
    unit_id: Annotated[str, Field(description="Unit kerja yang memegangnya; kosong bila belum.")]
    urgent: Annotated[bool, Field(description="Apakah terbaca bahaya bagi jiwa atau tubuh.")]
    bundle: Annotated[str, Field(description="Paket model yang merekomendasikan.")]


class CaseOut(CaseSummaryOut):
    """Sebuah laporan dengan isi yang disamarkan dan perjalanannya."""

    title: Annotated[str, Field(description="Judul; kosong bila rahasia atau sudah dihapus.")]
    text: Annotated[str, Field(description="Isi; kosong bila rahasia atau sudah dihapus.")]
    anonymous: bool
    secret: bool
    erased: Annotated[bool, Field(description="Apakah isinya sudah dihapus.")]
    ruled_out: Annotated[
        list[str], Field(description="Unit kerja yang menyatakan bukan wewenangnya.")
    ]
    recommendation: Annotated[
        RecommendationOut | None, Field(description="Rekomendasi terakhir; null bila rahasia.")
    ]
    history: Annotated[list[EventOut], Field(description="Perjalanannya, yang lama dahulu.")]


class CasesOut(BaseModel):
    """Satu halaman laporan dalam urutan kedatangan."""

    complaints: list[CaseSummaryOut]
    next: Annotated[
        str, Field(description="Kirim sebagai `after` untuk lanjutannya; kosong: sudah habis.")
    ]


class ReviewOut(BaseModel):
    """Laporan yang menunggu peninjau."""

    complaint_id: CaseId
    opened_at: _At
    reasons: Annotated[list[str], Field(description="Kode alasan; lihat `reasons[].code`.")]
    ruled_out: Annotated[
        list[str], Field(description="Unit kerja yang menyatakan bukan wewenangnya.")
    ]
    urgent: bool
    probability: Annotated[float, Field(description="Peluang unit kerja pertama.")]
    mandate: Annotated[str, Field(description="Urusan yang paling mungkin.")]
    region_code: Annotated[str, Field(description="Wilayah unit kerja pertama.")]
    claimed_until: Annotated[
        datetime | None, Field(description="Sampai kapan dipegang seseorang; null bila bebas.")
    ]


class ReviewsOut(BaseModel):
    """Laporan-laporan yang menunggu peninjau."""

    reviews: list[ReviewOut]
    next: Annotated[
        str, Field(description="Kirim sebagai `after` untuk lanjutannya; kosong: sudah habis.")
    ]


class ClaimedOut(BaseModel):
    """Laporan yang kini dipegang pemanggil, yang terpenting dahulu."""

    reviews: list[ReviewOut]
