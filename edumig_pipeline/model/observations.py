"""`observations` and what hangs on its key: the columns, the key and the rules of every published value.

Belongs here: declarations of the tables that hold what publishers published. Does not belong here: how a publisher's
file becomes such rows (`sources/`), or what is derived from them (`marts`).
"""

from edumig_pipeline.model.codes import OBS_STATUS, SEX, STATUS_WITHOUT_VALUE, UNIT_MEASURE
from edumig_pipeline.model.table import Column, Rule, Table, Type

SOURCE = Column("source", Type.VARCHAR, "Publisher, as the folder under raw/ is named: unesco_uis, un_desa, …", nullable=False)
DATASET = Column(
    "dataset", Type.VARCHAR, "The publisher's dataset: opri, data_browser, ims_destination, table_1, …", nullable=False
)
RELEASE = Column("release", Type.VARCHAR, "The publisher's release or revision, as the release folder is named", nullable=False)
INDICATOR = Column("indicator", Type.VARCHAR, "Harmonised indicator, else SOURCE:PUBLISHED_CODE; see indicators", nullable=False)
REF_AREA = Column(
    "ref_area",
    Type.VARCHAR,
    "Area the value is about: ISO 3166-1 alpha-3 (historic codes too), WLD for the publisher's own world total, "
    "ISO 3166-2 for regions of a country, else the publisher's code with its prefix; see areas",
    nullable=False,
)
COUNTERPART_AREA = Column(
    "counterpart_area",
    Type.VARCHAR,
    "The other end of a flow or stock (origin for inbound, destination for outbound), coded as ref_area; _T = all",
    nullable=False,
)
SEX_COLUMN = Column("sex", Type.VARCHAR, "SDMX CL_SEX: _T total, F female, M male", nullable=False, allowed=tuple(SEX))
BREAKDOWN = Column(
    "breakdown",
    Type.VARCHAR,
    "_T, else whatever else splits the figure, as sorted key=value pairs joined by semicolons: funding=state",
    nullable=False,
)
TIME_PERIOD = Column(
    "time_period",
    Type.VARCHAR,
    "2019, 2020-S1 (first half-year), 2019-11 (a month), 2020-01-05 (an event), 2011/2020 (interval); NULL only for an "
    "undated statement",
)
OBS_VALUE = Column(
    "obs_value",
    Type.DOUBLE,
    "The value in the base unit (persons, not thousands: the publisher's multiplier is applied); NULL where there is no number",
    unit="see unit_measure",
)
OBS_STATUS_COLUMN = Column(
    "obs_status",
    Type.VARCHAR,
    "SDMX CL_OBS_STATUS: A normal, E estimated, N not significant, M cannot exist, Q suppressed, O missing, …",
    nullable=False,
    allowed=tuple(OBS_STATUS),
)
RAW_FILE = Column("raw_file", Type.VARCHAR, "Path under raw/, with #member or #sheet", nullable=False)
RAW_ROW = Column(
    "raw_row",
    Type.INTEGER,
    "1-based record number after the header (a CSV record, not a text line), or the row of the sheet",
)

# The warehouse knows years from 1950 on; anything outside is a slip of the publisher's or of ours.
_FIRST_YEAR, _LAST_YEAR = 1950, 2100
_PERIOD_IN_RANGE = (
    "period_start IS NOT NULL AND period_end IS NOT NULL AND period_start <= period_end "
    f"AND EXTRACT(YEAR FROM period_start) >= {_FIRST_YEAR} AND EXTRACT(YEAR FROM period_end) <= {_LAST_YEAR}"
)
_WITHOUT_VALUE = ", ".join(f"'{code}'" for code in STATUS_WITHOUT_VALUE)

_KNOWN_COUNTERPART = Rule(
    "known_counterpart_area",
    "counterpart_area_known",
    "counterpart area '{counterpart_area}' is neither an ISO 3166 code nor an aggregate of the publisher",
)

