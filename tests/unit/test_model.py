"""Tables are declared once; everything derived from the declaration says the same.

Here: DuckDB, Arrow, polars, pandera, Dagster, the codebook, the data dictionary and the marts' SQL against the
declarations. Not here: the rows (`test_rules`, tests/pipeline).
"""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
import pyarrow as pa
import pytest

from edumig_pipeline.defs.columns import column_schema, table_metadata
from edumig_pipeline.ingest.inventory import take_inventory
from edumig_pipeline.ingest.landing import land_release
from edumig_pipeline.ingest.strays import stray_accounts
from edumig_pipeline.model import areas, codes, dictionary
from edumig_pipeline.model.catalogue import TABLES, table
from edumig_pipeline.model.checks import pandera_schema, rules_of
from edumig_pipeline.model.ddl import comments, create_table, quoted
from edumig_pipeline.model.indicators import harmonised
from edumig_pipeline.model.schemas import arrow_schema, polars_schema
from edumig_pipeline.model.table import Column, Table, Type
from edumig_pipeline.publish import derivation
from edumig_pipeline.sources.registry import sources

ROOT = Path(__file__).resolve().parents[2]
EVERY_TABLE = pytest.mark.parametrize("declared", TABLES, ids=lambda declared: declared.name)

ARROW = {
    Type.VARCHAR: pa.string(),
    Type.DOUBLE: pa.float64(),
    Type.INTEGER: pa.int32(),
    Type.BIGINT: pa.int64(),
    Type.DATE: pa.date32(),
    Type.TIMESTAMP: pa.timestamp("us"),
    Type.BOOLEAN: pa.bool_(),
}
POLARS = {
    Type.VARCHAR: pl.String(),
    Type.DOUBLE: pl.Float64(),
    Type.INTEGER: pl.Int32(),
    Type.BIGINT: pl.Int64(),
    Type.DATE: pl.Date(),
    Type.TIMESTAMP: pl.Datetime("us"),
    Type.BOOLEAN: pl.Boolean(),
}


# Declarations


def test_tables_have_different_names_and_are_found_by_them() -> None:
    names = [declared.name for declared in TABLES]
    assert len(set(names)) == len(names)
    assert [table(name) for name in names] == list(TABLES)


@EVERY_TABLE
def test_nothing_is_left_undescribed(declared: Table) -> None:
    described = {declared.name: declared.description, "grain": declared.grain} | {c.name: c.description for c in declared.columns}
    assert [name for name, text in described.items() if not text.strip()] == []
    assert [name for name, text in described.items() if text != text.strip()] == []


@EVERY_TABLE
def test_keys_and_closed_lists_are_well_formed(declared: Table) -> None:
    assert len(set(declared.key)) == len(declared.key)
    for column in declared.columns:
        assert len(set(column.allowed)) == len(column.allowed)
        assert column.type == Type.VARCHAR or not column.allowed


def test_a_declaration_that_contradicts_itself_is_refused() -> None:
    column = Column("a", Type.VARCHAR, "d")
    with pytest.raises(ValueError, match="declared twice"):
        Table("t", "d", "g", (column, column))
    with pytest.raises(ValueError, match="key names no column"):
        Table("t", "d", "g", (column,), key=("b",))


