"""Dates as exports write them: ISO 8601, or a day with the month's name. Nothing is guessed."""

import re
from datetime import datetime, timedelta, timezone

WIB = timezone(timedelta(hours=7), "WIB")

# Indonesian names with the short forms in use; SP4N-LAPOR! itself also writes English ones.
_MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "januari jan january",
            "februari feb pebruari peb february",
            "maret mar march",
            "april apr",
            "mei may",
            "juni jun june",
            "juli jul july",
            "agustus agu agt ags agust august aug",
            "september sep sept",
            "oktober okt october oct",
            "november nov nopember nop",
            "desember des december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_ZONES = {"z": 0, "utc": 0, "wib": 7, "wita": 8, "wit": 9}

_ISO_DAY = r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
_NAMED_DAY = r"(?P<day>\d{1,2})[ .-](?P<name>[A-Za-z]+)\.?[ .-](?P<year>\d{4})"
_TIME = (
    r"(?:(?:T|,? +)(?P<hour>\d{1,2})[:.](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2})(?:\.(?P<fraction>\d+))?)?"
    r" ?(?P<half>[AaPp][Mm])? ?(?P<zone>Z|UTC|WIB|WITA|WIT|[+-]\d{2}:?\d{2})?)?"
)
_FORMS = tuple(re.compile(day + _TIME, re.IGNORECASE) for day in (_ISO_DAY, _NAMED_DAY))
_AMBIGUOUS = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b.*")


def parse_date(written: str) -> datetime:
    """The moment that a cell names, without a time zone; midnight where it gives no time.

    A moment with a zone ("Z", "+08:00", "WITA") is turned into Western Indonesian Time (UTC+7),
    because exports that give no zone are in it; a moment without one is taken as it stands.

    Raises:
        ValueError: it is neither ISO 8601 nor a day with a month's name, or no such moment
            exists. The message gives the reason and does not repeat the cell.

    >>> parse_date("21 Des 2015, 02:50:25 PM")
    datetime.datetime(2015, 12, 21, 14, 50, 25)
    """
    text = " ".join(written.split())
    found = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    if found is None:
        if _AMBIGUOUS.fullmatch(text):
            raise ValueError("day and month cannot be told apart; write 2021-01-04 or 04 Jan 2021")
        raise ValueError("not a date; write 2021-01-04, 2021-01-04T23:45:54 or 04 Jan 2021 23:45")
    parts = found.groupdict()
    month = _month(parts)
    hour = _hour(parts)
    try:
        moment = datetime(
            int(parts["year"]),
            month,
            int(parts["day"]),
            hour,
            int(parts["minute"] or 0),
            int(parts["second"] or 0),
            int((parts["fraction"] or "0")[:6].ljust(6, "0")),
            _zone(parts["zone"]),
        )
        return moment.astimezone(WIB).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        raise ValueError("there is no such day or time") from None


def _month(parts: dict[str, str | None]) -> int:
    name = parts.get("name")
    if name is None:
        return int(parts["month"] or 0)
    try:
        return _MONTHS[name.lower()]
    except KeyError:
        raise ValueError("the month's name is not known; write it like Jan or Januari") from None


def _hour(parts: dict[str, str | None]) -> int:
    hour, half = int(parts["hour"] or 0), (parts["half"] or "").lower()
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("there is no such day or time")
    return hour % 12 + (12 if half == "pm" else 0)


def _zone(written: str | None) -> timezone | None:
    if not written:
        return None
    if written.lower() in _ZONES:
        return timezone(timedelta(hours=_ZONES[written.lower()]))
    digits = written[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if written[0] == "-" else offset)
