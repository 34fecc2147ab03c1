-- The interval that each claim's printed figure and comparator stand for, in the base unit.
--
-- The unit is that of the last significant printed digit; zeros at the end are not significant (5.3 million: 0.1 million;
-- 200 thousand: 100 thousand). A figure in words ("a third") is as precise as its first digit. Of a negative figure the
-- interval is that of its size: almost −50 is more than −50.
--
-- Grain: claim_id.
WITH printed AS (
    SELECT
        *,
        abs(claimed_value) AS size,
        -- The digits, without the blanks between thousands, with a point for the decimal comma.
        replace(
            regexp_replace(
                regexp_extract(regexp_replace(printed, '[\x{00a0}\x{202f}]', ' ', 'g'), '\d+(?: \d{3})*(?:[.,]\d+)?'),
                ' ',
                '',
                'g'
            ),
            ',',
            '.'
        ) AS digits
    FROM claims
),

units AS (
    SELECT
        *,
        CASE
            WHEN digits = '' THEN power(10, floor(log10(nullif(size, 0))))
            ELSE
                -- thousands, millions: what the digits were multiplied by
                size / nullif(digits::DOUBLE, 0) * CASE
                    WHEN contains(digits, '.') AND regexp_full_match(digits, '\d+\.0*[1-9]\d*0*')
                        THEN power(10, -length(rtrim(split_part(digits, '.', 2), '0')))
                    ELSE power(
                        10, length(split_part(digits, '.', 1)) - length(rtrim(split_part(digits, '.', 1), '0'))
                    )
                END
        END AS unit
    FROM printed
),

ends AS (
    SELECT
        claim_id,
        comparator,
        sign(claimed_value) AS side,
        size,
        unit,
        CASE comparator
            WHEN 'eq' THEN size - unit / 2
            WHEN 'about' THEN size - unit
            WHEN 'almost' THEN size - unit
            WHEN 'over' THEN size
            WHEN 'at_least' THEN size
        END AS lower,
        CASE comparator
            WHEN 'eq' THEN size + unit / 2
            WHEN 'about' THEN size + unit
            WHEN 'almost' THEN size
            WHEN 'under' THEN size
        END AS upper,
        comparator <> 'over' AS with_lower,
        comparator = 'about' AS with_upper
    FROM units
)

SELECT
    *,
    CASE
        WHEN upper IS NULL THEN CASE WHEN with_lower THEN 'at least ' ELSE 'more than ' END || spoken(lower)
        WHEN lower IS NULL THEN 'less than ' || spoken(upper)
        ELSE spoken(lower) || ' to ' || CASE WHEN with_upper THEN '' ELSE 'under ' END || spoken(upper)
    END || CASE WHEN side < 0 THEN ' in size, negative' ELSE '' END AS reading
FROM ends
