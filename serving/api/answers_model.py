"""What the server answers about its model, as it stands in the OpenAPI document."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from classifier.policy import Limits, counted
from classifier.router import Router
from serving.api.answers_shared import Probability


class RegistryOut(BaseModel):
    """Isi register yang dipakai."""

    mandates: Annotated[int, Field(description="Banyaknya urusan.")]
    agencies: Annotated[int, Field(description="Banyaknya instansi nasional.")]
    regions: Annotated[int, Field(description="Banyaknya wilayah.")]
    profiles: Annotated[list[str], Field(description="Daerah dengan susunan unit kerja sendiri.")]


class PolicyOut(BaseModel):
    """Aturan instansi tentang apa yang boleh diteruskan tanpa petugas."""

    target: Annotated[
        float,
        Field(description="Bagian yang harus benar di antara laporan yang diteruskan otomatis."),
    ]
    audit_share: Annotated[
        float,
        Field(description="Bagian di antaranya yang tetap diperiksa petugas (alasan `audit`)."),
    ]
    mandates: Annotated[
        dict[str, Literal["always", "never"] | float],
        Field(description="Aturan khusus suatu urusan: `always`, `never`, atau target sendiri."),
    ]


class MandateLimitOut(BaseModel):
    """Kapan laporan suatu urusan diteruskan otomatis, dan bagaimana itu pada kasus uji."""

    mandate: Annotated[str, Field(description="Pengenal urusan.")]
    threshold: Annotated[
        float | None,
        Field(description="Peluang terkecil unit kerja pertama; null: selalu ditinjau petugas."),
    ]
    cases: Annotated[int, Field(description="Kasus uji yang urusan pertamanya ini.")]
    routed: Annotated[int, Field(description="Di antaranya yang akan diteruskan otomatis.")]
    right: Annotated[int, Field(description="Di antara yang diteruskan, yang benar.")]


class LimitsOut(BaseModel):
    """Batas penerusan otomatis bagi satu kelompok laporan, dipilih pada kasus uji.

    Kelompok adalah kode kabupaten/kota yang punya kasus uji sendiri, atau salah satu dari `placed`
    (tempatnya diketahui), `named` (tempatnya hanya disebut dalam isi), dan `open` (tanpa tempat).
    Kelompok yang tidak ada di sini tidak diteruskan otomatis, kecuali urusan dengan aturan
    `always`.
    """

    group: Annotated[str, Field(description="Kelompok laporan.")]
    cases: Annotated[int, Field(description="Banyaknya kasus uji.")]
    routed: Annotated[int, Field(description="Di antaranya yang akan diteruskan otomatis.")]
    right: Annotated[int, Field(description="Di antara yang diteruskan, yang benar.")]
    routed_share: Annotated[Probability, Field(description="`routed` dibagi `cases`.")]
    bound: Annotated[
        Probability,
        Field(
            description="Bagian yang benar di antara yang diteruskan: batas bawah dengan "
            "keyakinan 95 %; 0 bila tidak ada yang boleh diteruskan. Urusan dengan aturan "
            "`always` tidak dihitung di sini."
        ),
    ]
    margin: Annotated[
        float, Field(description="Jarak terkecil antara peluang unit kerja pertama dan kedua.")
    ]
    mandates: Annotated[
        list[MandateLimitOut], Field(description="Batas setiap urusan, yang terbanyak dahulu.")
    ]


class ModelOut(BaseModel):
    """Paket model yang dipakai; field lain mengikuti `manifest.json` paket itu."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Field(description="Nama paket.")]
    format: Annotated[int, Field(description="Nomor format paket.")]
    backend: Annotated[str, Field(description="Jenis model teks.")]
    metrics: Annotated[dict[str, Any], Field(description="Ukuran mutu saat dilatih.")]
    registry: RegistryOut
    policy: PolicyOut
    limits: Annotated[
        list[LimitsOut], Field(description="Batas penerusan otomatis setiap kelompok.")
    ]


def model_facts(loaded: Router) -> dict[str, Any]:
    """What ``ModelOut`` describes, of a loaded router."""
    facts = {key: value for key, value in loaded.manifest.items() if key != "files"}
    registry, policy = loaded.registry, loaded.policy
    target = loaded.bundle.settings.target if policy.target is None else policy.target
    return {
        **facts,
        "name": loaded.name,
        "metrics": loaded.metrics,
        "registry": {
            "mandates": len(registry.mandates),
            "agencies": len(registry.agencies),
            "regions": len(registry.regions),
            "profiles": sorted(registry.profiles),
        },
        "policy": {
            "target": target,
            "audit_share": policy.audit_share,
            "mandates": dict(policy.mandates),
        },
        "limits": [_limits_row(group, limits) for group, limits in loaded.limits.items()],
    }


def _limits_row(group: str, limits: Limits) -> dict[str, Any]:
    cases, routed, right = counted([limits])
    return {
        "group": group,
        "cases": cases,
        "routed": routed,
        "right": right,
        "routed_share": round(routed / cases, 4) if cases else 0.0,
        "bound": round(limits.bound, 4),
        "margin": limits.margin,
        "mandates": [
            {
                "mandate": row.mandate,
                "threshold": round(row.threshold, 4) if row.threshold <= 1 else None,
                "cases": row.cases,
                "routed": row.routed,
                "right": row.right,
            }
            for row in limits.table
        ],
    }
