"""The code lists the warehouse shares with SDMX, and the few it adds.

Belongs here: closed lists of codes with their meaning. Does not belong here: areas (`areas`), indicators
(`indicators`), or the publishers' own codes (`sources/mappings`).
"""

# SDMX CL_OBS_STATUS 2.2, whole.
OBS_STATUS = {
    "A": "normal value",
    "B": "time series break",
    "D": "definition differs",
    "E": "estimated value",
    "F": "forecast value",
    "G": "experimental value",
    "H": "missing; holiday or weekend",
    "I": "imputed by a receiving agency",
    "J": "derogation: the reporter need not provide it, or not to the standard",
    "K": "data included in another category",
    "L": "missing; data exist but were not collected",
    "M": "missing; data cannot exist",
    "N": "not significant",
    "O": "missing value",
    "P": "provisional value",
    "Q": "missing; suppressed",
    "S": "affected by a strike or other special event",
    "U": "low reliability",
    "V": "unvalidated value",
    "W": "includes data from another category",
}

# Statuses that say there is no number: obs_value is NULL with these and with no other.
STATUS_WITHOUT_VALUE = ("H", "K", "L", "M", "O", "Q")

# SDMX CL_SEX.
SEX = {"_T": "total", "F": "female", "M": "male"}

# SDMX CL_UNIT_MEASURE where it has the unit; _X is SDMX's code for "not specified".
UNIT_MEASURE = {
    "PS": "persons",
    "PT": "per cent",
    "RT": "ratio",
    "USD": "US dollars",
    "YR": "years",
    "NR": "number of things other than persons",
    "_X": "not specified by the publisher",
}

INDICATOR_KIND = {
    "count": "how many, over a period or at its end; never negative",
    "stock": "how many at one moment; never negative",
    "flow": "how many moved during a period; never negative",
    "balance": "a difference of two flows; signed",
    "rate": "part of a whole, in per cent of the whole that the name says",
    "share": "part of a whole, in per cent",
    "ratio": "one figure divided by another",
    "change": "difference over time; signed",
    "amount": "money",
    "unspecified": "not mapped to a harmonised indicator",
}

AREA_KIND = {
    "country": "ISO 3166-1, current",
    "historic_country": "ISO 3166-3: a country that exists no more, under its last alpha-3 code",
    "subdivision": "ISO 3166-2: a region of a country",
    "world": "the publisher's own world total",
    "aggregate": "a publisher's group of countries, under the publisher's code with its prefix",
}

COMPARATOR = {
    "eq": "the figure as printed",
    "about": "about the figure",
    "almost": "almost the figure",
    "over": "more than the figure",
    "under": "less than the figure",
    "at_least": "the figure or more",
}

VERDICT = {
    "inconsistent": "impossible by the article's own figures",
    "confirmed": "the evidence lies in the interval the printed figure stands for",
    "truncated": "the evidence lies in it if digits were cut, not rounded",
    "revised_since": "confirmed by an earlier release, or a revised cell within 5 per cent",
    "other_period": "confirmed for a neighbouring year",
    "other_definition": "claim and evidence declare different definitions",
    "contradicted": "the evidence lies outside",
    "no_evidence": "no other source or figure covers it",
}

# From what settles a claim to what says nothing about it: a claim counts under the first that any of its checks came to.
VERDICT_RANK = (
    "inconsistent",
    "contradicted",
    "other_period",
    "revised_since",
    "truncated",
    "other_definition",
    "confirmed",
    "no_evidence",
)

REVISION = {
    "added": "the newer release has a value the older lacks",
    "revised": "both have a value and they differ",
    "retracted": "the newer release covers the cell and no longer has it",
    "status": "the value is the same, its status is not",
}

RUN_OUTCOME = {
    "published": "it built the file, or put an earlier state back",
    "unchanged": "there was nothing to do",
    "failed": "nothing was published; the message says why",
}
