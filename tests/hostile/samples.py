"""A small good file of every layout of every source: what the mutations start from.

Here: the files this repository ships, those that other tests build, and the publishers' own where they are at hand, all
cut short. Not here: what is done to them (`texts`, `documents`).
"""

import csv
import io
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from tests.hostile.documents import packed, parts_of
from tests.unit import test_eurostat, test_iom_dtm, test_iom_missing_migrants, test_kz_stat, test_oecd
from tests.unit import test_un_desa_origins as origins
from tests.unit import test_unesco_uis_api as uis_api
from tests.unit import test_unesco_uis_stat as uis_stat
from tests.unit import test_world_bank as world_bank
from tests.unit.test_un_desa_text import text_of
from tests.unit.un_desa_books import (
    AFRICA,
    CONTENTS,
    GROUP,
    KAZAKHSTAN,
    NOTES,
    OF_2019,
    OF_2020,
    WORLD,
    Grid,
    matrix,
    sheet,
    workbook,
)

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT.parent / "shared" / "data"

RECORDS = 25  # of a shipped or published table; the rest is more of the same
_LARGEST = 60_000  # bytes of a published document, which cannot be cut short

Kind: TypeAlias = Literal["table", "json", "workbook"]


@dataclass(frozen=True)
class Sample:
    """A good file: the layout it is of, where it would lie, and what it holds; `origin` is shipped, built or published."""

    origin: str
    layout: str
    source: str
    name: str
    content: bytes
    kind: Kind

    @property
    def id(self) -> str:
        """What tells it from all others."""
        return f"{self.origin}:{self.layout}:{self.name}"


@cache
def samples() -> dict[str, Sample]:
    """All samples by id, at least one of each layout."""
    with tempfile.TemporaryDirectory() as folder:
        found = [*_shipped(), *_built(Path(folder)), *_published()]
    return {sample.id: sample for sample in found}


def _shipped() -> Iterator[Sample]:
    for layout, path in (
        ("uis_data_browser", "unesco_uis/2026-02/data.csv"),
        ("uis_data_browser_indicators", "unesco_uis/2026-02/indicators.csv"),
        ("uis_data_browser_footnotes", "unesco_uis/2026-02/footnotes.csv"),
        ("uis_bdds_data", "unesco_uis/opri-2022-03/OPRI_DATA_NATIONAL.csv"),
        ("uis_bdds_label", "unesco_uis/opri-2022-03/OPRI_LABEL.csv"),
        ("uis_bdds_country", "unesco_uis/sdg-2021-09/SDG_COUNTRY.csv"),
        ("uis_bdds_region", "unesco_uis/sdg-2021-09/SDG_REGION.csv"),
        ("eurostat_sdmx_csv", "eurostat/2026-04/estat_educ_uoe_mobs02.csv"),
        ("iom_missing_migrants_2020", "iom/2020-01-08/MissingMigrants-Global-2020-01-08T14-05-32.csv"),
        ("iom_wmr_key_figures", "iom/wmr-2024/key_figures.csv"),
        ("kz_article_table_1", "kz_article/2021/table_1.csv"),
        ("kz_article_table_2", "kz_article/2021/table_2.csv"),
        ("kz_article_regions", "kz_article/2021/regions.csv"),
        ("kz_article_statements", "kz_article/2021/statements.csv"),
        ("world_bank_indicator_download", "world_bank/2024-06-28/API_SM.POP.NETM_DS2_en_csv_v2_3401672.csv"),
    ):
        source, _, name = path.split("/")
        yield Sample("shipped", layout, source, name, _cut(ROOT / "raw" / path), "table")


def _published() -> Iterator[Sample]:
    """The publishers' own files, where this checkout has them beside it."""
    documents: tuple[tuple[str, str, str, Kind], ...] = (
        ("eurostat_long", "eurostat", "eurostat/educ_uoe_mobs02_KZ_long.csv", "table"),
        ("iom_missing_migrants_2024", "iom", "iom/missing_migrants/MissingMigrants-Global-2024-04-10--23_23_37.csv", "table"),
        ("iom_dtm_api", "iom", "iom/dtm/displacement-country-list.json", "json"),
        ("iom_dtm_api", "iom", "iom/dtm/displacement-operation-list.json", "json"),
        ("iom_dtm_api", "iom", "iom/dtm/displacement-admin0-admin0pcode-hti.json", "json"),
        ("uis_api_reply", "unesco_uis", "unesco_uis/api/uis_data_records.json", "json"),
        ("uis_api_indicators", "unesco_uis", "unesco_uis/api/uis_definitions_indicators.json", "json"),
        ("uis_api_geounits", "unesco_uis", "unesco_uis/api/uis_definitions_geounits.json", "json"),
        ("uis_bdds_label", "unesco_uis", "unesco_uis/bdds/SDG_LABEL.csv", "table"),
        ("uis_data_browser", "unesco_uis", "unesco_uis/data_browser_2025-02/data.csv", "table"),
    )
    for layout, source, path, kind in documents:
        file = PUBLISHED / path
        if file.exists() and (kind == "table" or file.stat().st_size <= _LARGEST):
            yield Sample("published", layout, source, file.name, _cut(file) if kind == "table" else file.read_bytes(), kind)


