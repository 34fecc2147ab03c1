-- The sections of the article.
--
-- Grain: section.
SELECT DISTINCT section, NULL AS meaning FROM claims ORDER BY section
