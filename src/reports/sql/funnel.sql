-- How many reached each step, by bucket and segment, the segments with most at the first step first. $rows gives rows
-- [bucket, segment, durations, person]; $counts and $medians are arrays, one element a step. Shape: rows [segment, points:
-- array of (bucket, counts, medians in ms)].
SELECT segment, groupArray((bucket, counts, medians)) AS points
FROM
(
    SELECT bucket, segment, $counts AS counts, $medians AS medians
    FROM
    (
$rows
    )
    GROUP BY bucket, segment
)
GROUP BY segment
ORDER BY sum(counts[1]) DESC, segment
LIMIT $most
SETTINGS output_format_json_quote_64bit_integers = 0, output_format_json_escape_forward_slashes = 0
