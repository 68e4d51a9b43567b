#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <sqlite3.h>

#include "pages.hpp"

/// The limit for the intake: the same bodies appended to a table, one durable commit each, and nothing else.
namespace {

void check(sqlite3* database, int code) {
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  fmt::print(stderr, "{}\n", sqlite3_errmsg(database));
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  std::string file;
  std::uint64_t pages = 1000;
  std::uint64_t members = 1000;
  CLI::App app("Bare appends to SQLite");
  app.add_option("--file", file)->required();
  app.add_option("--pages", pages);
  app.add_option("--members", members);
  CLI11_PARSE(app, argc, argv);

  std::vector<std::string> bodies;
  bodies.reserve(pages);
  for (std::uint64_t i = 0; i < pages; ++i) {
    bodies.push_back(bellwether::bench::page_body({.session = "bench", .page = i + 1, .total = pages},
                                                  bellwether::bench::members_json(i * members, members)));
  }
  sqlite3* database = nullptr;
  check(database, sqlite3_open(file.c_str(), &database));
  check(database, sqlite3_exec(database,
                               "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                               "CREATE TABLE page (id INTEGER PRIMARY KEY, body TEXT NOT NULL)",
                               nullptr, nullptr, nullptr));
  sqlite3_stmt* insert = nullptr;
  check(database, sqlite3_prepare_v2(database, "INSERT INTO page (body) VALUES (?1)", -1, &insert, nullptr));
  const auto begun = std::chrono::steady_clock::now();
  for (const std::string& body : bodies) {
    sqlite3_bind_text(insert, 1, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
    check(database, sqlite3_step(insert));
    sqlite3_reset(insert);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  sqlite3_finalize(insert);
  sqlite3_close(database);
  fmt::print("{{\"pages\":{},\"seconds\":{:.4f},\"per_second\":{:.1f}}}\n", pages, seconds,
             static_cast<double>(pages) / seconds);
  return 0;
}
