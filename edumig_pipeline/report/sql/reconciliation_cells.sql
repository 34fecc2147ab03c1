-- Where two sources, or two revisions of one, have the same figure of an area, seen from each area it is about.
--
-- Figures of both sexes together alone: those by sex or another breakdown part in the same places.
--
-- Grain: area, concept, ref_area, counterpart_area, time_period, source_a, release_a, source_b, release_b.
SELECT area, r.*
FROM reconciliation AS r,
    unnest(list_distinct([r.ref_area, r.counterpart_area])) AS seen_from (area)
WHERE NOT contains(r.concept, ',') AND area <> '_T'
