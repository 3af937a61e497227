"""SP4N-LAPOR!'s "Laporan Ringkas" export: its columns, and its cells in the case schema."""

from collections.abc import Iterable, Mapping

from data.delimited import column_key

# Column as written by the export → what it holds, in the terms of ``to_schema``.
COLUMNS: dict[str, str] = {
    "Tracking ID": "id",
    "Tanggal Laporan Masuk": "created_at",
    "Waktu Laporan Masuk": "time",
    "Klasifikasi Laporan": "kind",
    "Kategori": "category",
    "Judul Laporan": "title",
    "Isi Laporan Awal": "text",
    "Isi Laporan Akhir": "final_text",
    "Sumber Laporan": "channel",
    "Instansi Induk": "agency",
    "Instansi Terdisposisi": "unit",
    "Provinsi": "province",
    "Kota/Kabupaten": "regency",
    "Kecamatan": "district",
    "Kelurahan": "village",
}
# Columns that the export has and that say nothing about where a complaint belongs.
UNUSED: tuple[str, ...] = (
    "ID Kategori",
    "Tipe Laporan",
    "Tipe Laporan (Anonim/Rahasia)",
    "ID Instansi Terdisposisi",
    "Status Laporan",
    "Alasan Tunda/Arsip",
)
_TEXTS = frozenset(
    column_key(name) for name, field in COLUMNS.items() if field in ("text", "final_text")
)
_TYPED = ("kota ", "kab ", "kab. ", "kabupaten ")


def is_export(columns: Iterable[str]) -> bool:
    """Whether these columns are the export's: it alone calls the text "Isi Laporan …"."""
    return not _TEXTS.isdisjoint(map(column_key, columns))


def to_schema(cells: Mapping[str, str]) -> dict[str, str]:
    """One row's cells under the schema's names; a field that the row lacks is empty.

    The text is the one first sent in, else the one that the administrators edited. The government
    whose export this is ("Instansi Induk") is agency and door. A regency (*kabupaten*)
    stands there without its type ("Bandung" beside "Kota Bandung"), and gets it.
    """
    values = {field: cells.get(field, "") for field in COLUMNS.values()}
    final, hour = values.pop("final_text"), values.pop("time")
    day = values["created_at"]
    regency = values["regency"]
    bare = regency and not regency.lower().startswith(_TYPED)
    return values | {
        "text": values["text"] or final,
        "created_at": day if not day or ":" in day else f"{day} {hour}".strip(),
        "door": values["agency"],
        "regency": f"Kabupaten {regency}" if bare else regency,
    }
