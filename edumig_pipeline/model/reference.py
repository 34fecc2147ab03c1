"""The reference tables: what the codes in `observations` mean and where they come from.

Belongs here: declarations of indicators, areas, sources, releases and the codebook. Does not belong here: their rows
(`indicators`, `areas`, `sources/`, the release folders).
"""

from edumig_pipeline.model.codes import AREA_KIND, INDICATOR_KIND, UNIT_MEASURE
from edumig_pipeline.model.observations import DATASET, RELEASE, SOURCE
from edumig_pipeline.model.table import Column, Rule, Table, Type

INDICATORS = Table(
    name="indicators",
    description="Every indicator code that observations may carry, with the definition its figures follow.",
    grain="one row per indicator code",
    key=("indicator",),
    columns=(
        Column(
            "indicator",
            Type.VARCHAR,
            "Harmonised code, or SOURCE:PUBLISHED_CODE where there is no mapping",
            nullable=False,
        ),
        Column("name", Type.VARCHAR, "Name in English; for unmapped codes the publisher's newest label", nullable=False),
        Column("unit_measure", Type.VARCHAR, "Unit of its values", nullable=False, allowed=tuple(UNIT_MEASURE)),
        Column(
            "kind",
            Type.VARCHAR,
            "count, stock, flow, balance, rate, share, ratio, change, amount or unspecified",
            nullable=False,
            allowed=tuple(INDICATOR_KIND),
        ),
        Column("lower_bound", Type.DOUBLE, "Smallest possible value; NULL where there is none"),
        Column("upper_bound", Type.DOUBLE, "Largest possible value; NULL where there is none"),
        Column("definition", Type.VARCHAR, "What its figures count"),
        Column("ref_area_role", Type.VARCHAR, "What ref_area is to it: host, origin, residence, subject"),
        Column(
            "reference_period",
            Type.VARCHAR,
            "What its time_period means: calendar year, academic year ending in it, 1 July, …",
        ),
    ),
)

SOURCE_INDICATORS = Table(
    name="source_indicators",
    description="The publishers' own indicator codes and labels, and the harmonised code each is mapped to.",
    grain="one row per label record of a release",
    key=("source", "dataset", "release", "source_indicator"),
    columns=(
        SOURCE,
        DATASET,
        RELEASE,
        Column("source_indicator", Type.VARCHAR, "Indicator code as published", nullable=False),
        Column("label", Type.VARCHAR, "Label as published", nullable=False),
        Column("indicator", Type.VARCHAR, "Code it carries in observations", nullable=False),
        Column("raw_file", Type.VARCHAR, "Path under raw/, with #member or #sheet", nullable=False),
        Column("raw_row", Type.INTEGER, "1-based record number after the header", nullable=False),
    ),
    rules=(Rule("label_given", "source_indicator <> '' AND label <> ''", "the record lacks a code or a label"),),
)

SOURCE_AREAS = Table(
    name="source_areas",
    description="The publishers' own area codes and names, and which areas they count to which group, release by release.",
    grain="one row per area record of a publisher: a named area, or an area's membership of a group",
    columns=(
        SOURCE,
        DATASET,
        RELEASE,
        Column("source_area", Type.VARCHAR, "Area code as published", nullable=False),
        Column("label", Type.VARCHAR, "Name as published", nullable=False),
        Column("area", Type.VARCHAR, "Code it carries in observations", nullable=False),
        Column("parent_area", Type.VARCHAR, "Group it belongs to, coded likewise; NULL where the record only names the area"),
        Column("raw_file", Type.VARCHAR, "Path under raw/, with #member or #sheet", nullable=False),
        Column("raw_row", Type.INTEGER, "1-based record number after the header, or the row of the sheet", nullable=False),
        Column("raw_column", Type.VARCHAR, "For tables spread over columns, the column"),
    ),
    rules=(
        Rule("label_given", "source_area <> '' AND label <> ''", "the record lacks a code or a name"),
        Rule(
            "known_area",
            "area_known AND area <> '_T'",
            "area '{source_area}' is neither an ISO 3166 code nor an aggregate of the publisher",
        ),
        Rule(
            "known_parent_area",
            "parent_area IS NULL OR parent_area_known",
            "group '{parent_area}' is no aggregate of the publisher",
        ),
    ),
)

