-- Every release, with its terms.
--
-- Grain: source, release.
SELECT source, release, publisher, title, url, published, released, licence, citation, coverage
FROM releases
ORDER BY source, released DESC, release DESC
