"""The article on Kazakhstan's educational migration: its two tables and the figures of its running text.

Nurmagambetov, Ivatova, Khassenova, Kazakhstan-Spectrum 97(1), 2021, doi 10.52536/KS/vol_97_issue_1_A2. Figure 1 is an
image: only the totals that the text gives are known. The article cites a table 3 that it does not have.

Belongs here: the printed tables' labels and the statements' columns. Does not belong here: checking the claims (marts).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import polars as pl

from edumig_pipeline.model.areas import UNKNOWN
from edumig_pipeline.sources.candidates import mapping, number
from edumig_pipeline.sources.layout import Harmonise, Part, Source
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import PLACE, Batch, cells
from edumig_pipeline.sources.table_layout import TableLayout

_STATEMENT_HEADER = (
    "claim_id",
    "section",
    "reference",
    "cited",
    "statement",
    "definition",
    "indicator",
    "ref_area",
    "counterpart_area",
    "sex",
    "breakdown",
    "time_period",
    "printed",
    "claimed_value",
    "unit_measure",
    "comparator",
)


def _labels(kind: str) -> dict[str, str]:
    """Codes of the printed labels of one kind: area or period."""
    rows = mapping("kz_article_labels").filter(pl.col("kind") == kind)
    return dict(zip(rows["label"], rows["code"], strict=True))


def _table(records: pl.DataFrame, *, dataset: str, breakdown: str) -> pl.DataFrame:
    """Cells of a printed table as candidates: students of Kazakhstan sent under the academic mobility programme."""
    areas, periods = _labels("area"), _labels("period")
    cell = pl.col("cell").str.strip_chars()
    published_period = pl.col("period").str.strip_chars()
    return records.select(
        pl.lit("academic_mobility_students").alias("indicator"),
        pl.lit("KAZ").alias("ref_area"),
        pl.col("area").replace_strict(areas, default=pl.col("area"), return_dtype=pl.String).alias("counterpart_area"),
        pl.lit("_T").alias("sex"),
        pl.lit(breakdown).alias("breakdown"),
        published_period.replace_strict(periods, default=published_period, return_dtype=pl.String).alias("time_period"),
        number(cell).alias("obs_value"),
        # A dash says that no figure is printed, not that nobody went: the one printed 0 is another thing.
        pl.when(cell == "-").then(pl.lit("O")).otherwise(pl.lit("A")).alias("obs_status"),
        pl.when(cell == "-").then(cell).otherwise(pl.lit("")).alias("source_status"),
        pl.lit("PS").alias("unit_measure"),
        pl.lit(dataset).alias("source_indicator"),
        pl.col("area").alias("source_area"),
        "raw_row",
        "raw_column",
        pl.when(cell == "-").then(pl.lit("")).otherwise(cell).alias("published_value"),
        published_period.alias("published_period"),
        pl.lit(value=False).alias("undated"),
        pl.lit(None, dtype=pl.String).alias("area_name"),
    )


def _regions(records: pl.DataFrame) -> pl.DataFrame:
    """Countries and the region the article counts them to, as candidates for `source_areas`."""
    areas, place = _labels("area"), {"raw_row": pl.col("raw_row"), "raw_column": pl.col("raw_column")}
    country, region = pl.col("Страна").str.strip_chars(), pl.col("Регион").str.strip_chars()
    return records.select(
        country.alias("source_area"),
        country.alias("label"),
        country.replace_strict(areas, default=pl.concat_str(pl.lit(UNKNOWN), country), return_dtype=pl.String).alias("area"),
        region.replace_strict(areas, default=pl.concat_str(pl.lit(UNKNOWN), region), return_dtype=pl.String).alias("parent_area"),
        **place,
    )


def _claims(records: pl.DataFrame) -> pl.DataFrame:
    """Statements as candidates for `claims`."""
    given = (pl.when(pl.col(name) != "").then(name).alias(name) for name in ("reference", "cited", "time_period"))
    return records.select(
        pl.exclude("claimed_value", "reference", "cited", "time_period", "raw_column", "exclusion"),
        *given,
        number(pl.col("claimed_value")).alias("claimed_value"),
        pl.col("claimed_value").alias("published_value"),
    )


def _statement_observations(records: pl.DataFrame) -> pl.DataFrame:
    """Statements as candidates for `observations`: the figure said, its comparator kept in source_status."""
    undated = pl.col("time_period") == ""
    return records.select(
        "indicator",
        "ref_area",
        "counterpart_area",
        "sex",
        "breakdown",
        pl.when(~undated).then("time_period").alias("time_period"),
        number(pl.col("claimed_value")).alias("obs_value"),
        pl.lit("A").alias("obs_status"),
        pl.col("comparator").alias("source_status"),
        "unit_measure",
        pl.col("claim_id").alias("source_indicator"),
        pl.col("ref_area").alias("source_area"),
        *PLACE,
        pl.col("claimed_value").alias("published_value"),
        pl.col("time_period").alias("published_period"),
        undated.alias("undated"),
        pl.col("ref_area").str.strip_prefix("kz_article:").alias("area_name"),
    )


@dataclass(frozen=True)
class _Table:
    """A printed table as CSV: one label column, the rest one column of figures each."""

    name: str
    dataset: str
    header: tuple[str, ...]
    label_is: str
    harmonise: Harmonise

    @property
    def expects(self) -> str:
        return f"columns {', '.join(self.header)}"

    def parts(self, file: RawFile) -> list[Part] | None:
        if file.header != self.header:
            return None
        return [Part("", self.dataset, {"observations": self.harmonise}, partial(self._records, file))]

    def _records(self, file: RawFile) -> Iterator[Batch]:
        """One record per cell: the row's number, the column's heading, period and area by which the table is spread."""
        label, *headings = self.header
        spread = "period" if self.label_is == "area" else "area"
        for batch in file.records():
            found = cells(batch, headings)
            yield Batch(found.records.rename({"heading": spread, label: self.label_is}), found.malformed)


def _region_list(_file: RawFile) -> str:
    return "regions"


def _statements(_file: RawFile) -> str:
    return "statements"


SOURCE = Source(
    id="kz_article",
    publisher="Kazakhstan-Spectrum (article by Nurmagambetov, Ivatova and Khassenova, 2021)",
    url="https://doi.org/10.52536/KS/vol_97_issue_1_A2",
    description="The article's tables of academic mobility under the state programme, and every figure of its running text.",
    area_prefix="kz_article",
    layouts=(
        _Table(
            name="kz_article_table_1",
            dataset="table_1",
            header=("Год", "Европа", "США", "СНГ", "ЮВА", "Итого:"),
            label_is="period",
            harmonise=partial(_table, dataset="table_1", breakdown="funding=state"),
        ),
        # Table 2 does not say who pays; its figures exceed those of the state-funded students in table 1.
        _Table(
            name="kz_article_table_2",
            dataset="table_2",
            header=("Страна", "2018", "2019", "1 пол. 2020"),
            label_is="area",
            harmonise=partial(_table, dataset="table_2", breakdown="_T"),
        ),
        TableLayout(
            name="kz_article_regions",
            header=("Регион", "Страна"),
            lands={"source_areas": _regions},
            dataset=_region_list,
        ),
        TableLayout(
            name="kz_article_statements",
            header=_STATEMENT_HEADER,
            lands={"claims": _claims, "observations": _statement_observations},
            dataset=_statements,
        ),
    ),
)
