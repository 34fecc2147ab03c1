-- What only one release of a pair covers, so that nothing of it is compared.
--
-- Grain: dataset, indicator.
SELECT dataset, indicator, min(release) AS only_in
FROM release_coverage
GROUP BY dataset, indicator
HAVING count(DISTINCT release) = 1
ORDER BY ALL
