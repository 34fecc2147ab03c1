-- Every area a reader may choose or meet in a figure, with the publisher's or ISO's English name.
--
-- Grain: area.
SELECT code, name, kind, iso2
FROM areas
ORDER BY code
