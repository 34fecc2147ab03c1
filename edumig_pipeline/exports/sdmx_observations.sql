-- Observations in the terms of SDMX: one row per row of sdmx_rows (observations, or latest_observations), in the order of
-- dimensions, measure, attributes.
--
-- sdmx_id turns a code into an SDMX id, which may hold A-Z, a-z, 0-9, _, -, @ and $: every other byte of its UTF-8, and each @
-- and $ of its own, becomes $ and two hexadecimal digits. url_decode(replace(id, '$', '%')) gives the code back.
CREATE MACRO sdmx_id(code) AS (
    replace(replace(replace(url_encode(code), '%', '$'), '.', '$2E'), '~', '$7E')
);

-- Years, half-years, months and days are written in SDMX as they are here; an interval 2011/2020 is SDMX's time range of its
-- first day and its length, 2011-01-01/P10Y. No other form has a slash.
CREATE MACRO sdmx_time_period(period) AS (
    CASE
        WHEN period LIKE '%/%'
            THEN format(
                '{}-01-01/P{}Y',
                split_part(period, '/', 1),
                split_part(period, '/', 2)::INTEGER - split_part(period, '/', 1)::INTEGER + 1
            )
        ELSE period
    END
);

-- Code of CL_FREQ by the form of the period: annual, half-yearly, monthly, daily; an interval recurs at no frequency.
CREATE MACRO sdmx_freq(period) AS (
    CASE
        WHEN period LIKE '%/%' THEN '_O'
        WHEN length(period) = 4 THEN 'A'
        WHEN period LIKE '____-S_' THEN 'S'
        WHEN length(period) = 7 THEN 'M'
        ELSE 'D'
    END
);

CREATE VIEW sdmx_observations AS
SELECT
    sdmx_freq(time_period) AS freq,
    sdmx_id(source) AS source,
    sdmx_id(dataset) AS dataset,
    sdmx_id(release) AS release,
    sdmx_id(indicator) AS indicator,
    sdmx_id(ref_area) AS ref_area,
    sdmx_id(counterpart_area) AS counterpart_area,
    sex,
    breakdown,
    sdmx_time_period(time_period) AS time_period,
    obs_value,
    obs_status,
    unit_measure,
    source_status,
    source_indicator,
    source_area,
    raw_file,
    raw_row,
    raw_column,
    period_start,
    period_end
FROM sdmx_rows;
