"""What code this is, by its bytes: other code derives something else, and every run says by which it was made.

Belongs here: the digest of the package. Does not belong here: what is concluded from it (`ingest/fingerprint`, `journal`).
"""

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

_CODE = (".py", ".sql", ".csv", ".toml", ".json", ".js", ".css", ".j2")


@cache
def code_digest() -> str:
    """Digest of the package's own code, SQL, mapping rows and what its page is made of: other code derives something else."""
    digest = hashlib.sha256()
    for name, content in sorted(_contents(files("edumig_pipeline"), "")):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _contents(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _contents(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(_CODE):
            found.append((f"{prefix}{entry.name}", entry.read_bytes()))
    return found
