"""Regions of Indonesia: the Kemendagri code tree from the nation to the village."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from data.errors import TableError

Level = Literal["nation", "province", "regency", "district", "village"]
LEVELS: tuple[Level, ...] = ("nation", "province", "regency", "district", "village")
NATION = "ID"

TABLES = Path(__file__).parent.parent / "tables"

_CODE = re.compile(r"\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?")
_TYPES: dict[str, tuple[Level, str]] = {
    "provinsi": ("province", ""),
    "propinsi": ("province", ""),
    "prov": ("province", ""),
    "prop": ("province", ""),
    "pemprov": ("province", ""),
    "kota": ("regency", "kota"),
    "kotamadya": ("regency", "kota"),
    "kodya": ("regency", "kota"),
    "pemkot": ("regency", "kota"),
    "kabupaten": ("regency", "kabupaten"),
    "kab": ("regency", "kabupaten"),
    "pemkab": ("regency", "kabupaten"),
    "kecamatan": ("district", ""),
    "kec": ("district", ""),
    "distrik": ("district", ""),
    "kelurahan": ("village", ""),
    "kel": ("village", ""),
    "desa": ("village", ""),
    "ds": ("village", ""),
}
_HONORIFICS = frozenset({"dr", "drs", "h", "hj", "ir", "kh", "prof"})
_WORD = re.compile(r"[^\W_]+")


def words_of(name: str) -> list[str]:
    """The lower-case words of a written name, without punctuation."""
    return _WORD.findall(name.lower().replace("'", "").replace("’", ""))


def level_of(code: str) -> Level:
    """The level that a code stands for ("ID", "35", "35.78", "35.78.10", "35.78.10.1007")."""
    return "nation" if code == NATION else LEVELS[code.count(".") + 1]


def ancestor(code: str, level: Level) -> str | None:
    """The region of the given level that contains ``code``, or None if ``code`` is coarser."""
    if level == "nation":
        return NATION
    if code == NATION:
        return None
    parts = code.split(".")
    depth = LEVELS.index(level)
    return ".".join(parts[:depth]) if len(parts) >= depth else None


def government_name(written: str) -> str:
    """A government's written name without the word for it ("Pemerintah Kota X" → "Kota X")."""
    return re.sub(r"^(pemerintah|pemda)( daerah)? ", "", written.strip(), flags=re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Region:
    """A region with its code, its official name and other written forms."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        return level_of(self.code)

    @property
    def kind(self) -> str:
        """ "kota" or "kabupaten" for a regency, else an empty string."""
        first = self.name.split(" ", 1)[0].lower()
        return first if self.level == "regency" else ""

    @property
    def short(self) -> str:
        """The name without its type words ("Kota Surabaya" → "Surabaya")."""
        if self.level != "regency":
            return self.name
        return re.sub(r"^(Kabupaten|Kota)( Administrasi)? ", "", self.name)

    @property
    def full(self) -> str:
        """The name as it stands in names of offices ("Provinsi Bengkulu", "Kota Surabaya").

        The provinces that are a "Daerah" go by their first alias ("Provinsi DKI Jakarta").
        """
        if self.level != "province":
            return self.name
        return f"Provinsi {self.aliases[0] if self.name.startswith('Daerah ') else self.name}"

    @property
    def government(self) -> str:
        """The name of the region's government ("Pemerintah Kota Surabaya")."""
        return f"Pemerintah {self.full}"


class Regions:
    """All known regions, found by code or by written name."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self._by_code = {region.code: region for region in regions}
        self._names: dict[str, list[str]] = {}
        for region in self._by_code.values():
            for written in (region.name, region.short, *region.aliases):
                codes = self._names.setdefault(place_key(written), [])
                if region.code not in codes:
                    codes.append(region.code)
        self._found = lru_cache(maxsize=4096)(self._search)

    def __len__(self) -> int:
        return len(self._by_code)

    def __iter__(self) -> Iterator[Region]:
        return iter(self._by_code.values())

    def get(self, code: str) -> Region | None:
        """The region of that code, or None."""
        return self._by_code.get(code)

    def name(self, code: str) -> str:
        """The official name, "Indonesia" for the nation, the code itself if unknown."""
        if code == NATION:
            return "Indonesia"
        region = self._by_code.get(code)
        return region.name if region else code

    def has_places(self, regency: str) -> bool:
        """Whether districts of that regency are known (they are imported)."""
        return f"{regency}.01" in self._by_code or any(
            code.startswith(f"{regency}.") for code in self._by_code
        )

    def named(self, written: str) -> list[str]:
        """Codes of every region written so, type words not considered."""
        return self._names.get(place_key(written), [])

    def find(
        self, written: str, *, level: Level | None = None, within: str | None = None
    ) -> list[str]:
        """Codes that a written name may mean, the likeliest first.

        Args:
            written: "Kota Surabaya", "Kab. Bandung", "Jaksel", "35.78" …
            level: only regions of this level; a type word in the name sets it too.
            within: only regions inside this code.
        """
        return list(self._found(written, level, within))

    def _search(self, written: str, level: Level | None, within: str | None) -> list[str]:
        if _CODE.fullmatch(written.strip()) and written.strip() in self._by_code:
            return [written.strip()]
        words = [word for word in words_of(written) if word not in {"administrasi", "adm"}]
        kind = ""
        while words and words[0] in _TYPES and len(words) > 1:
            typed_level, typed_kind = _TYPES[words[0]]
            level, kind = level or typed_level, kind or typed_kind
            words = words[1:]
        codes = self._names.get(place_key(" ".join(words)), [])
        found = [self._by_code[code] for code in codes]
        if level:
            found = [region for region in found if region.level == level]
        if within:
            found = [region for region in found if region.code.startswith(f"{within}.")]
        if kind:
            found = [region for region in found if region.kind == kind]
        # A bare name usually means the city ("Bandung", "Malang"), then the coarser level.
        found.sort(key=lambda r: (r.level not in ("regency",), r.code.count("."), r.kind != "kota"))
        return [region.code for region in found]


@lru_cache(maxsize=4096)
def place_key(written: str) -> str:
    """A written place as one word without titles: the same village is written "Pacar Kembang" and
    "Pacarkembang", "dr. Soetomo" and "Soetomo"."""
    words = words_of(written)
    return "".join([word for word in words if word not in _HONORIFICS] or words)


def read_regions(path: Path) -> list[Region]:
    """Regions from a CSV file with the columns code, name and (optionally) aliases.

    Raises:
        TableError: a column is missing or codes are malformed or doubled; every fault is listed.
    """
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle)
        missing = {"code", "name"} - set(reader.fieldnames or [])
        if missing:
            listed = ", ".join(sorted(missing))
            raise TableError(str(path), [f"line 1: no column {listed}; the header is: code,name"])
        problems: list[str] = []
        regions: dict[str, Region] = {}
        for row in reader:
            code, name = (row["code"] or "").strip(), (row["name"] or "").strip()
            where = f"line {reader.line_num}"
            if not _CODE.fullmatch(code):
                problems.append(f"{where}: code {code!r} is not like 35.78.10.1007")
            elif not name:
                problems.append(f"{where}: {code} has no name")
            elif code in regions:
                problems.append(f"{where}: {code} stands twice; keep one")
            else:
                aliases = tuple(a for a in (row.get("aliases") or "").split(";") if a)
                regions[code] = Region(code, name, aliases)
    if problems:
        raise TableError(str(path), problems)
    return list(regions.values())
