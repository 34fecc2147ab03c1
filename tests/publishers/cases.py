"""Downloads of four kinds, their files, and a server that misbehaves when asked for them.

Here: what the tests of landing and of the raw folder share. Not here: tests, or the faults themselves (`server`).
"""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from tests.publishers import server as faults
from tests.publishers.offers import BDDS, DESA, DTM, EUROSTAT
from tests.publishers.server import Fault, PublishersServer

TABLE, PACKAGE, WORKBOOK, REPLY = (
    "eurostat/educ_uoe_mobs02",
    "unesco_uis/bdds_opri",
    "un_desa/migrant_stock",
    "iom/dtm",
)
HOST = {TABLE: EUROSTAT, PACKAGE: BDDS, WORKBOOK: DESA, REPLY: DTM}
# Where the files lie, so that the question before them is answered well.
FILES = {TABLE: "/eurostat/api/dissemination/sdmx", PACKAGE: "/bdds", WORKBOOK: "/", REPLY: "/v3/displacement/admin0"}


def misbehave(server: PublishersServer, name: str, *what: Fault) -> None:
    """Let the next requests for files of a download meet these faults."""
    server.only = FILES[name]
    asks_first = [faults.well] * (datetime.now(UTC).year - 2024 + 1) if name == WORKBOOK else []
    server.faults[HOST[name]] = [*asks_first, *what]


def bomb() -> bytes:
    """A zip whose member is a thousand times as large as the archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("OPRI_DATA_NATIONAL.csv", b"0" * (300 << 20))
    return packed.getvalue()


def encrypted() -> bytes:
    """A zip whose only member says that it is encrypted."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("OPRI_DATA_NATIONAL.csv", b"INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER\n")
    body = bytearray(packed.getvalue())
    body[6] |= 1
    body[body.index(b"PK\x01\x02") + 8] |= 1
    return bytes(body)


def archive(**members: bytes) -> bytes:
    """A zip with these members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as one:
        for name, content in members.items():
            one.writestr(f"{name}.csv", content)
    return packed.getvalue()


def contents(folder: Path) -> dict[str, bytes]:
    """Everything in a folder, by path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
