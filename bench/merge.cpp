#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <sqlite3.h>

#include "mirror_file.hpp"

/// Merging a complete session against a bare sorted insert of the same rows in one transaction.
namespace {

using bellwether::bench::seconds_of;

void check(sqlite3* database, int code) {
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  fmt::print(stderr, "{}\n", sqlite3_errmsg(database));
  std::exit(1);
}

struct Row {
  std::string id;
  std::string properties;
};

std::vector<Row> make_rows(std::uint64_t members) {
  std::vector<Row> rows;
  rows.reserve(members);
  for (std::uint64_t i = 0; i < members; ++i) {
    rows.push_back({bellwether::bench::member_id(i), bellwether::bench::member_properties(i)});
  }
  return rows;
}

/// Sorting is part of it: the rows come as unsorted as the pages have them.
double bare_insert(const std::string& file, std::uint64_t members) {
  std::vector<Row> rows = make_rows(members);
  sqlite3* database = nullptr;
  check(database, sqlite3_open(file.c_str(), &database));
  check(database,
        sqlite3_exec(database,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; "
                     "CREATE TABLE member (generation INTEGER NOT NULL, distinct_id TEXT NOT NULL, "
                     "properties TEXT NOT NULL, entered_at INTEGER NOT NULL, session_ref INTEGER NOT NULL, "
                     "PRIMARY KEY (generation, distinct_id)) WITHOUT ROWID",
                     nullptr, nullptr, nullptr));
  sqlite3_stmt* insert = nullptr;
  check(database, sqlite3_prepare_v2(database, "INSERT INTO member VALUES (1, ?1, ?2, 1790000000000, 1)", -1,
                                     &insert, nullptr));
  const double seconds = seconds_of([&] {
    std::ranges::sort(rows, {}, &Row::id);
    sqlite3_exec(database, "BEGIN", nullptr, nullptr, nullptr);
    for (const Row& row : rows) {
      sqlite3_bind_text(insert, 1, row.id.data(), static_cast<int>(row.id.size()), SQLITE_STATIC);
      sqlite3_bind_text(insert, 2, row.properties.data(), static_cast<int>(row.properties.size()),
                        SQLITE_STATIC);
      check(database, sqlite3_step(insert));
      sqlite3_reset(insert);
    }
    check(database, sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr));
  });
  sqlite3_finalize(insert);
  sqlite3_close(database);
  return seconds;
}

double merge(const std::string& folder, std::uint64_t members) {
  bellwether::bench::MirrorFile file(folder);
  file.receive_load("1", members);
  return seconds_of([&] { file.merge(); });
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder;
  std::uint64_t members = 1'000'000;
  CLI::App app("Merge");
  app.add_option("--folder", folder)->required();
  app.add_option("--members", members);
  CLI11_PARSE(app, argc, argv);
  const double bare = bare_insert(folder + "/bare.db", members);
  const double ours = merge(folder, members);
  fmt::print("{{\"members\":{},\"bare_seconds\":{:.3f},\"merge_seconds\":{:.3f}}}\n", members, bare, ours);
  return 0;
}
