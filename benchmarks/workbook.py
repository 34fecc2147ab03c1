"""A workbook as large as UN DESA's largest: migrants by destination and origin, both ways of 235 areas, 8 years, 3 blocks.

Belongs here: its layout, that of the 2024 edition. Does not belong here: any figure of the publisher's.
"""

from pathlib import Path

import numpy as np
import openpyxl
import pycountry

AREAS = 235
YEARS = (1990, 1995, 2000, 2005, 2010, 2015, 2020, 2024)
_STOCK = "International migrant stock at mid-year"
_REGION = "Region, development group, country or area"
_LABELS = (
    "Index",
    f"{_REGION} of destination ",
    "Coverage",
    "Data type",
    "Location code of destination",
    f"{_REGION} of origin",
    "Location code of origin",
)
_BLOCKS = ("both sexes combined", "males", "females")


def write_workbook(target: Path, seed: int = 1) -> int:
    """Write it to `target`; the number of cells with a figure."""
    chance = np.random.default_rng(seed)
    areas = [(country.name, int(country.numeric)) for country in pycountry.countries][:AREAS]
    captions: list[str | None] = [None] * len(_LABELS)
    for block in _BLOCKS:
        captions += [f"{_STOCK}, {block}", *[None] * (len(YEARS) - 1)]
    title = f"Table 1: {_STOCK} by sex and by region, country or area of destination and origin, 1990-{YEARS[-1]}"
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Table 1")
    above = [[], [None, None, None, "International Migrant Stock"], [None, None, None, title], [], [], [], [], captions, [], []]
    for row in (*above, [*_LABELS, *(YEARS * len(_BLOCKS))]):
        sheet.append(row)
    number = 0
    for destination, destination_code in areas:
        for origin, origin_code in areas:
            if origin_code == destination_code:
                continue
            number += 1
            female = chance.integers(0, 40_000, len(YEARS))
            male = chance.integers(0, 40_000, len(YEARS))
            figures = [*(female + male), *male, *female]
            sheet.append(
                [number, destination, None, "B", destination_code, origin, origin_code, *(int(figure) for figure in figures)]
            )
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return number * len(YEARS) * len(_BLOCKS)