# The columns of the contract, in its order; other columns may stand beside them.
CONTRACT: Mapping[str, str] = {
    "observations": "source dataset release indicator ref_area counterpart_area sex breakdown time_period period_start "
    "period_end obs_value obs_status source_status unit_measure source_indicator source_area raw_file "
    "raw_row raw_column",
    "quarantine": "raw_file raw_row rule reason raw_row_json",
    "row_ledger": "raw_file rows_read rows_published rows_quarantined rows_excluded exclusion_reason",
    "raw_files": "raw_file sha256 bytes rows layout",
    "codebook": "table column type unit description",
    "areas": "code name kind iso2 m49 parents",
    "student_mobility": "ref_area year source release inbound_students inbound_students_status outbound_students "
    "outbound_students_status net_students net_students_status inbound_rate inbound_rate_status "
    "outbound_ratio outbound_ratio_status",
    "student_flows": "origin destination year source release students obs_status share_of_origin share_base_release",
    "kz_academic_mobility": "time_period region funding students share_of_period change_on_previous",
    "revisions": "source dataset indicator ref_area counterpart_area sex breakdown time_period from_release to_release "
    "change old_value new_value old_status new_status difference relative_difference",
    "reconciliation": "concept ref_area counterpart_area time_period source_a release_a value_a source_b release_b value_b "
    "difference ratio explanation",
    "identity_checks": "identity source release ref_area time_period lhs rhs residual tolerance holds",
    "claims": "claim_id source section reference cited statement definition indicator ref_area counterpart_area sex "
    "breakdown time_period claimed_value unit_measure comparator printed",
    "claim_checks": "claim_id check verdict evidence_source evidence_release evidence_period evidence_value difference "
    "explanation",
}


@pytest.mark.parametrize("name", CONTRACT)
def test_tables_have_the_columns_of_the_contract(name: str) -> None:
    promised = CONTRACT[name].split()
    assert [column for column in table(name).names if column in promised] == promised


def test_the_key_of_observations_is_that_of_the_contract() -> None:
    key = "source dataset release indicator ref_area counterpart_area sex breakdown time_period"
    assert table("observations").key == tuple(key.split())


def test_statuses_without_a_value_are_statuses() -> None:
    assert set(codes.STATUS_WITHOUT_VALUE) <= set(codes.OBS_STATUS)
    assert all(meaning.strip() for listed in (codes.OBS_STATUS, codes.SEX, codes.UNIT_MEASURE) for meaning in listed.values())
    says_missing = {code for code, meaning in codes.OBS_STATUS.items() if meaning.startswith("missing")}
    assert set(codes.STATUS_WITHOUT_VALUE) == says_missing | {"K"}


def test_the_list_of_statuses_is_sdmx_s_whole_list() -> None:
    assert "".join(codes.OBS_STATUS) == "ABDEFGHIJKLMNOPQSUVW"


def test_two_letter_codes_mean_the_country_that_has_them_now() -> None:
    alpha3 = areas.iso_by_alpha2()
    assert (alpha3["KZ"], alpha3["NA"], alpha3["SK"], alpha3["AI"]) == ("KAZ", "NAM", "SVK", "AIA")
    assert (alpha3["YU"], alpha3["SU"], alpha3["AN"]) == ("YUG", "SUN", "ANT")
    # Czechoslovakia, then Serbia and Montenegro.
    assert "CS" not in alpha3
    assert not {"EL", "UK", "XK"} & set(alpha3)


def test_harmonised_indicators_are_declared_whole() -> None:
    rows = harmonised()
    assert rows.schema == polars_schema(table("indicators"))
    assert rows["indicator"].is_unique().all()
    described = rows.select("indicator", "name", "unit_measure", "kind", "definition", "ref_area_role", "reference_period")
    assert described.null_count().sum_horizontal().to_list() == [0]
    assert set(rows["unit_measure"]) <= set(codes.UNIT_MEASURE)
    assert set(rows["kind"]) <= set(codes.INDICATOR_KIND)


# DuckDB


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """All tables and views made from their declarations, with comments, empty."""
    with duckdb.connect() as db:
        for declared in TABLES:
            if not declared.is_view:
                db.execute(create_table(declared))
        for declared in TABLES:
            if declared.is_view:
                db.execute(derivation.mart_sql()[declared.name])
            for statement in comments(declared):
                db.execute(statement)
        yield db


