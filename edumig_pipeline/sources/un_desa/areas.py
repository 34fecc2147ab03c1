"""UN DESA's location codes as the warehouse's area codes.

Belongs here: which codes are countries, the world, DESA's own groups and the residual origins. Does not belong here: where
codes stand in a sheet.

Codes below 900 are M49, as ISO 3166 has them but for the Channel Islands (830). From 900 on they are groups of countries:
regions and development groups (9xx), income and SDG groups (15xx to 18xx), parts of Asia (55xx). 2003 is no group but the
origin of people of whom no country of origin is known; the matrices of 2017 and 2019 call it 'Other North' and
'Other South', without codes.
"""

import polars as pl

from edumig_pipeline.model.areas import ALL_AREAS, UNKNOWN, WORLD, iso_by_m49

WORLD_CODE = "900"
FIRST_AGGREGATE = 900

_AGGREGATE = r"^(830|9[0-9]{2}|1[5-8][0-9]{2}|55[0-9]{2})$"
_RESIDUAL_ORIGINS = ("2003", "Other", "Other North", "Other South")
_ALL_ORIGINS = "Total"


def _iso() -> dict[str, str]:
    return {str(m49): alpha3 for m49, alpha3 in iso_by_m49().items() if m49 < FIRST_AGGREGATE}


def area(code: pl.Expr) -> pl.Expr:
    """A location code as an area: 900 is WLD, countries become ISO, groups get the prefix; others stay unknown."""
    iso = _iso()
    return (
        pl.when(code == WORLD_CODE)
        .then(pl.lit(WORLD))
        .when(code.is_in(list(iso)))
        .then(code.replace_strict(iso, default=None, return_dtype=pl.String))
        .when(code.str.contains(_AGGREGATE))
        .then(pl.concat_str(pl.lit("desa:"), code))
        .otherwise(pl.concat_str(pl.lit(UNKNOWN), code))
    )


def origin(code: pl.Expr) -> pl.Expr:
    """The location code of an origin as an area: the world's, and the column 'Total', mean all origins."""
    return (
        pl.when(code.is_in([WORLD_CODE, _ALL_ORIGINS]))
        .then(pl.lit(ALL_AREAS))
        .when(code.is_in(list(_RESIDUAL_ORIGINS)))
        .then(pl.concat_str(pl.lit("desa:"), code))
        .otherwise(area(code))
    )


def plain_code(cell: pl.Expr) -> pl.Expr:
    """A code as text: codes are numbers, and stored as text they may have blanks around them and leading zeros."""
    return cell.str.strip_chars().str.strip_chars_start("0")


def plain_name(cell: pl.Expr) -> pl.Expr:
    """An area's name without its indent and the asterisk that refers to a note."""
    return cell.str.strip_chars(" *")
