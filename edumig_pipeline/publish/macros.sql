-- What the marts say the same way: when two figures agree, what they add up to, how one is written in a sentence.
--
-- Printed digits after the point. A figure is kept as a DOUBLE, so zeros a publisher printed at its end are not known.
CREATE TEMP MACRO printed_decimals(figure) AS (
    CASE
        WHEN contains(CAST(figure AS VARCHAR), 'e') THEN 15
        ELSE length(split_part(CAST(figure AS VARCHAR), '.', 2))
        - (CAST(figure AS VARCHAR) LIKE '%.0')::INTEGER
    END
);

-- Whether two figures are equal at the coarser printed precision of the two; the twelfth significant digit is noise.
CREATE TEMP MACRO same_figure(one, other) AS (
    abs(one - other) <= greatest(
        0.5 * power(10, -least(printed_decimals(one), printed_decimals(other))) * 0.999999,
        1e-12 * greatest(abs(one), abs(other))
    )
);

-- The sum of figures, the same in whatever order threads add them: exact to six decimals, of which publishers print five at most
-- (what lies below comes of multiplying doubles), and rounded once at its end. What no DECIMAL holds, and nobody counts, is added
-- in order of size. DuckDB's own sum of doubles, and its fsum, show the order of adding in their last digits.
CREATE TEMP MACRO total(figure) AS (
    CASE
        WHEN count(figure) > 0 THEN
            coalesce(sum(CASE WHEN abs(figure) < 1e18 THEN CAST(figure AS DECIMAL(38, 6)) END)::DOUBLE, 0)
            + coalesce(list_sum(list(figure ORDER BY figure) FILTER (abs(figure) >= 1e18)), 0)
    END
);

-- A figure as a sentence has it: whole numbers with commas, others with up to four significant decimals.
CREATE TEMP MACRO spoken(figure) AS (
    CASE
        WHEN figure IS NULL THEN 'nothing'
        WHEN figure = round(figure) THEN format('{:,.0f}', figure)
        WHEN abs(figure) >= 1000 THEN format('{:,.1f}', figure)
        ELSE regexp_replace(format('{:,.3f}', figure), '\.?0+$', '')
    END
);
