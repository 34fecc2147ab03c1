"""International Organization for Migration: who it is, and the layouts its downloads and replies come in.

Belongs here: the publisher. Does not belong here: the layouts (`missing_migrants`, `dtm`, `dtm_api`,
`wmr`), or what only the article says of IOM.
"""

from edumig_pipeline.sources.iom import dtm, dtm_api, missing_migrants, wmr
from edumig_pipeline.sources.layout import Source

SOURCE = Source(
    id="iom",
    publisher="International Organization for Migration",
    url="https://missingmigrants.iom.int/downloads",
    description="Missing Migrants Project: deaths and disappearances during migration, one record per incident, as "
    "reported by authorities, media and organisations. Displacement Tracking Matrix: internally displaced persons, as its "
    "assessments of places count them. World Migration Report: key figures of the world.",
    area_prefix="iom",
    layouts=(*missing_migrants.LAYOUTS, *dtm_api.LAYOUTS, *dtm.LAYOUTS, *wmr.LAYOUTS),
    downloads=(missing_migrants.DOWNLOAD, dtm_api.DOWNLOAD),
)
