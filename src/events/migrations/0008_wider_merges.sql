-- Schema change 9. Browsers make many small inserts: merging about ten parts at a time, in place of five, copies each row less
-- often (8 times down to 3 in 300 inserts of 500 rows), and reading over the parts that stand meanwhile is not slower. No parameters.
ALTER TABLE bellwether.event MODIFY SETTING merge_selector_base = 10
