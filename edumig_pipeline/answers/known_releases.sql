-- The releases of the warehouse.
--
-- Grain: source, release.
SELECT source, release, released, title FROM releases ORDER BY source, released, release
