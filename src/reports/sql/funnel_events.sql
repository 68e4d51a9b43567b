-- The events that matter to a funnel. Parameters: project and those of the parts. $steps and $exclusions are bits, one a
-- step and one an exclusion; $segment is an array of labels. Shape: rows [at: Unix ms, steps, excluded, segment,
-- distinct_id].
SELECT
    toUnixTimestamp64Milli(time) AS at,
    $steps AS steps,
    $exclusions AS excluded,
    $segment AS segment,
    distinct_id
FROM bellwether.event FINAL
WHERE project_id = {project:String} AND event IN $names AND distinct_id != ''$times AND (steps != 0 OR excluded != 0)
