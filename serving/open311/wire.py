"""What Open311 clients send, checked: every fault at once, under the specification's names."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from classifier.router import Router
from data.complaint import MAX_TEXT
from data.errors import PintuError
from data.text import clean
from serving.api.problems import field_name, invalid, message
from serving.api.shared import UNKNOWN_REGION
from serving.api.wire import Name, is_blank
from serving.api.wire_cases import ID_PATTERN

MAX_REQUESTS = 1000  # of one answer, by the specification
MAX_DAYS = timedelta(days=90)  # that one answer covers, by the specification
_DEGREES = re.compile(r"[+-]?\d{1,3}(\.\d{1,20})?", re.ASCII)
_ID = re.compile(ID_PATTERN)
_YEARS = (2000, 2100)  # between which days can be added without leaving the calendar

_M = TypeVar("_M", bound=BaseModel)


def _region(written: str, info: ValidationInfo) -> str:
    """The code of a jurisdiction's region."""
    try:
        return _router(info).door_code(written)
    except PintuError:
        raise PydanticCustomError("pintu_region", UNKNOWN_REGION) from None


def _visible(text: str) -> str:
    if is_blank(text):
        raise PydanticCustomError("pintu_blank", "kosong atau hanya berisi karakter tak tampak")
    return text


def _degrees(written: str) -> float:
    if not _DEGREES.fullmatch(written):
        raise PydanticCustomError("pintu_degrees", "harus berupa derajat desimal, misalnya -7.2575")
    return float(written)


def _moment(written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None or not _YEARS[0] <= moment.year < _YEARS[1]:
        raise PydanticCustomError(
            "pintu_moment",
            "harus berupa waktu ISO 8601 dengan zona, misalnya 2026-03-02T08:15:00Z (tulis + "
            "sebagai %2B)",
        )
    return moment.astimezone(UTC)


def _listed(written: str) -> list[str]:
    return [part.strip() for part in written.split(",") if part.strip()]


def _ids(ids: list[str]) -> list[str]:
    if len(ids) > MAX_REQUESTS:
        raise PydanticCustomError("pintu_ids", f"paling banyak {MAX_REQUESTS} nomor")
    return [one for one in ids if _ID.fullmatch(one)]


def _states(states: list[str]) -> list[str]:
    if set(states) - {"open", "closed"}:
        raise PydanticCustomError("pintu_states", "harus open, closed, atau keduanya")
    return states


def _mandates(codes: list[str], info: ValidationInfo) -> list[str]:
    if set(codes) - set(_router(info).registry.mandates):
        raise PydanticCustomError("pintu_codes", "tidak dikenal; lihat services.json")
    return codes


def _router(info: ValidationInfo) -> Router:
    assert isinstance(info.context, Router)
    return info.context


Region = Annotated[Name, AfterValidator(_region)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Some = BeforeValidator(_listed)


class RequestIn(BaseModel):
    """A service request. Fields that are not named here are not read."""

    model_config = ConfigDict(extra="ignore")

    description: Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_visible)]
    jurisdiction_id: Region = ""
    service_code: Annotated[str, Field(max_length=64)] = ""  # masked it still fits its column
    lat: Annotated[float | None, BeforeValidator(_degrees), Field(ge=-90, le=90)] = None
    long: Annotated[float | None, BeforeValidator(_degrees), Field(ge=-180, le=180)] = None
    address_string: Annotated[str, Field(max_length=1000)] = ""
    address_id: Name = ""
    account_id: Name = ""
    email: Name = ""
    phone: Name = ""
    first_name: Name = ""
    last_name: Name = ""


class RequestsIn(BaseModel):
    """A search for service requests."""

    model_config = ConfigDict(extra="ignore")

    jurisdiction_id: Region = ""
    service_request_id: Annotated[list[str], Some, AfterValidator(_ids)] | None = None
    service_code: Annotated[list[str], Some, AfterValidator(_mandates)] = []
    status: Annotated[list[str], Some, AfterValidator(_states)] = []
    start_date: Moment | None = None
    end_date: Moment | None = None
    page: Annotated[int, Field(ge=1, le=MAX_REQUESTS)] = 1
    page_size: Annotated[int, Field(ge=1, le=MAX_REQUESTS)] = MAX_REQUESTS


def read(model: type[_M], fields: Iterable[tuple[str, str]], router: Router) -> _M:
    """The fields of a form or a query as a model, cleaned (``data.text.clean``); empty ones count
    as not sent.

    Raises:
        Problem: 422 with every fault.
    """
    values: dict[str, str] = {}
    found: list[tuple[str, str]] = []
    for name, written in fields:
        value = clean(written) if name in model.model_fields else ""  # which may lengthen it
        if value and values.setdefault(name, value) != value:
            found.append((name, "dikirim dua kali dengan isi yang berbeda; kirim satu saja"))
    for one, other in (("lat", "long"), ("long", "lat")):
        if one in values and other not in values:
            found.append((other, f"wajib diisi bila {one} diisi"))
    try:
        checked = model.model_validate(values, context=router)
    except ValidationError as error:
        found += [(field_name(e["loc"][:1]), message(e)) for e in error.errors()]
    if found:
        raise invalid(found)
    return checked


def window(asked: RequestsIn, now: datetime) -> tuple[datetime, datetime]:
    """From when until when requests are asked for: by default the last 90 days.

    Raises:
        Problem: 422, it is more than 90 days, or ends before it starts.
    """
    start, end = asked.start_date, asked.end_date
    if start and end and not timedelta() <= end - start <= MAX_DAYS:
        raise invalid([("end_date", "harus sesudah start_date, paling jauh 90 hari")])
    end = end or (start + MAX_DAYS if start else now)
    return start or end - MAX_DAYS, end


def reporter_of(sent: RequestIn) -> str:
    """What tells the reporter apart: the account, else the e-mail address, else the telephone."""
    return sent.account_id or sent.email or sent.phone


def names_of(sent: RequestIn) -> list[str]:
    """The reporter's names, as they may stand in a text."""
    full = f"{sent.first_name} {sent.last_name}".strip()
    return [name for name in dict.fromkeys((full, sent.first_name)) if name]


def address_of(sent: RequestIn) -> str:
    """The address, or its number in the city's own register."""
    return sent.address_string or (f"address_id {sent.address_id}" if sent.address_id else "")


def channel_of(sent: RequestIn) -> str:
    """The channel, with the service that the client chose: a hint for people; routing rests on
    the words, so that a wrong or unknown choice loses nothing."""
    return f"Open311/{sent.service_code}" if sent.service_code else "Open311"
