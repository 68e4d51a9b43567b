-- What is known of these ids, as aliases or as persons. Parameters: project, ids. Shape: rows [alias, person].
SELECT alias, person
FROM bellwether.identity FINAL
WHERE project_id = {project:String} AND (alias IN {ids:Array(String)} OR person IN {ids:Array(String)})
