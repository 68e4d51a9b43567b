-- How many people a cohort holds, and ten of them. $people is the cohort's query (rows {person}), with its parameters.
-- Shape: one row [count, [distinct id, …]].
SELECT count(), arraySort(groupArraySorted(10)(person))
FROM
(
$people
)
