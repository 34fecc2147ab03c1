-- Kazakhstan's academic mobility programme, as the article's tables print it.
--
-- Grain: time_period, region, funding.
SELECT time_period, region, funding, students, share_of_period
FROM kz_academic_mobility
ORDER BY time_period, funding, region
