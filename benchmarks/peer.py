"""The peer: the same table by pandas and pandera, as one would write it without looking at the clock.

Belongs here: reading, harmonising, validating every row by every rule, quarantine, ledger, sorted Parquet and a DuckDB file.
Does not belong here: marts and findings, which the peer is spared. To be run as a module: python -m benchmarks.peer ZIP FOLDER.
"""

import json
import sys
import zipfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pandera.pandas as pa

from edumig_pipeline.model.areas import iso_countries
from edumig_pipeline.model.codes import OBS_STATUS, SEX, STATUS_WITHOUT_VALUE, UNIT_MEASURE
from edumig_pipeline.model.indicators import harmonised
from edumig_pipeline.model.observations import OBSERVATIONS
from edumig_pipeline.sources.candidates import mapping

_CHUNK = 1_000_000
_MAGNITUDES = {"INCLUDED": "K", "NA": "M", "SUPP": "Q", "NIL": "N", "INCLUDES": "W", "LOWREL": "U"}
_QUALIFIERS = {"UIS_EST": "E", "NAT_EST": "E"}
_NO_VALUE = list(STATUS_WITHOUT_VALUE)

_SCHEMA = pa.DataFrameSchema(
    checks=[
        pa.Check(lambda f: f["indicator"].notna() & (f["source_indicator"] != ""), name="indicator_given"),
        pa.Check(lambda f: f["sex"].isin(list(SEX)), name="known_sex"),
        pa.Check(lambda f: f["unit_measure"].isin(list(UNIT_MEASURE)), name="known_unit_measure"),
        pa.Check(lambda f: f["obs_status"].isin(list(OBS_STATUS)), name="known_obs_status"),
        pa.Check(lambda f: f["ref_area"].isin(iso_countries()), name="known_area"),
        pa.Check(lambda f: f["counterpart_area"].isin(iso_countries() | {"_T"}), name="known_counterpart_area"),
        pa.Check(lambda f: f["breakdown"].str.fullmatch(r"_T|[a-z0-9_]+=[^=;]+(;[a-z0-9_]+=[^=;]+)*"), name="breakdown_syntax"),
        pa.Check(lambda f: f["period_start"].notna() & f["year"].between(1950, 2100), name="known_period"),
        pa.Check(lambda f: f["obs_value"].notna() | (f["published_value"] == ""), name="value_is_number"),
        pa.Check(lambda f: f["obs_status"].isin(_NO_VALUE) == f["obs_value"].isna(), name="value_matches_status"),
        pa.Check(lambda f: ~((f["obs_value"] < f["lower_bound"]) | (f["obs_value"] > f["upper_bound"])), name="within_bounds"),
    ]
)


def main(archive: Path, folder: Path) -> None:
    """Turn a package into Parquet and a DuckDB file in `folder`."""
    with zipfile.ZipFile(archive) as packed:
        (name,) = packed.namelist()
        csv = Path(packed.extract(name, folder))
    width = len(csv.open(encoding="utf-8").readline().split(","))
    short = _short_lines(csv, width)
    good, bad, first = [], [], 1
    for chunk in pd.read_csv(csv, dtype=str, keep_default_na=False, chunksize=_CHUNK, engine="c", on_bad_lines="skip", header=0):
        rows = _harmonised(chunk, f"{archive.name}#{name}", first)
        first += len(chunk)
        valid, failures = _validated(rows)
        good.append(valid)
        bad.append(failures)
    every = pd.concat(good, ignore_index=True)
    key = list(OBSERVATIONS.key)
    repeats = every.duplicated([*key, "obs_value", "obs_status"])
    twice = every[~repeats].duplicated(key, keep=False)
    contradicting = every[~repeats][twice]
    kept = every[~repeats][~twice].sort_values(key)[list(OBSERVATIONS.names)]
    kept.to_parquet(folder / "observations.parquet", compression="zstd", index=False)
    quarantine = pd.concat([*bad, contradicting.assign(rule="unique_key")])
    quarantine["raw_row_json"] = [json.dumps(row) for row in quarantine.astype(str).to_dict("records")]
    quarantine[["raw_file", "raw_row", "rule", "raw_row_json"]].to_parquet(folder / "quarantine.parquet", index=False)
    with duckdb.connect() as db:
        db.execute(f"ATTACH '{folder / 'peer.duckdb'}' AS file (STORAGE_VERSION 'v1.0.0')")
        db.execute(
            f"CREATE TABLE file.observations AS FROM '{folder / 'observations.parquet'}' "
            "ORDER BY indicator, ref_area, counterpart_area, time_period"
        )
    sys.stdout.write(f"{len(kept)} rows, {len(quarantine)} in quarantine, {short} malformed\n")


def _short_lines(csv: Path, width: int) -> int:
    """Lines with too few or too many fields: pandas fills up the former and skips the latter without a word."""
    with csv.open(encoding="utf-8") as lines:
        return sum(line.count(",") != width - 1 for line in lines)


def _harmonised(chunk: pd.DataFrame, raw_file: str, first: int) -> pd.DataFrame:
    terms = mapping("unesco_uis_indicators").to_pandas()
    bounds = harmonised().select("indicator", "lower_bound", "upper_bound").to_pandas()
    rows = chunk.rename(columns={"INDICATOR_ID": "source_indicator", "COUNTRY_ID": "ref_area", "YEAR": "time_period"})
    rows = rows.merge(terms, on="source_indicator", how="left")
    rows["indicator"] = rows["indicator"].fillna("unesco_uis:" + rows["source_indicator"])
    for column, default in (("counterpart_area", "_T"), ("sex", "_T"), ("breakdown", "_T"), ("unit_measure", "_X")):
        rows[column] = rows[column].fillna(default)
    rows = rows.merge(bounds, on="indicator", how="left")
    rows["published_value"] = rows["VALUE"].fillna("")
    rows["obs_value"] = pd.to_numeric(rows["published_value"], errors="coerce").replace([np.inf, -np.inf], np.nan)
    nothing = (rows["MAGNITUDE"] == "NA") & (rows["obs_value"] == 0)
    rows.loc[nothing, "obs_value"], rows.loc[nothing, "published_value"] = np.nan, ""
    blank = (rows["published_value"] == "").map({True: "O", False: "A"})
    unflagged = (rows["MAGNITUDE"] == "") & (rows["QUALIFIER"] == "")
    status = rows["MAGNITUDE"].map(_MAGNITUDES).fillna(rows["QUALIFIER"].map(_QUALIFIERS))
    rows["obs_status"] = status.mask(unflagged, blank)
    rows["source_status"] = rows["MAGNITUDE"] + "|" + rows["QUALIFIER"]
    rows["year"] = pd.to_numeric(rows["time_period"], errors="coerce")
    inside = rows["year"].between(1950, 2100)
    rows["period_start"] = pd.to_datetime(rows["time_period"].where(inside) + "-01-01", errors="coerce").dt.date
    rows["period_end"] = pd.to_datetime(rows["time_period"].where(inside) + "-12-31", errors="coerce").dt.date
    rows["source_area"], rows["raw_file"], rows["raw_column"] = rows["ref_area"], raw_file, None
    rows["raw_row"] = np.arange(first, first + len(rows), dtype=np.int32)
    return rows.assign(source="unesco_uis", dataset="sdg", release="2026-02")


def _validated(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    try:
        _SCHEMA.validate(rows, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.dropna(subset=["index"]).drop_duplicates("index")
        failed = rows.loc[cases["index"].astype(int)].assign(rule=cases["check"].to_numpy())
        return rows.drop(index=failed.index), failed
    return rows, rows.iloc[:0].assign(rule="")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
