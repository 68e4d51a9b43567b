-- All metrics, the segments with most events first. $metrics gives rows [metric, bucket, segment, value, weight], $most
-- is how many segments. Shape: rows [segment: array of labels, points: array of (metric, bucket, value)].
SELECT segment, groupArray((metric, bucket, value)) AS points
FROM
(
$metrics
)
GROUP BY segment
ORDER BY sum(weight) DESC, segment
LIMIT $most
SETTINGS output_format_json_quote_64bit_integers = 0, output_format_json_escape_forward_slashes = 0
