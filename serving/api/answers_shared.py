"""Parts that several answers have in common."""

from typing import Annotated

from pydantic import BaseModel, Field

Probability = Annotated[float, Field(ge=0, le=1, description="Peluang, 0 sampai 1.")]


class SpanOut(BaseModel):
    """Bagian laporan.

    `start` dan `end` dihitung dalam karakter pada judul, titik, spasi, lalu isi laporan
    (hanya isi bila tanpa judul), setelah karakter tak tampak dibuang. Di dalam `parts` keduanya
    dihitung dari awal perkara itu.
    """

    start: Annotated[int, Field(ge=0, description="Karakter pertama.")]
    end: Annotated[int, Field(ge=0, description="Sesudah karakter terakhir.")]
    text: Annotated[str, Field(description="Tulisan di laporan.")]
