-- Every area with what it may be called by.
--
-- Grain: code.
SELECT code, name, iso2 FROM areas ORDER BY code
