-- What was the newest knowledge on a day, value by value, retracted values gone; and the same for today.
--
-- A value holds from its release's date until the next release of its dataset that covers its cell, whether that release
-- repeats it, revises it or no longer has it. What a release covers is in release_coverage; an undated statement is covered
-- by any release that covers its indicator.
CREATE OR REPLACE MACRO observations_as_of(as_of) AS TABLE
    SELECT o.*
    FROM observations AS o
    JOIN releases AS r ON r.source = o.source AND r.release = o.release
    WHERE
        r.released <= CAST(as_of AS DATE)
        AND NOT EXISTS (
            SELECT 1
            FROM release_coverage AS later
            WHERE
                later.source = o.source
                AND later.dataset = o.dataset
                AND later.indicator = o.indicator
                AND later.counterpart_area = o.counterpart_area
                AND later.sex = o.sex
                AND later.released <= CAST(as_of AS DATE)
                AND (later.released > r.released OR (later.released = r.released AND later.release > r.release))
                AND (
                    o.time_period IS NULL
                    OR regexp_extract(o.time_period, '(\d{4})[^/]*$', 1)::INTEGER BETWEEN later.year_from AND later.year_to
                )
                AND (later.areas_covered IS NULL OR contains(later.areas_covered, chr(10) || o.ref_area || chr(10)))
        );

CREATE OR REPLACE VIEW latest_observations AS SELECT * FROM observations_as_of(current_date);