def _cut(path: Path) -> bytes:
    """The first records of a table, which may hold line ends of their own."""
    with path.open(encoding="utf-8", newline="") as stream:
        text = stream.read(400_000)
    records = csv.reader(io.StringIO(text, newline=""))
    last = 0
    for _ in range(RECORDS + 5):
        if next(records, None) is None:
            break
        last = records.line_num
    return "".join(list(io.StringIO(text, newline=""))[:last]).encode()


def _built(folder: Path) -> Iterator[Sample]:
    yield from _iom(folder)
    yield from _receiving_countries(folder)
    yield from _un_desa(folder)
    yield from _unesco_uis()
    yield from _world_bank()
    path = test_kz_stat.raw(folder, [test_kz_stat.ROW | {"PERIOD": str(year), "VAL": value} for year, value in _MIGRATION]).path
    yield Sample("built", "kz_stat_dynamic_table", "kz_stat", "data.csv", path.read_bytes(), "table")


_MIGRATION = ((2021, "-21 223"), (2022, "-6 655"), (2023, "9 293"), (2024, "1234,5"))


def _iom(folder: Path) -> Iterator[Sample]:
    for generation in test_iom_missing_migrants.GENERATIONS.values():
        changes = [{generation.id: f"{n}", generation.total: f"{n + 1}"} for n in range(6)]
        yield Sample("built", generation.layout, "iom", "download.csv", generation.write(folder, *changes).read_bytes(), "table")
    reply = test_iom_dtm.envelope(
        *({**test_iom_dtm.COUNTRY, "roundNumber": n, "numPresentIdpInd": 6683 + n} for n in range(5)),
    )
    yield Sample("built", "iom_dtm_api", "iom", "reply.json", json.dumps(reply, ensure_ascii=False).encode(), "json")
    for width, header in test_iom_dtm.HDX.items():
        path = test_iom_dtm.table(folder, header, *test_iom_dtm.ROWS, tags=width == 21)
        yield Sample("built", f"iom_dtm_hdx_{width}", "iom", f"hdx_{width}.csv", path.read_bytes(), "table")


def _receiving_countries(folder: Path) -> Iterator[Sample]:
    figures = [test_oecd.FIGURE | {"TIME_PERIOD": str(year), "OBS_VALUE": str(1300 + year)} for year in range(2015, 2023)]
    for labels in (True, False):
        download = test_oecd.download(folder, figures, labels=labels).path
        yield Sample("built", "oecd_sdmx_csv", "oecd", f"labels_{labels}.csv", download.read_bytes(), "table")
    records = [test_eurostat.record(str(1000 + year), time=str(year)) for year in range(2013, 2022)]
    text = "\n".join([test_eurostat.V2, *records, test_eurostat.record(":", "m", time="2022")]) + "\n"
    yield Sample("built", "eurostat_sdmx_csv", "eurostat", "estat_educ_uoe_mobs02.csv", text.encode(), "table")
    cells = ["1537 b", ": ", "12", "0n", ": c", "4.5 bd"]
    long = [f"A,NR,KZ,T,ED6,DE,{year},{year + 7}" for year in range(2013, 2020)]
    text = "\n".join([f"{test_eurostat.DIMENSIONS},time_period,values", *long]) + "\n"
    yield Sample("built", "eurostat_long", "eurostat", "educ_uoe_mobs02_long.csv", text.encode(), "table")
    lines = [f"A,NR,KZ,T,ED5-8,{geo}\t" + "\t".join(cells) for geo in ("DE", "FR", "AT", "EU27_2020")]
    text = "\n".join([f"{test_eurostat.TSV}\t" + "\t".join(map(str, range(2013, 2019))), *lines]) + "\n"
    yield Sample("built", "eurostat_tsv", "eurostat", "estat_educ_uoe_mobs02.tsv", text.encode(), "table")