@EVERY_TABLE
def test_duckdb_has_the_declared_columns_types_and_not_nulls(database: duckdb.DuckDBPyConnection, declared: Table) -> None:
    found = database.execute(f"DESCRIBE {declared.name}").fetchall()
    assert [(name, kind) for name, kind, *_ in found] == [(c.name, c.type.value) for c in declared.columns]
    if not declared.is_view:
        assert [null for _, _, null, *_ in found] == ["YES" if c.nullable else "NO" for c in declared.columns]


@EVERY_TABLE
def test_duckdb_shows_what_every_column_means(database: duckdb.DuckDBPyConnection, declared: Table) -> None:
    found = database.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index", [declared.name]
    ).fetchall()
    assert found == [(c.name, c.description) for c in declared.columns]


@EVERY_TABLE
def test_duckdb_shows_what_every_table_means(database: duckdb.DuckDBPyConnection, declared: Table) -> None:
    relation = "duckdb_views() WHERE view_name" if declared.is_view else "duckdb_tables() WHERE table_name"
    found = database.execute(f"SELECT comment FROM {relation} = ?", [declared.name]).fetchall()
    assert found == [(f"{declared.description} Grain: {declared.grain}.",)]


def test_texts_with_quotes_reach_duckdb_whole() -> None:
    text = "UIS's \"own\" '' words; -- and ? marks"
    with duckdb.connect() as db:
        assert db.execute(f"SELECT {quoted(text)}").fetchall() == [(text,)]


# Arrow, polars, pandera, Dagster


@EVERY_TABLE
def test_arrow_has_the_declared_columns_types_and_meanings(declared: Table) -> None:
    schema = arrow_schema(declared)
    assert [(f.name, f.type, f.nullable) for f in schema] == [(c.name, ARROW[c.type], c.nullable) for c in declared.columns]
    assert [f.metadata[b"description"].decode() for f in schema] == [c.description for c in declared.columns]


@EVERY_TABLE
def test_polars_has_the_declared_columns_and_types(declared: Table) -> None:
    assert list(polars_schema(declared).items()) == [(c.name, POLARS[c.type]) for c in declared.columns]


@EVERY_TABLE
def test_pandera_has_the_declared_columns_types_and_rules(declared: Table) -> None:
    schema = pandera_schema(declared)
    found = {name: column.dtype for name, column in schema.columns.items()}
    assert [(name, dtype and dtype.type) for name, dtype in found.items()] == [(c.name, POLARS[c.type]) for c in declared.columns]
    assert all(column.required for column in schema.columns.values())
    assert [check.name for check in schema.checks] == [rule.name for rule in rules_of(declared)]


@EVERY_TABLE
def test_dagster_has_the_declared_columns_types_meanings_and_constraints(declared: Table) -> None:
    columns = column_schema(declared).columns
    assert [(c.name, c.type) for c in columns] == [(c.name, c.type.value) for c in declared.columns]
    # Dagster shows Markdown: a bare < would begin a tag.
    shown = [(c.description or "").replace(r"\<", "<").partition(" — one of ")[0] for c in columns]
    assert shown == [c.description if c.unit is None else f"{c.description} [{c.unit}]" for c in declared.columns]
    assert [name for name, text in ((c.name, c.description or "") for c in columns) if "<" in text.replace(r"\<", "")] == []
    assert [c.constraints.nullable for c in columns] == [c.nullable for c in declared.columns]
    for entry, column in zip(columns, declared.columns, strict=True):
        # A badge that is cut says nothing: a long list stands with the description.
        assert all(len(badge) <= 24 for badge in entry.constraints.other)
        codes = [*entry.constraints.other, *(entry.description or "").split(" — ")[1:]]
        assert codes == ([f"one of {', '.join(column.allowed)}"] if column.allowed else [])


@EVERY_TABLE
def test_dagster_takes_the_metadata_of_a_table(declared: Table) -> None:
    metadata = table_metadata(declared)
    assert dg.AssetSpec(declared.name, metadata=metadata).metadata == metadata
    assert metadata["grain"] == declared.grain


