-- First and last day of academic years, for countries and years of which the release says in which months, and mostly in
-- which years, the academic year begins and ends (figures: ref_area, time_period, indicator, obs_value). Others keep the
-- calendar year. A calendar that cannot be one (a month 13, an end before the beginning, an end years away from its label) is
-- not followed, nor is one of which the release says two things.
SELECT ref_area, time_period, first_day AS period_start, last_day AS period_end
FROM (
    SELECT
        ref_area,
        time_period,
        make_date(coalesce(start_year, end_year - (start_month > end_month)::INTEGER), start_month, 1) AS first_day,
        last_day(make_date(end_year, end_month, 1)) AS last_day
    FROM (
        SELECT
            ref_area,
            time_period,
            any_value(try_cast(obs_value AS INTEGER)) FILTER (indicator = $start_month) AS start_month,
            any_value(try_cast(obs_value AS INTEGER)) FILTER (indicator = $end_month) AS end_month,
            any_value(try_cast(obs_value AS INTEGER)) FILTER (indicator = $start_year) AS start_year,
            coalesce(
                any_value(try_cast(obs_value AS INTEGER)) FILTER (indicator = $end_year), any_value(time_period)::INTEGER
            ) AS end_year
        FROM figures
        WHERE
            indicator IN ($start_month, $end_month, $start_year, $end_year)
            AND regexp_full_match(time_period, '\d{4}')
            AND obs_value = trunc(obs_value)
        GROUP BY ref_area, time_period
        HAVING count(DISTINCT (indicator, obs_value)) = count(DISTINCT indicator)
    )
    WHERE
        start_month BETWEEN 1 AND 12
        AND end_month BETWEEN 1 AND 12
        AND abs(end_year - time_period::INTEGER) <= 1
        AND coalesce(start_year, end_year) BETWEEN end_year - 1 AND end_year
) AS calendar
WHERE first_day <= last_day
