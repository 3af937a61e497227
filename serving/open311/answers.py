"""What Open311 clients are answered, under the specification's names."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from data.registry.lookup import find_unit
from data.registry.registry import Registry
from data.registry.tables import Mandate
from serving.open311.queries import CLOSED

_NOTES = {
    "forwarded": "Diteruskan kepada {unit}; menunggu jawaban unit kerja itu.",
    "accepted": "Diterima oleh {unit} untuk ditindaklanjuti.",
    "review": "Sedang diperiksa petugas sebelum diteruskan.",
    "ask": "Menunggu keterangan tambahan dari pelapor.",
    "archived": "Diarsipkan; tidak ditindaklanjuti lagi.",
}


def service(mandate: Mandate) -> dict[str, Any]:
    """A mandate as a service that can be asked for."""
    return {
        "service_code": mandate.id,
        "service_name": mandate.name,
        "description": mandate.duty,
        "metadata": False,
        "type": "realtime",
        "keywords": ", ".join(mandate.words),
        "group": mandate.category,
    }


def notice(answer: Mapping[str, Any]) -> str:
    """Where a new complaint went, for its reporter."""
    if answer["decision"] == "auto-route":
        said = f"Laporan Anda diteruskan kepada {answer['candidates'][0]['unit']}."
    elif question := _question(answer):
        said = f"Laporan Anda dicatat, tetapi masih perlu keterangan: {question}"
    else:
        said = "Laporan Anda dicatat dan diperiksa petugas sebelum diteruskan."
    urgency = answer["urgency"]
    call = f" Bila ada bahaya, segera telepon {urgency['number']}." if urgency else ""
    return said + call


def service_request(row: Row[Any], registry: Registry) -> dict[str, Any]:
    """A case as a service request; words and place only of those that may be published."""
    shown = not (row.secret or row.anonymous or row.erased_at)
    unit = find_unit(registry, row.unit_id) if row.unit_id else None
    mandate = registry.mandates.get(row.mandate or "")
    times = (row.received_at, row.decided_at, row.answered_at)
    return {
        "service_request_id": row.id,
        "status": "closed" if row.status == CLOSED else "open",
        "status_notes": _NOTES[row.status].format(unit=unit.name if unit else "unit kerja"),
        "service_name": mandate.name if mandate else None,
        "service_code": mandate.id if mandate else None,
        "description": "\n".join(filter(None, (row.title, row.text))) if shown else None,
        "agency_responsible": unit.name if unit else None,
        "service_notice": None,
        "requested_datetime": row.received_at.isoformat(timespec="seconds"),
        "updated_datetime": max(filter(None, times)).isoformat(timespec="seconds"),
        "expected_datetime": None,
        "address": (row.address or None) if shown else None,
        "address_id": None,
        "zipcode": None,
        "lat": row.lat if shown else None,
        "long": row.long if shown else None,
        "media_url": None,
    }


def _question(answer: Mapping[str, Any]) -> str:
    if answer["decision"] != "ask":
        return ""
    return next((r["question"] for r in answer["reasons"] if r["question"]), "")
