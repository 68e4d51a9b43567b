#pragma once

/// A statement that keeps only the newest rows of a table of requests: at most ?1 of them, and of their bodies at most ?2
/// bytes together, counted from the newest down. A macro, because the text of a statement is its key in the cache.
// clang-format off
#define DELETE_ALL_BUT_NEWEST(table)                                            \
  "DELETE FROM " table " WHERE id <= (SELECT id "                               \
  "FROM (SELECT id, row_number() OVER (ORDER BY id DESC) AS n, "                \
  "sum(length(body)) OVER (ORDER BY id DESC) AS bytes FROM " table ") "         \
  "WHERE n > ?1 OR bytes > ?2 ORDER BY id DESC LIMIT 1)"
// clang-format on
