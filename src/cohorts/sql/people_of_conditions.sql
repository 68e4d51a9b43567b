-- People for whom the definition's conditions hold: $parts gives rows {person, met: a bit for each condition}, $rule
-- joins the bits. Shape: rows {person}.
SELECT person
FROM
(
$parts
)
GROUP BY person
HAVING $rule
