-- The events that were received last, newest first. Parameters: project, event and distinct_id (empty: any), limit. Shape:
-- rows [event, distinct_id, time, insert_id, received_at (both Unix ms), properties (an object)]. The properties are
-- read of those events alone that are received late enough; one that was received twice is there once.
WITH (
    SELECT min(received_at)
    FROM
    (
        SELECT received_at
        FROM bellwether.event
        WHERE project_id = {project:String} AND ({event:String} = '' OR event = {event:String})
            AND ({distinct_id:String} = '' OR distinct_id = {distinct_id:String})
        ORDER BY received_at DESC
        LIMIT {limit:Int64}
    )
) AS late_enough
SELECT event, distinct_id, toUnixTimestamp64Milli(time), insert_id, toUnixTimestamp64Milli(received_at), properties
FROM bellwether.event
WHERE project_id = {project:String} AND received_at >= late_enough
    AND ({event:String} = '' OR event = {event:String})
    AND ({distinct_id:String} = '' OR distinct_id = {distinct_id:String})
ORDER BY received_at DESC, time DESC, event, distinct_id, insert_id
LIMIT 1 BY event, time, distinct_id, insert_id
LIMIT {limit:Int64}
SETTINGS output_format_json_quote_64bit_integers = 0, json_type_escape_dots_in_keys = 1
