"""What was found at a publisher's addresses the last time: so that they can be asked whether it changed since.

Belongs here: keeping and recalling that, under raw/.fetch/, where no refresh looks. Losing it harms nothing: then files
are downloaded again and found to be the same. Does not belong here: releases themselves (`shelf`).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from edumig_pipeline.retrieval.web import Validators


@dataclass(frozen=True)
class Visit:
    """A look for a release of a download: when, which release was the newest, and in which state each address was."""

    looked: str  # ISO 8601, UTC
    release: str
    addresses: Mapping[str, Validators] = field(default_factory=dict)


def recall(file: Path) -> Visit | None:
    """The last look, or None when there is no memory of one that can be read."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        addresses = {str(url): Validators(**state) for url, state in said["addresses"].items()}
        return Visit(str(said["looked"]), str(said["release"]), addresses)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def remember(file: Path, visit: Visit) -> None:
    """Keep a look for the next one, in one step."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(visit), indent=1) + "\n", encoding="utf-8")
    fresh.replace(file)
