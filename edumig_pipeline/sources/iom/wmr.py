"""IOM World Migration Report: the key figures an edition prints of the world, transcribed.

Belongs here: the layout of the transcription. Does not belong here: IOM's data as such.

IOM prints these figures in the report's tables and text and offers no file of them. The layout is therefore ours: one
row per figure of an edition, with the columns

    key        what the figure is, one of mappings/iom_wmr_key_figures.csv; any other lands as iom:<key>
    label      how the report names it
    period     the year the report says the figure is of, which is not the year of the edition
    figure     as printed: 281 million, 3.6%, USD 831 billion; a dash where the report has none

The edition is the release folder. All figures are of the world.
"""

import polars as pl

from edumig_pipeline.model.areas import WORLD
from edumig_pipeline.sources.candidates import mapping, number
from edumig_pipeline.sources.layout import Layout
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.table_layout import TableLayout

_FIGURE = (
    r"^(?:USD |US\$ ?)?(?P<number>[0-9][0-9,]*(?:\.[0-9]+)?)"
    r"(?: (?P<scale>thousand|million|billion|trillion)|(?P<share> ?%))?$"
)
_SCALES = {"thousand": "e3", "million": "e6", "billion": "e9", "trillion": "e12"}
_GROUPED = r"^[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$"
_NONE = ("", "-", "\N{EN DASH}")


def _value(figure: pl.Expr) -> pl.Expr:
    """The figure in the base unit; NULL where it is none of the forms, or says per cent of what is no share or the reverse."""
    parts = figure.str.extract_groups(_FIGURE)
    digits = parts.struct.field("number")
    plain = pl.when(digits.str.contains(_GROUPED)).then(digits.str.replace_all(",", "")).otherwise(digits)
    scale = parts.struct.field("scale").replace_strict(_SCALES, default="", return_dtype=pl.String).fill_null("")
    says_share = parts.struct.field("share").is_not_null()
    fits = pl.col("unit_measure").is_null() | (says_share == (pl.col("unit_measure") == "PT"))
    return pl.when(fits).then(number(pl.concat_str(plain, scale)))


def _key() -> list[pl.Expr]:
    """What observation and footnote share."""
    return [
        pl.coalesce(pl.col("indicator"), pl.concat_str(pl.lit("iom:"), "key")).alias("indicator"),
        pl.lit(WORLD).alias("ref_area"),
        pl.lit("_T").alias("counterpart_area"),
        pl.lit("_T").alias("sex"),
        pl.col("breakdown").fill_null("_T"),
        pl.col("period").alias("time_period"),
        pl.col("key").alias("source_indicator"),
        pl.lit("World").alias("source_area"),
        pl.col("raw_row"),
    ]


def _mapped(records: pl.DataFrame) -> pl.DataFrame:
    trimmed = records.with_columns(pl.col("key", "period", "figure").str.strip_chars())
    return trimmed.join(mapping("iom_wmr_key_figures"), on="key", how="left", maintain_order="left")


def _observations(records: pl.DataFrame) -> pl.DataFrame:
    """Key figures as candidates for `observations`."""
    is_none = pl.col("figure").is_in(_NONE)
    return _mapped(records).select(
        *_key(),
        _value(pl.col("figure")).alias("obs_value"),
        pl.when(is_none).then(pl.lit("O")).otherwise(pl.lit("A")).alias("obs_status"),
        pl.lit("").alias("source_status"),
        pl.col("unit_measure").fill_null("_X"),
        pl.col("raw_column"),
        pl.when(is_none).then(pl.lit("")).otherwise(pl.col("figure")).alias("published_value"),
        pl.col("period").alias("published_period"),
        pl.lit(value=False).alias("undated"),
        pl.lit(None, dtype=pl.String).alias("area_name"),
    )


def _remarks(records: pl.DataFrame) -> pl.DataFrame:
    """How the report names each figure, as candidates for `footnotes`."""
    label = pl.col("label")
    return _mapped(records).select(
        *_key(),
        pl.lit("Label").alias("footnote_type"),
        pl.lit(None, dtype=pl.String).alias("footnote_subtype"),
        pl.when(label.str.strip_chars() != "").then(label).alias("footnote"),
    )


def _world_migration_report(_file: RawFile) -> str:
    return "world_migration_report"


LAYOUTS: tuple[Layout, ...] = (
    TableLayout(
        name="iom_wmr_key_figures",
        header=("key", "label", "period", "figure"),
        lands={"observations": _observations},
        dataset=_world_migration_report,
        remarks=(_remarks,),
    ),
)
