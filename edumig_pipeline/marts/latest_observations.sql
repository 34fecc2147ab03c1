-- What was the newest knowledge on a day, value by value, retracted values gone; and the same for today.
--
-- A value holds from its release's date until the next release of its dataset that covers its cell, whether that release
-- repeats it, revises it or no longer has it. What a release covers is in release_coverage; an undated statement is covered
-- by any release that covers its indicator.
CREATE OR REPLACE MACRO observations_as_of(as_of) AS TABLE
    WITH superseded AS (
        SELECT
            own.source,
            own.dataset,
            own.release,
            own.indicator,
            own.counterpart_area,
            own.sex,
            later.year_from,
            later.year_to,
            later.areas_covered
        FROM release_coverage AS own
        JOIN release_coverage AS later USING (source, dataset, indicator, counterpart_area, sex)
        WHERE
            later.released <= CAST(as_of AS DATE)
            AND (later.released > own.released OR (later.released = own.released AND later.release > own.release))
    )

    SELECT o.*
    FROM observations AS o
    JOIN releases AS r ON r.source = o.source AND r.release = o.release
    -- Not NOT EXISTS, below which DuckDB does not push what a query asks of Parquet.
    ANTI JOIN superseded AS s
        ON
            s.source = o.source
            AND s.dataset = o.dataset
            AND s.release = o.release
            AND s.indicator = o.indicator
            AND s.counterpart_area = o.counterpart_area
            AND s.sex = o.sex
            AND (
                o.time_period IS NULL
                OR regexp_extract(o.time_period, '(\d{4})[^/]*$', 1)::INTEGER BETWEEN s.year_from AND s.year_to
            )
            AND (s.areas_covered IS NULL OR contains(s.areas_covered, chr(10) || o.ref_area || chr(10)))
    WHERE r.released <= CAST(as_of AS DATE);

CREATE OR REPLACE VIEW latest_observations AS SELECT * FROM observations_as_of(current_date);
