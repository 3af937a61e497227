"""What a client sends about cases that are kept, as it stands in the OpenAPI document."""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from serving.api.wire import MAX_BATCH, ComplaintIn, Name, Wire

MAX_NOTE = 2000
MAX_PAGE = 200
ID_PATTERN = r"^[0-9A-HJKMNP-TV-Z]{26}$"

Yes = Annotated[bool, Field(strict=True)]


class CaseIn(ComplaintIn):
    """Sebuah laporan untuk diteruskan dan dicatat. Data pribadi di dalamnya disamarkan sebelum
    disimpan; `id` mengenali kiriman ulang."""

    reporter: Annotated[
        Name,
        Field(
            description="Pengenal pelapor di sistem Anda (nomor akun, surel, telepon). Hanya "
            "sidiknya yang disimpan, agar data orang itu dapat diekspor atau dihapus."
        ),
    ] = ""
    reporter_name: Annotated[
        Name,
        Field(description="Nama pelapor. Tidak disimpan; disamarkan bila muncul dalam isi."),
    ] = ""
    anonymous: Annotated[
        Yes, Field(description="Pelapor anonim: pengenal pelapor tidak disimpan sama sekali.")
    ] = False
    secret: Annotated[
        Yes,
        Field(description="Laporan rahasia: isinya hanya tampak bagi peninjau dan pengelola."),
    ] = False
    lat: Annotated[
        float | None,
        Field(ge=-90, le=90, description="Lintang tempat kejadian."),
        WithJsonSchema({"type": "number", "minimum": -90, "maximum": 90}),
    ] = None
    long: Annotated[
        float | None,
        Field(ge=-180, le=180, description="Bujur tempat kejadian."),
        WithJsonSchema({"type": "number", "minimum": -180, "maximum": 180}),
    ] = None


class CasesIn(Wire):
    """Beberapa laporan sekaligus: semua dicatat, atau tidak satu pun."""

    complaints: Annotated[
        list[CaseIn],
        Field(min_length=1, max_length=MAX_BATCH, description="Laporan; urutannya dipertahankan."),
    ]
    door: Annotated[
        Name,
        Field(description="Pintu masuk bagi laporan yang tidak menyebutkan `door` sendiri."),
    ] = ""


class OutcomeIn(Wire):
    """Jawaban unit kerja atas laporan yang diteruskan kepadanya."""

    outcome: Annotated[
        Literal["accepted", "bounced"],
        Field(description="`accepted` diterima, `bounced` bukan wewenangnya."),
    ]
    unit_id: Annotated[
        Name,
        Field(description="Unit kerja yang menjawab; kosong: unit kerja terakhir."),
    ] = ""
    reason: Annotated[
        str,
        Field(max_length=MAX_NOTE, description="Alasan; wajib bila `bounced`."),
    ] = ""


class DecisionIn(Wire):
    """Keputusan petugas."""

    action: Annotated[
        Literal["forward", "ask", "archive"],
        Field(description="`forward` teruskan, `ask` tanya pelapor, `archive` arsipkan."),
    ]
    unit_id: Annotated[
        Name,
        Field(description="Unit kerja tujuan (lihat `/v1/units`); wajib bila `forward`."),
    ] = ""
    note: Annotated[
        str,
        Field(max_length=MAX_NOTE, description="Catatan, alasan, atau pertanyaan."),
    ] = ""
    again: Annotated[
        Yes,
        Field(description="`true` untuk meneruskan ke unit kerja yang pernah menolak."),
    ] = False


class ClaimIn(Wire):
    """Permintaan laporan untuk ditinjau."""

    limit: Annotated[int, Field(strict=True, ge=1, le=20, description="Banyaknya laporan.")] = 1
    seconds: Annotated[
        int,
        Field(strict=True, ge=10, le=3600, description="Berapa detik tidak diberikan ke lain."),
    ] = 600


class PageQuery(Wire):
    """Satu halaman sebuah daftar."""

    after: Annotated[
        str,
        Field(
            max_length=32,
            pattern=r"^([A-Za-z0-9_-]{1,32})?$",
            description="`next` dari halaman sebelumnya; kosong: dari awal.",
        ),
    ] = ""
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE, description="Banyaknya isi paling banyak.")] = 50


class CasesQuery(PageQuery):
    """Satu halaman daftar laporan."""

    status: Annotated[
        Literal["", "forwarded", "review", "ask", "accepted", "archived"],
        Field(description="Hanya yang berstatus ini; kosong: semua."),
    ] = ""