OBSERVATIONS = Table(
    name="observations",
    description="Every value a publisher published, harmonised, with its source, release, status and place in the raw file.",
    grain="one row per published value and release",
    key=(
        "source",
        "dataset",
        "release",
        "indicator",
        "ref_area",
        "counterpart_area",
        "sex",
        "breakdown",
        "time_period",
    ),
    columns=(
        SOURCE,
        DATASET,
        RELEASE,
        INDICATOR,
        REF_AREA,
        COUNTERPART_AREA,
        SEX_COLUMN,
        BREAKDOWN,
        TIME_PERIOD,
        Column("period_start", Type.DATE, "First day of time_period"),
        Column("period_end", Type.DATE, "Last day of time_period"),
        OBS_VALUE,
        OBS_STATUS_COLUMN,
        Column(
            "source_status",
            Type.VARCHAR,
            "The publisher's flags exactly as published (UIS: magnitude|qualifier)",
        ),
        Column(
            "unit_measure",
            Type.VARCHAR,
            "Unit of obs_value: PS persons, PT per cent, RT ratio, USD, …",
            nullable=False,
            allowed=tuple(UNIT_MEASURE),
        ),
        Column("source_indicator", Type.VARCHAR, "Indicator code or title as published", nullable=False),
        Column("source_area", Type.VARCHAR, "Area code or label as published"),
        RAW_FILE,
        Column("raw_row", Type.INTEGER, RAW_ROW.description, nullable=False),
        Column(
            "raw_column",
            Type.VARCHAR,
            "For tables spread over columns, the column: its letter in a sheet, its heading in a CSV",
        ),
    ),
    coded=True,
    rules=(
        Rule("indicator_given", "source_indicator <> ''", "the record names no indicator"),
        Rule(
            "correction_expected",
            "expected_value IS NULL OR published_number = expected_value",
            "the file has {published_number} where a correction in release.toml expects {expected_value}: see whether the "
            "publisher mended it, and retire the correction",
        ),
        Rule(
            "known_area",
            "ref_area_known AND ref_area <> '_T'",
            "area '{source_area}' is neither an ISO 3166 code nor an aggregate of the publisher",
        ),
        _KNOWN_COUNTERPART,
        Rule(
            "breakdown_syntax",
            "regexp_like(CAST(breakdown AS VARCHAR), '^(_T|[a-z0-9_]+=[^=;]+(;[a-z0-9_]+=[^=;]+)*)$')",
            "breakdown '{breakdown}' is neither _T nor key=value pairs",
        ),
        Rule(
            "known_period",
            f"({_PERIOD_IN_RANGE}) OR (time_period IS NULL AND undated)",
            f"time period '{{published_period}}' is no period within {_FIRST_YEAR}–{_LAST_YEAR}",
        ),
        Rule(
            "value_is_number",
            # Two finite figures may add up to more than a double holds.
            "(obs_value IS NULL AND published_value = '') OR ABS(obs_value) <= 1.7976931348623157e308",
            "value '{published_value}' is not a finite number",
        ),
        Rule(
            "value_matches_status",
            f"CASE WHEN obs_status IN ({_WITHOUT_VALUE}) THEN obs_value IS NULL "
            "ELSE obs_value IS NOT NULL OR published_value <> '' END",
            "value '{published_value}' does not go with status {obs_status} ('{source_status}')",
        ),
        Rule(
            "within_bounds",
            "obs_value IS NULL OR ((lower_bound IS NULL OR obs_value >= lower_bound) "
            "AND (upper_bound IS NULL OR obs_value <= upper_bound))",
            "value {obs_value} lies outside the bounds of {indicator}: [{lower_bound}, {upper_bound}]",
        ),
    ),
)

FOOTNOTES = Table(
    name="footnotes",
    description="What publishers say about values: their sources, definitions, reporting notes and remarks.",
    grain="one row per footnote of one observation key, or of all of _T; several may share a key",
    columns=(
        SOURCE,
        DATASET,
        RELEASE,
        INDICATOR,
        REF_AREA,
        COUNTERPART_AREA,
        SEX_COLUMN,
        BREAKDOWN,
        TIME_PERIOD,
        Column("footnote_type", Type.VARCHAR, "Kind of footnote as published, e.g. Source", nullable=False),
        Column("footnote_subtype", Type.VARCHAR, "Finer kind as published, e.g. Data sources"),
        Column("footnote", Type.VARCHAR, "The text as published", nullable=False),
        Column("source_indicator", Type.VARCHAR, "Indicator code as published", nullable=False),
        Column("source_area", Type.VARCHAR, "Area code as published"),
        RAW_FILE,
        Column("raw_row", Type.INTEGER, RAW_ROW.description, nullable=False),
    ),
    rules=(
        Rule(
            "known_area",
            "ref_area_known",
            "area '{source_area}' is neither an ISO 3166 code nor an aggregate of the publisher",
        ),
        _KNOWN_COUNTERPART,
        Rule("indicator_given", "source_indicator <> ''", "the record names no indicator"),
        Rule(
            "known_period",
            f"({_PERIOD_IN_RANGE}) OR time_period IS NULL",
            f"time period '{{time_period}}' is no period within {_FIRST_YEAR}–{_LAST_YEAR}",
        ),
        Rule("footnote_given", "footnote <> ''", "the footnote is empty"),
    ),
)

LATEST_OBSERVATIONS = Table(
    name="latest_observations",
    description="The newest knowledge value by value, retracted values gone: observations_as_of(today).",
    grain="one row per value of the newest release that covers it",
    key=tuple(name for name in OBSERVATIONS.key if name != "release"),
    columns=OBSERVATIONS.columns,
    is_view=True,
)
