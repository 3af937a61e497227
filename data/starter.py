"""The starter cases: complaints written for this project, one file a mandate."""

import json
from collections.abc import Mapping

from data.complaint import Complaint, LabelledCase
from data.registry.regions import TABLES
from data.registry.tables import Mandate

FOLDER = TABLES / "starter"


def starter_cases(mandates: Mapping[str, Mandate]) -> list[LabelledCase]:
    """All starter cases; files that begin with an underscore hold texts that are no complaint.

    A case's category is its own or, by default, its mandate's.
    """
    cases: list[LabelledCase] = []
    for path in sorted(FOLDER.glob("*.jsonl")):
        mandate = "" if path.stem.startswith("_") else path.stem
        for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            row = json.loads(text)
            complaint = Complaint(
                id=f"starter-{path.stem}-{line}", text=row["text"], title=row.get("title", "")
            )
            category = row.get("category") or (mandates[mandate].category if mandate else "")
            cases.append(
                LabelledCase(
                    complaint,
                    kind=row["kind"],
                    category=category,
                    mandate=mandate,
                    level=row.get("level", ""),
                    line=line,
                    source=path.name,
                )
            )
    return cases