# For readers


def test_the_codebook_has_a_row_for_every_column_of_every_table_and_view() -> None:
    rows = dictionary.codebook_rows()
    expected = [(t.name, c.name, c.type.value, c.unit, c.description) for t in TABLES for c in t.columns]
    assert [tuple(row[name] for name in ("table", "column", "type", "unit", "description")) for row in rows] == expected
    assert list(rows[0]) == list(table("codebook").names)


def test_the_data_dictionary_is_up_to_date() -> None:
    written = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert written == dictionary.markdown(), "docs/data-dictionary.md is stale: run `make dictionary`"


@EVERY_TABLE
def test_the_data_dictionary_has_a_section_for_every_table(declared: Table) -> None:
    page = dictionary.markdown()
    (section,) = [part for part in page.split("\n## ") if part.startswith(f"{declared.name}\n")]
    assert declared.description in section
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert [line.split("`")[1] for line in rows] == [*declared.names, *(rule.name for rule in declared.rules)]
    # A bar within a text is escaped, so that every row has as many cells as its header.
    assert {line.replace("\\|", "").count("|") for line in rows[: len(declared.names)]} == {6}


# The marts' SQL


def mart_texts() -> dict[str, str]:
    folder = files("edumig_pipeline.marts")
    return {e.name.removesuffix(".sql"): e.read_text(encoding="utf-8") for e in folder.iterdir() if e.name.endswith(".sql")}


EVERY_MART = pytest.mark.parametrize("name", sorted(mart_texts()))


@EVERY_MART
def test_every_mart_is_a_declared_table(name: str) -> None:
    assert table(name).name == name
    assert name in derivation.mart_sql()


@EVERY_MART
def test_every_mart_says_what_it_means_before_it_begins(name: str) -> None:
    header = []
    for line in mart_texts()[name].splitlines():
        if not line.startswith("--"):
            break
        header.append(line.removeprefix("--").strip())
    assert header
    assert len(header[0]) > 20
    # The view's grain is that of observations; its file also makes the macro.
    assert name == "latest_observations" or any(line.startswith("Grain: ") and line.endswith(".") for line in header)


@EVERY_MART
def test_the_grain_a_mart_states_is_its_key(name: str) -> None:
    stated = [line.removeprefix("-- Grain: ") for line in mart_texts()[name].splitlines() if line.startswith("-- Grain: ")]
    declared = table(name)
    if stated and declared.key:
        assert stated[0].rstrip(".").split(", ") == list(declared.key)


@pytest.fixture(scope="module")
def columns_of_marts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What columns each mart's SQL yields, over the article's release as it lies in the repository."""
    folder = tmp_path_factory.mktemp("derived")
    (release,) = take_inventory(ROOT / "raw", {"kz_article"}).releases
    part = folder / "part"
    part.mkdir()
    land_release(release, sources(), part)
    yielded: dict[str, list[str]] = {}
    really_write = derivation._write

    def write(declared: Table, frame: pl.DataFrame, target: Path) -> None:
        yielded[declared.name] = frame.columns
        really_write(declared, frame, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(derivation, "_write", write)
        derivation.derive(folder / "parquet", {release.id: part}, stray_accounts(()))
    return yielded


@pytest.mark.parametrize("name", sorted(name for name in mart_texts() if not table(name).is_view))
def test_every_mart_yields_exactly_the_declared_columns(columns_of_marts: dict[str, list[str]], name: str) -> None:
    assert sorted(columns_of_marts[name]) == sorted(table(name).names)


@pytest.mark.parametrize("name", [declared.name for declared in TABLES if declared.is_view])
def test_every_view_yields_exactly_the_declared_columns(database: duckdb.DuckDBPyConnection, name: str) -> None:
    assert [row[0] for row in database.execute(f"DESCRIBE {name}").fetchall()] == list(table(name).names)
