"""The formats an export may have, by the name that users give them.

Belongs here: the list, light enough for the command line to show. Does not belong here: any format.
"""

FORMATS = {
    "csv": "a CSV per table and the codebook, safe to open in a spreadsheet",
    "xlsx": "one Excel workbook: a sheet per table, the codebook, sources and licences",
    "datapackage": "Frictionless Data Package: CSV with every column described, nothing lost",
    "sdmx-csv": "SDMX-CSV 2.0 of the observations, with their structure in SDMX-ML",
    "croissant": "Croissant: Parquet with a description for machine learning",
}
