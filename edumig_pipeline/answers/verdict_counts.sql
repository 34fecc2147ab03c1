-- How many claims came to which verdict: a claim counts once, under the one of its checks that weighs most ($rank).
--
-- Grain: verdict.
WITH best AS (
    SELECT claim_id, first(verdict ORDER BY list_position($rank, verdict)) AS verdict
    FROM claim_checks
    GROUP BY claim_id
)

SELECT verdict, count(*) AS claims
FROM best
GROUP BY verdict
ORDER BY list_position($rank, verdict)