AREAS = Table(
    name="areas",
    description="Every area code that observations may carry: countries from ISO 3166, aggregates from the publishers.",
    grain="one row per area code",
    key=("code",),
    columns=(
        Column("code", Type.VARCHAR, "ISO 3166-1 alpha-3, ISO 3166-2, WLD, or PREFIX:PUBLISHED_CODE", nullable=False),
        Column("name", Type.VARCHAR, "Name in English; for aggregates as published", nullable=False),
        Column(
            "kind",
            Type.VARCHAR,
            "country, historic_country, subdivision, world or aggregate",
            nullable=False,
            allowed=tuple(AREA_KIND),
        ),
        Column("iso2", Type.VARCHAR, "ISO 3166-1 alpha-2"),
        Column("m49", Type.VARCHAR, "UN M49 code, three digits"),
        Column(
            "parents",
            Type.VARCHAR,
            "Codes of the areas it is part of, joined by semicolons; NULL where no publisher said",
        ),
    ),
)

SOURCES = Table(
    name="sources",
    description="The publishers whose files the warehouse reads.",
    grain="one row per source",
    key=("source",),
    columns=(
        Column("source", Type.VARCHAR, "Folder under raw/", nullable=False),
        Column("publisher", Type.VARCHAR, "Who publishes it", nullable=False),
        Column("url", Type.VARCHAR, "Where the publisher offers it", nullable=False),
        Column("description", Type.VARCHAR, "What it covers and how it counts", nullable=False),
        Column("addresses", Type.VARCHAR, "Where its downloads are, one a line; NULL where there is none to be fetched"),
        Column("licence", Type.VARCHAR, "Licences of its downloads, joined by semicolons"),
        Column("citation", Type.VARCHAR, "How its downloads are to be cited, one a line"),
        Column("cadence", Type.VARCHAR, "How often the most frequent of them is renewed: an ISO 8601 duration"),
    ),
)

DOWNLOADS = Table(
    name="downloads",
    description="What the publishers offer for download and `edumig fetch` brings: addresses, terms and cadence.",
    grain="one row per download of a source",
    key=("source", "download"),
    columns=(
        SOURCE,
        Column("download", Type.VARCHAR, "Its name; `edumig fetch SOURCE/DOWNLOAD` brings it alone", nullable=False),
        Column("title", Type.VARCHAR, "What it holds", nullable=False),
        Column("address", Type.VARCHAR, "Where it is; what is filled in for each release stands in braces", nullable=False),
        Column("licence", Type.VARCHAR, "Licence its publisher gives it", nullable=False),
        Column("citation", Type.VARCHAR, "How it is to be cited; {retrieved} is the day of the download", nullable=False),
        Column("cadence", Type.VARCHAR, "How often it is renewed: an ISO 8601 duration", nullable=False),
        Column("layouts", Type.VARCHAR, "Layouts that a release must have, with records, to be taken", nullable=False),
        Column("max_bytes", Type.BIGINT, "Largest file taken", unit="bytes", nullable=False),
        Column("key_variable", Type.VARCHAR, "Environment variable of the key its publisher wants; NULL where it wants none"),
    ),
)

RELEASES = Table(
    name="releases",
    description="The releases the warehouse holds, with licence, citation and the date that orders them.",
    grain="one row per source and release",
    key=("source", "release"),
    columns=(
        SOURCE,
        RELEASE,
        Column("publisher", Type.VARCHAR, "Publisher as release.toml names it, else the source's", nullable=False),
        Column("title", Type.VARCHAR, "Title of the publication"),
        Column("url", Type.VARCHAR, "Where the release can be had"),
        Column("published", Type.VARCHAR, "When it was published, as precisely as known: YYYY[-MM[-DD]]"),
        Column("retrieved", Type.DATE, "When its files were retrieved"),
        Column("licence", Type.VARCHAR, "Licence of the figures"),
        Column("citation", Type.VARCHAR, "How the publisher wants to be cited"),
        Column("coverage", Type.VARCHAR, "full, or extract where rows of the release were left out; NULL when nobody said"),
        Column("notes", Type.VARCHAR, "What was kept, left out or reshaped"),
        Column(
            "released",
            Type.DATE,
            "The date that orders the releases of a source: published, else the date in the folder's name, else retrieved",
            nullable=False,
        ),
        Column(
            "released_from",
            Type.VARCHAR,
            "Which of the three it was",
            nullable=False,
            allowed=("published", "folder", "retrieved"),
        ),
    ),
)

CODEBOOK = Table(
    name="codebook",
    description="What every column of every table and view means.",
    grain="one row per column",
    key=("table", "column"),
    columns=(
        Column("table", Type.VARCHAR, "Table or view", nullable=False),
        Column("column", Type.VARCHAR, "Column", nullable=False),
        Column("type", Type.VARCHAR, "DuckDB type", nullable=False),
        Column("unit", Type.VARCHAR, "Unit of a number"),
        Column("description", Type.VARCHAR, "Meaning", nullable=False),
    ),
)