def _un_desa(folder: Path) -> Iterator[Sample]:
    rows = [WORLD, GROUP, AFRICA, KAZAKHSTAN]
    by_origin = f"Table 1: {origins.STOCK} by sex and by region, country or area of origin, 1990-2020"
    between = [origins.pair(2020, ("Kazakhstan", None, 398, "B R"), ("Russian Federation", 643), 7, 8, 4, 5, 3, "~")]
    from_anywhere = [(1, "Kazakhstan", None, 398, None, 7, "..", 4, 5, 3, 3)]
    books: dict[str, tuple[str, dict[str, Grid]]] = {
        "stock": ("undesa_ims_destination", {"Contents": CONTENTS, "Table 1": sheet(OF_2020, rows), "NOTES": NOTES}),
        "stock_2019": ("undesa_ims_destination", {"Table 1": sheet(OF_2019, rows)}),
        "origins": (
            "undesa_ims_origin",
            {"Table 1": origins.table(by_origin, origins.ORIGINS_2020, (1990, 2020), from_anywhere)},
        ),
        "pairs": ("undesa_ims_destination_origin", {"Table 1": origins.pairs(2020, between)}),
        "matrix": ("undesa_ims_destination_origin", {"Table 1": matrix("Total", origins.OF_2019, origins.ROWS)}),
    }
    for name, (layout, sheets) in books.items():
        parts = parts_of(workbook(folder / f"{name}.xlsx", sheets).read_bytes())
        # When it was saved is not the same on each run, as the same mutation of it must be.
        parts["docProps/core.xml"] = re.sub(rb"[0-9-]{10}T[0-9:]{8}Z", b"2026-01-01T00:00:00Z", parts["docProps/core.xml"])
        content = packed(parts)
        yield Sample("built", layout, "un_desa", f"{name}.xlsx", content, "workbook")
    figures = [
        (1, "WORLD", None, 900, None, "152,542,373", "258,000,001", "1,234", "65", "40", "0"),
        (2, "Curaçao", None, 531, "B", "..", "38,396", "21", "17,000", "..", "3"),
    ]
    yield Sample("built", "undesa_ims_destination", "un_desa", "stock.csv", text_of(figures).encode(), "table")


def _unesco_uis() -> Iterator[Sample]:
    bdds = ("INDICATOR_ID", "REGION_ID", "YEAR", "VALUE", "MAGNITUDE", "QUALIFIER")
    regions = [("26637", "SDG: Asia", str(year), f"{year}.25", "", "UIS_EST") for year in range(2010, 2020)]
    yield Sample("built", "uis_bdds_regional_data", "unesco_uis", "OPRI_DATA_REGIONAL.csv", _csv(bdds, regions), "table")
    metadata = ("INDICATOR_ID", "COUNTRY_ID", "YEAR", "TYPE", "METADATA")
    notes = [("26637", "KAZ", str(year), "Source:Data sources", 'A "census", or so') for year in range(2010, 2020)]
    yield Sample("built", "uis_bdds_metadata", "unesco_uis", "OPRI_METADATA.csv", _csv(metadata, notes), "table")
    figures = [uis_stat.row(str(2000 + year), "‡" if year % 2 else "", year=str(year)) for year in range(2010, 2018)]
    stat = ("EDULIT_IND", *uis_stat.COLUMNS)
    yield Sample("built", "uis_stat", "unesco_uis", "EDULIT_DS.csv", b"\xef\xbb\xbf" + _csv(stat, figures, quoted=True), "table")
    records = [
        {**uis_api.RECORD, "geoUnit": "UZB", "year": year, "value": year / 4, "footnotes": [uis_api.NOTE]}
        for year in range(2010, 2015)
    ]
    for layout, value in (
        ("uis_api_reply", uis_api.reply(*records, indicatorMetadata=[uis_api.LABEL | {"indicatorCode": "26540"}])),
        ("uis_api_indicators", [uis_api.LABEL | {"indicatorCode": "26541"}]),
        ("uis_api_geounits", [{"id": "KAZ", "name": "Kazakhstan", "type": "NATIONAL"}]),
    ):
        yield Sample("built", layout, "unesco_uis", f"{layout}.json", json.dumps(value, indent=1).encode(), "json")


def _world_bank() -> Iterator[Sample]:
    for layout, text in {
        "world_bank_bulk": world_bank.BULK,
        "world_bank_indicator_download": world_bank.DOWNLOAD,
        "world_bank_databank": world_bank.DATABANK,
        "world_bank_footnotes": "CountryCode,SeriesCode,Year,DESCRIPTION,\nKAZ,UIS.MS.56.T,YR2019,UIS Estimation,\n",
        "world_bank_country_series": '"CountryCode","SeriesCode","DESCRIPTION",\n"KAZ","SM.POP.TOTL","Estimates by the UN",\n',
        "world_bank_series_time": '"SeriesCode","Year","DESCRIPTION",\n"SM.POP.TOTL","yr2019","New method",\n',
        "world_bank_series": "Series Code,Topic,Indicator Name,Short definition\nUIS.MS.56.T,Education,Inbound,Those who come\n",
        "world_bank_countries": "Country Code,Short Name,Table Name\nKAZ,Kazakhstan,Kazakhstan\nARB,Arab World,Arab World\n",
    }.items():
        yield Sample("built", layout, "world_bank", f"{layout}.csv", text.encode(), "table")


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]], *, quoted: bool = False) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()
