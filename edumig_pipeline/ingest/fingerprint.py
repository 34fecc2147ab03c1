"""When a release must be read again: when its files, its manifest or the code that reads it changed.

Belongs here: digests of inputs. Does not belong here: anything about their content.
"""

import hashlib

from edumig_pipeline.ingest.inventory import FoundRelease
from edumig_pipeline.own_code import code_digest


def release_fingerprint(release: FoundRelease) -> str:
    """Digest of everything a release's part is made from."""
    # The date is part of it only as far as it orders releases: a file's time of writing says nothing else.
    lines = [code_digest(), release.id, *release.released()]
    lines += sorted(f"{key}={value}" for key, value in release.manifest.items())
    lines += [repr(correction) for correction in release.corrections]
    lines += [f"{file.raw_file}\0{file.sha256}\0{file.fault}\0{file.address}" for file in release.files]
    return hashlib.sha256("\n".join(map(str, lines)).encode()).hexdigest()[:32]


def generation_id(releases: dict[str, str], strays: tuple[str, ...]) -> str:
    """Digest of everything a generation is made from: the fingerprints of its releases, the stray files, the code."""
    lines = [code_digest(), *sorted(f"{key}={value}" for key, value in releases.items()), *strays]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]
