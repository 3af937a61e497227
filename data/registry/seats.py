"""The seats (*ibu kota*) of regencies whose seat has a name of its own."""

from functools import lru_cache
from pathlib import Path

from data.errors import TableError
from data.registry.regions import TABLES, read_regions, words_of


@lru_cache(maxsize=1)
def read_seats(path: Path = TABLES / "places_extra.csv") -> dict[str, str]:
    """Seats as lower-case words with the code of their regency ("wangi wangi" → "74.07").

    The table has the columns code, name and aliases. It leaves out seats named like their regency
    and names that two seats share without one being the better known (Pangkajene, Sukadana,
    Tanjung, Tebing Tinggi). Source: general knowledge of the regencies' founding laws.

    Raises:
        TableError: the table has faults, or one name stands for two regencies.
    """
    seats: dict[str, str] = {}
    problems: list[str] = []
    for region in read_regions(path):
        for written in (region.name, *region.aliases):
            name = " ".join(words_of(written))
            if seats.setdefault(name, region.code) != region.code:
                problems.append(
                    f"{written} is the seat of {seats[name]} and {region.code}; keep one"
                )
    if problems:
        raise TableError(str(path), problems)
    return seats
