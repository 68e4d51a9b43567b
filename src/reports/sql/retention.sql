-- How many were born in each bucket, and how many of them came back in each period. $rows gives rows [bucket, segment,
-- periods, person]; $retained is an array of counts, one element a period. Shape: rows [segment, points: array of (bucket,
-- born, retained)].
SELECT segment, groupArray((bucket, born, retained)) AS points
FROM
(
    SELECT bucket, segment, count() AS born, $retained AS retained
    FROM
    (
$rows
    )
    GROUP BY bucket, segment
)
GROUP BY segment
ORDER BY sum(born) DESC, segment
LIMIT $most
SETTINGS output_format_json_quote_64bit_integers = 0, output_format_json_escape_forward_slashes = 0
