"""Area codes: ISO 3166 from pycountry, and how publishers' aggregates are told from countries.

Belongs here: what counts as a known area code. Does not belong here: publishers' own area codes (`sources/mappings`).
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache

import polars as pl
import pycountry

WORLD = "WLD"
ALL_AREAS = "_T"

# Put before a published code that a source does not know, so that it is no known area, whatever it looks like.
UNKNOWN = "?"


@cache
def iso_countries() -> frozenset[str]:
    """ISO 3166-1 alpha-3 codes, current and historic."""
    current = {country.alpha_3 for country in pycountry.countries}
    return frozenset(current | {country.alpha_3 for country in pycountry.historic_countries})


@cache
def iso_by_m49() -> dict[int, str]:
    """ISO 3166-1 alpha-3 by UN M49 numeric code, current countries first."""
    historic = {int(c.numeric): c.alpha_3 for c in pycountry.historic_countries if getattr(c, "numeric", None)}
    return historic | {int(country.numeric): country.alpha_3 for country in pycountry.countries}


@cache
def iso_by_alpha2() -> dict[str, str]:
    """ISO 3166-1 alpha-3 by alpha-2, current countries first; a historic code that two countries had is left out."""
    historic = [(c.alpha_2, c.alpha_3) for c in pycountry.historic_countries if getattr(c, "alpha_2", None)]
    holders = Counter(alpha_2 for alpha_2, _ in historic)
    once = {alpha_2: alpha_3 for alpha_2, alpha_3 in historic if holders[alpha_2] == 1}
    return once | {country.alpha_2: country.alpha_3 for country in pycountry.countries}


def known(code: pl.Series, prefixes: Sequence[str]) -> pl.Series:
    """Whether each code of the series is an area the warehouse knows; missing codes are not.

    An aggregate is the publisher's code behind the publisher's prefix, one of `prefixes`: `uis:SDG: Asia`, `desa:947`.
    """
    distinct = code.unique()
    subdivisions = {s.code for s in pycountry.subdivisions} if distinct.str.contains("-", literal=True).any() else set()
    codes = pl.Series(sorted(iso_countries() | {WORLD, ALL_AREAS} | subdivisions))
    good = distinct.filter(distinct.is_in(codes.implode()) | distinct.str.contains(f"^({'|'.join(prefixes)}):.+$"))
    return code.is_in(good.drop_nulls().implode()).fill_null(value=False)


def rows() -> pl.DataFrame:
    """ISO countries, past and present, and the world, in the columns of the table `areas`."""
    countries = [
        (c.alpha_3, getattr(c, "common_name", c.name), "country", c.alpha_2, c.numeric, WORLD) for c in pycountry.countries
    ]
    taken = {country[0] for country in countries}
    historic = [
        (c.alpha_3, c.name, "historic_country", getattr(c, "alpha_2", None), getattr(c, "numeric", None), WORLD)
        for c in pycountry.historic_countries
        if c.alpha_3 not in taken
    ]
    world = [(WORLD, "World", "world", None, "001", None)]
    schema = dict.fromkeys(("code", "name", "kind", "iso2", "m49", "parents"), pl.String)
    return pl.DataFrame([*countries, *historic, *world], schema=schema, orient="row").sort("code")


def subdivision_rows(codes: list[str]) -> pl.DataFrame:
    """ISO 3166-2 regions among `codes`, in the columns of the table `areas`."""
    wanted = {code for code in codes if "-" in code and ":" not in code}
    alpha3 = {country.alpha_2: country.alpha_3 for country in pycountry.countries}
    data = [
        (region.code, region.name, "subdivision", None, None, alpha3[region.country_code])
        for region in (pycountry.subdivisions if wanted else ())
        if region.code in wanted
    ]
    schema = dict.fromkeys(("code", "name", "kind", "iso2", "m49", "parents"), pl.String)
    return pl.DataFrame(data, schema=schema, orient="row").sort("code")
