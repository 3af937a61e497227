"""The starter cases: complaints written for this project, one file a mandate."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from data.complaint import Complaint, LabelledCase
from data.errors import TableError
from data.registry.regions import TABLES
from data.registry.tables import Mandate

FOLDER = TABLES / "starter"
SCOPE = TABLES / "scope"


def starter_cases(mandates: Mapping[str, Mandate], folder: Path = FOLDER) -> list[LabelledCase]:
    """All starter cases; files that begin with an underscore hold texts that are no complaint.

    A case's category is its own or, by default, its mandate's.

    Raises:
        TableError: a file is named after no mandate, or a line is no JSON; the line is given.
    """
    cases: list[LabelledCase] = []
    for path in sorted(folder.glob("*.jsonl")):
        mandate = "" if path.stem.startswith("_") else path.stem
        if mandate and mandate not in mandates:
            raise TableError(str(path), ["it is named after no mandate; see `pintu mandates`"])
        for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(text)
            except json.JSONDecodeError as error:
                reason = f"line {line}: no JSON at character {error.colno}; mend it"
                raise TableError(str(path), [reason]) from None
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


def scope_cases(files: Sequence[Path] | None = None) -> list[LabelledCase]:
    """Written texts that no government desk answers for, and near misses that one does.

    Args:
        files: by default all ``develop*.jsonl``.
    """
    cases: list[LabelledCase] = []
    for file in sorted(SCOPE.glob("develop*.jsonl")) if files is None else files:
        for line, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            row = json.loads(text)
            cases.append(
                LabelledCase(
                    Complaint(id=f"scope-{file.stem}-{line}", text=row["text"]),
                    scope="outside" if row["outside"] else "inside",
                    line=line,
                    source=file.name,
                )
            )
    return cases
