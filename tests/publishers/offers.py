"""What the publishers' servers answer, in small: their paths, parameters, limits, errors and layouts.

Here: a few records of each, laid out as the publisher lays them out. Not here: HTTP (`server`).
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.publishers.server import Asked, Reply
from tests.unit.test_un_desa_origins import ORIGINS_2020, STOCK, pair, pairs, table
from tests.unit.un_desa_books import CONTENTS, KAZAKHSTAN, NOTES, OF_2020, Grid, sheet, workbook

UIS, BDDS, DESA = "api.uis.unesco.org", "download.uis.unesco.org", "www.un.org"
MISSING_MIGRANTS, DTM = "missingmigrants.iom.int", "dtmapi.iom.int"
EUROSTAT, OECD, WORLD_BANK = "ec.europa.eu", "sdmx.oecd.org", "api.worldbank.org"
DTM_KEY = "a-secret-of-the-tests"

UisRecord = tuple[str, int, str, str, str]  # area, year, value, qualifier, magnitude


@dataclass
class Offers:
    """What the publishers have at the moment; tests change it as publishers do."""

    folder: Path
    uis_version: str = "20260507-91260335"
    uis_published: str = "2026-05-08T16:58:36.233Z"
    uis_updated: str = "02/09/2026"
    uis_limit: int = 100_000
    uis: dict[str, list[UisRecord]] = field(default_factory=lambda: {code: list(rows) for code, rows in _UIS.items()})
    uis_listed: Sequence[str] | None = None  # codes that definitions list; all, unless said
    desa_revision: int = 2024
    missing_migrants: list[Sequence[str]] = field(default_factory=lambda: [list(row) for row in _INCIDENTS])
    eurostat_updated: str = "2026-04-14T23:00:00+0200"
    eurostat: dict[str, str] = field(default_factory=lambda: {"2022": "1390", "2023": "1537"})
    world_bank_updated: str = "2026-07-13"
    visits: int = 0

    def answer(self, asked: Asked) -> Reply:
        """The reply of whoever is asked; 404 where there is nothing."""
        self.visits += 1
        publisher = {
            UIS: self._uis,
            BDDS: self._bdds,
            DESA: self._desa,
            MISSING_MIGRANTS: self._missing_migrants,
            DTM: self._dtm,
            EUROSTAT: self._eurostat,
            OECD: self._oecd,
            WORLD_BANK: self._world_bank,
        }
        found = publisher[asked.host](asked) if asked.host in publisher else None
        return found or Reply(b"<html>Not Found</html>", "text/html", 404)

    # UNESCO UIS

    def _uis(self, asked: Asked) -> Reply | None:
        version = {
            "version": self.uis_version,
            "publicationDate": self.uis_published,
            "description": "string",
            "themeDataStatus": [
                {"theme": "CULTURE", "lastUpdate": "11/01/2025", "description": "November 2025 Data Release"},
                {"theme": "EDUCATION", "lastUpdate": self.uis_updated, "description": "Data Release"},
            ],
        }
        match asked.path.removeprefix("/api/public"):
            case "/versions/default":
                return _json(version)
            case "/versions":
                return _json([version])
            case "/definitions/indicators":
                return _json([self._indicator(code) for code in self.uis_listed or self.uis])
            case "/data/indicators/export":
                return self._export(asked.query)
        return None

    def _indicator(self, code: str) -> dict[str, object]:
        years = [year for _, year, *_ in self.uis.get(code, [])] or [0]
        return {
            "indicatorCode": code,
            "name": f"What {code} counts",
            "theme": "EDUCATION",
            "lastDataUpdate": self.uis_updated,
            "lastDataUpdateDescription": "Data Release",
            "dataAvailability": {
                "totalRecordCount": len(self.uis.get(code, [1])),
                "timeLine": {"min": min(years), "max": max(years)},
                "geoUnits": {"types": ["NATIONAL"]},
            },
        }

    def _export(self, query: Mapping[str, list[str]]) -> Reply:
        if query.get("version", [self.uis_version]) != [self.uis_version]:
            return _error(400, "The version could not be found")
        codes = query.get("indicator", [])
        first, last = int(query.get("start", ["0"])[0]), int(query.get("end", ["9999"])[0])
        rows = [(code, *row) for code in codes for row in self.uis.get(code, []) if first <= row[1] <= last]
        if len(rows) > self.uis_limit:
            advice = f"please reduce the amount of records queried to less than {self.uis_limit}"
            return _error(400, f"Too much data requested ({len(rows)} records), {advice} by using the available filter options.")
        if unknown := [code for code in codes if code not in self.uis]:
            hints = [{"code": "UIS::HINT::001", "message": f"The indicator could not be found, {code}"} for code in unknown]
            return _json({"hints": hints, "records": [], "indicatorMetadata": []})
        members = {"data.csv": _csv(("indicatorId", "geoUnit", "year", "value", "qualifier", "magnitude"), rows)}
        if query.get("indicatorMetadata") == ["true"]:
            flat = [
                (
                    code,
                    f"What {code} counts",
                    "EDUCATION",
                    self.uis_updated,
                    "Data Release",
                    len(self.uis[code]),
                    1990,
                    2025,
                    "NATIONAL",
                )
                for code in codes
            ]
            members["indicators.csv"] = _csv(_UIS_INDICATORS, flat)
        if query.get("footnotes") == ["true"]:
            notes = [(code, area, year, "Source", "Data sources", "A census") for code, area, year, *_ in rows[:1]]
            members["footnotes.csv"] = _csv(("indicatorId", "geoUnit", "year", "type", "subtype", "value"), notes)
        return Reply(_zip(members), "application/zip")

    def _bdds(self, asked: Asked) -> Reply | None:
        month, day, year = self.uis_updated.split("/")
        folder, _, name = asked.path.removeprefix("/bdds/").partition("/")
        if folder != f"{year}{month.zfill(2)}" or name not in ("OPRI.zip", "SDG.zip"):
            return None
        package = name.removesuffix(".zip")
        header = ("INDICATOR_ID", "COUNTRY_ID", "YEAR", "VALUE", "MAGNITUDE", "QUALIFIER")
        rows = [
            (code, area, y, value, magnitude, qualifier)
            for code in self.uis
            for area, y, value, qualifier, magnitude in self.uis[code]
        ]
        members = {
            f"{package}_DATA_NATIONAL.csv": _csv(header, rows),
            f"{package}_LABEL.csv": _csv(
                ("INDICATOR_ID", "INDICATOR_LABEL_EN"), [(code, f"What {code} counts") for code in self.uis]
            ),
            f"{package}_COUNTRY.csv": _csv(
                ("COUNTRY_ID", "COUNTRY_NAME_EN"), [("KAZ", "Kazakhstan"), ("RUS", "Russian Federation")]
            ),
            f"{package}_README_RELEASE_{year}_February.md": b"# Read me\n",
        }
        return Reply(
            _zip(members), "application/x-zip-compressed", headers={"Last-Modified": f"Thu, {day} Feb {year} 11:15:13 GMT"}
        )

    # UN DESA

    def _desa(self, asked: Asked) -> Reply | None:
        name = asked.path.rpartition("/")[2]
        if not name.startswith(f"undesa_pd_{self.desa_revision}_ims_stock_by_sex_"):
            return None
        if not asked.headers["User-Agent"].startswith("Mozilla/"):
            return Reply(b"<html>Forbidden</html>", "text/html", 403)
        file = self.folder / name
        if not file.exists():
            workbook(
                file, {"Contents": CONTENTS, "Table 1": _stock_table(name), "Notes": [*NOTES, [f"Revision {self.desa_revision}"]]}
            )
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return Reply(file.read_bytes(), kind, headers={"Last-Modified": "Fri, 07 Feb 2025 10:00:00 GMT"}, etag=False)

    # IOM

    def _missing_migrants(self, asked: Asked) -> Reply | None:
        if not asked.path.endswith("/Missing_Migrants_Global_Figures_allData.csv"):
            return None
        if asked.headers["User-Agent"].startswith("Mozilla/"):
            return Reply(b"<html>Forbidden</html>", "text/html", 403)
        return Reply(_csv(_INCIDENT, self.missing_migrants), "text/csv; charset=utf-8")

    def _dtm(self, asked: Asked) -> Reply | None:
        if asked.headers.get("Ocp-Apim-Subscription-Key") != DTM_KEY:
            said = "Access denied due to invalid subscription key."
            return Reply(json.dumps({"statusCode": 401, "message": said}).encode(), status=401)
        match asked.path.removeprefix("/v3/displacement"):
            case "/country-list":
                return _dtm([{"admin0Name": "Afghanistan", "admin0Pcode": "AFG"}, {"admin0Name": "Chad", "admin0Pcode": "TCD"}])
            case "/admin0":
                return _dtm(_DISPLACED if asked.query["Admin0Pcode"] == ["AFG"] else [])
        return None

    # Receiving countries

    def _eurostat(self, asked: Asked) -> Reply | None:
        api = "/eurostat/api/dissemination"
        if asked.path == f"{api}/statistics/1.0/data/educ_uoe_mobs02":
            return _json({"version": "2.0", "class": "dataset", "updated": self.eurostat_updated, "value": {"0": 1537}})
        if asked.path == f"{api}/sdmx/2.1/data/educ_uoe_mobs02/" and asked.query["format"] == ["SDMX-CSV"]:
            header = (
                "DATAFLOW",
                "LAST UPDATE",
                "freq",
                "unit",
                "partner",
                "sex",
                "isced11",
                "geo",
                "TIME_PERIOD",
                "OBS_VALUE",
                "OBS_FLAG",
                "CONF_STATUS",
            )
            rows = [
                ("ESTAT:EDUC_UOE_MOBS02(1.0)", "14/04/26 23:00:00", "A", "NR", "KZ", "T", "ED5-8", "DE", year, value, "", "")
                for year, value in self.eurostat.items()
            ]
            return Reply(_csv(header, rows), "application/vnd.sdmx.data+csv;version=1.0.0")
        return None

    def _oecd(self, asked: Asked) -> Reply | None:
        if not asked.path.startswith("/public/rest/data/OECD.EDU.IMEP,DSD_EAG_UOE_NON_FIN_STUD@DF_UOE_NF_RAW_MOB,"):
            return None
        if not asked.headers["User-Agent"].startswith("Mozilla/"):
            return Reply(b"<html>Just a moment...</html>", "text/html", 403)
        flow = "OECD.EDU.IMEP:DSD_EAG_UOE_NON_FIN_STUD@DF_UOE_NF_RAW_MOB(1.1)"
        row = ("DATAFLOW", flow, "I", "DEU", "ISCED11_5T8", "ENRL", "A", "KAZ", "PS", "_T", "2022", "1390", "A", "0", "0")
        return Reply(_csv(_OECD, [row]), "application/vnd.sdmx.data+csv; charset=utf-8; version=2.0")

    def _world_bank(self, asked: Asked) -> Reply | None:
        code = asked.path.rpartition("/")[2]
        if asked.query.get("format") == ["json"]:
            return _json(
                [
                    {
                        "page": 1,
                        "pages": 266,
                        "per_page": 1,
                        "total": 266,
                        "sourceid": "2",
                        "lastupdated": self.world_bank_updated,
                    },
                    [],
                ]
            )
        if asked.query.get("downloadformat") != ["csv"]:
            return None
        table = f'''"Data Source","World Development Indicators",

"Last Updated Date","{self.world_bank_updated}",

"Country Name","Country Code","Indicator Name","Indicator Code","2019","2020",
"Kazakhstan","KAZ","{code}","{code}","37","12",
'''
        # Packed anew for every visitor, under another number.
        members = {f"API_{code}_DS2_en_csv_v2_{self.visits}.csv": table.encode()}
        return Reply(_zip(members, day=1 + self.visits % 28), "application/zip", etag=False)


_UIS: Mapping[str, list[UisRecord]] = {
    "26637": [("KAZ", 2019, "22728", "", ""), ("KAZ", 2020, "40742", "", ""), ("RUS", 2019, "282922", "", "")],
    "OE.5T8.40510": [("KAZ", 2019, "84681", "UIS_EST", ""), ("KAZ", 2020, "87703", "UIS_EST", "")],
    "26529": [("RUS", 2019, "178203", "", "")],
}
_UIS_INDICATORS = (
    "indicatorId", "name", "theme", "lastDataUpdate", "lastDataUpdateDescription", "dataAvailability.totalRecordCount",
    "dataAvailability.timeLine.min", "dataAvailability.timeLine.max", "dataAvailability.geoUnits.types",
)  # fmt: skip
_INCIDENT = (
    "Main ID", "Incident ID", "Incident Type", "Region of Incident", "Incident Date", "Incident Year", "Month", "Number of Dead",
    "Minimum Estimated Number of Missing", "Total Number of Dead and Missing", "Number of Survivors", "Number of Females",
    "Number of Males", "Number of Children", "Country of Origin", "Region of Origin", "Cause of Death", "Country of Incident",
    "Migration Route", "Location of Incident", "Coordinates", "UNSD Geographical Grouping", "Information Source", "URL",
    "Source Quality",
)  # fmt: skip
_INCIDENTS: Sequence[Sequence[str]] = (
    ("2025.MMP0212", "2025.MMP0212234", "Incident", "Mediterranean", "2025-04-16", "2025", "April", "11", "", "11", *[""] * 15),
    ("2025.MMP0217", "2025.MMP0217240", "Incident", "Northern Africa", "2025-04-14", "2025", "April", "8", "", "8", *[""] * 15),
)
_DISPLACED = [
    {
        "operation": "Displacement in Afghanistan", "admin0Name": "Afghanistan", "admin0Pcode": "AFG", "numPresentIdpInd": 179956,
        "reportingDate": "2017-03-30T00:00:00", "yearReportingDate": 2017, "monthReportingDate": 3, "roundNumber": 1,
        "displacementReason": "Conflict", "numberMales": None, "numberFemales": None, "idpOriginAdmin1Name": "Not available",
        "idpOriginAdmin1Pcode": "Not available", "assessmentType": "BA",
    },
]  # fmt: skip
_OECD = (
    "STRUCTURE", "STRUCTURE_ID", "ACTION", "REF_AREA", "EDUCATION_LEV", "MEASURE", "FREQ", "ORIGIN", "UNIT_MEASURE", "SEX",
    "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "UNIT_MULT", "DECIMALS",
)  # fmt: skip


def _stock_table(name: str) -> Grid:
    """Table 1 of the workbook of that name."""
    if name.endswith("by_sex_and_destination.xlsx"):
        return sheet(OF_2020, [KAZAKHSTAN])
    if name.endswith("by_sex_and_origin.xlsx"):
        title = f"Table 1: {STOCK} by sex and by region, country or area of origin, 1990-2020"
        return table(title, ORIGINS_2020, (1990, 2020), [(1, "Kazakhstan", None, 398, None, 7, 8, 4, 5, 3, 3)])
    return pairs(2020, [pair(2020, ("Kazakhstan", None, 398, "B R"), ("Russian Federation", 643), 7, 8, 4, 5, 3, 3)])


def _json(value: object) -> Reply:
    return Reply(json.dumps(value).encode(), "application/json; charset=utf-8")


def _error(code: int, message: str) -> Reply:
    return Reply(json.dumps({"message": message, "error": "Bad Request", "statusCode": code}).encode(), status=code)


def _dtm(records: Sequence[Mapping[str, object]]) -> Reply:
    return _json(
        {"result": records, "statusCode": 200, "isSuccess": True, "errorMessages": [], "totalRecordsCount": len(records)}
    )


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()


def _zip(members: Mapping[str, bytes], day: int = 1) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, day, 0, 0, 0)), content)
    return packed.getvalue()
