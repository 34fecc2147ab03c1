"""International Organization for Migration: who it is, and the layouts its downloads and replies come in.

Belongs here: the publisher. Does not belong here: the layouts (`iom_missing_migrants`, `iom_dtm`, `iom_dtm_api`,
`iom_wmr`), or what only the article says of IOM.
"""

from edumig_pipeline.sources import iom_dtm, iom_dtm_api, iom_missing_migrants, iom_wmr
from edumig_pipeline.sources.layout import Source

SOURCE = Source(
    id="iom",
    publisher="International Organization for Migration",
    url="https://missingmigrants.iom.int/downloads",
    description="Missing Migrants Project: deaths and disappearances during migration, one record per incident, as "
    "reported by authorities, media and organisations. Displacement Tracking Matrix: internally displaced persons, as its "
    "assessments of places count them. World Migration Report: key figures of the world.",
    area_prefix="iom",
    layouts=(*iom_missing_migrants.LAYOUTS, *iom_dtm_api.LAYOUTS, *iom_dtm.LAYOUTS, *iom_wmr.LAYOUTS),
    downloads=(iom_missing_migrants.DOWNLOAD, iom_dtm_api.DOWNLOAD),
)
