#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cohorts/query.hpp"
#include "events/chdb_engine.hpp"
#include "events/schema.hpp"
#include "events/sql.hpp"
#include "sync/engine_ledger.hpp"
#include "timing.hpp"

/// The embedded engine by itself, beside what the publisher makes of it.
namespace {

using namespace bellwether;
using bench::median;
using bench::seconds_of;

struct Arguments {
  std::string library;
  std::string folder;
  std::string mode;  ///< populate, insert, diff
  std::uint64_t members = 1'000'000;
};

constexpr Millis kWithin = std::chrono::minutes(10);

/// Who bought and has not gone: the cohort of the tests too.
constexpr const char* kBuyers =
    R"({"groups":[{"conditions":[{"did":{"event":"Buy"}},{"profile":{"property":"gone","op":"is_not","value":true}}]}]})";

void run(events::Engine& engine, const std::string& statement) {
  const auto done = engine.run(statement, {}, "Null", {.timeout = kWithin});
  if (!done) throw std::runtime_error(done.error().message);
}

/// Members with an event and a profile each, from `first` on.
void populate(events::Engine& engine, std::uint64_t first, std::uint64_t count) {
  run(engine,
      fmt::format(
          "INSERT INTO bellwether.event (project_id, event, distinct_id, time, insert_id, properties, "
          "received_at) SELECT '8', 'Buy', hex(sipHash64(number)), now64(3) - 3600, toString(number), "
          "'{{\"amount\":12.5,\"product\":\"tea\"}}'::JSON, now64(3) FROM numbers({}, {})",
          first, count));
  run(engine,
      fmt::format("INSERT INTO bellwether.profile (project_id, distinct_id, properties, document, deleted, "
                  "updated_at) "
                  "SELECT '8', hex(sipHash64(number)) AS id, document::JSON, concat('{{\"$email\":\"user', "
                  "toString(number), "
                  "'@example.com\",\"$first_name\":\"User\",\"$last_name\":\"Number ', toString(number), "
                  "'\",\"plan\":\"free\"}}') AS document, 0, now64(3) FROM numbers({}, {})",
                  first, count));
}

/// Of the first `count` members everyone leaves.
void leave(events::Engine& engine, std::uint64_t count) {
  run(engine,
      fmt::format("INSERT INTO bellwether.profile (project_id, distinct_id, properties, document, deleted, "
                  "updated_at) SELECT '8', hex(sipHash64(number)), "
                  "'{{\"gone\":true}}'::JSON, '{{\"gone\":true}}', 0, now64(3) + 1 FROM numbers({})",
                  count));
}

std::string event_rows(std::uint64_t first, std::uint64_t count) {
  std::string rows;
  for (std::uint64_t i = first; i < first + count; ++i) {
    rows += fmt::format(
        R"({{"project_id":"8","event":"Buy","distinct_id":"person-{}","time":{},"insert_id":"insert-{}","properties":{{"amount":{}.5,"product":"tea","city":"Bern","plan":"free","visits":{}}},"received_at":1767323045000}})"
        "\n",
        i, 1767323045000 + i, i, i % 100, i % 7);
  }
  return rows;
}

/// Rows as the publisher inserts them, in batches as large as its own.
void measure_insert(events::Engine& engine, const Arguments& arguments) {
  constexpr std::uint64_t kBatch = 50'000;
  std::vector<std::string> batches;
  for (std::uint64_t i = 0; i < arguments.members; i += kBatch) batches.push_back(event_rows(i, kBatch));
  const double seconds = seconds_of([&] {
    for (const std::string& rows : batches) {
      const auto done = engine.insert(events::sql::kInsertEvents, rows, {.timeout = kWithin});
      if (!done) throw std::runtime_error(done.error().message);
    }
  });
  fmt::print("{{\"per_second\":{:.0f}}}\n", static_cast<double>(arguments.members) / seconds);
}

void measure_diff(events::Engine& engine, const Arguments& arguments) {
  const auto definition = cohorts::parse_definition(kBuyers);
  const auto people = cohorts::compile(*definition, "8", system_now() + std::chrono::hours(1), {});
  sync::EngineLedger ledger(engine, {arguments.folder + "-pages", kWithin});
  std::uint64_t run_number = 0;
  const auto freeze = [&](bool full) {
    const std::string change_set = fmt::format("set-{}", ++run_number);
    const auto counts = ledger.freeze(
        {"key", run_number, change_set, full, "8", *people, {"plan"}, arguments.members, 100'000'000});
    if (!counts) throw std::runtime_error(counts.error().message);
    return *counts;
  };
  populate(engine, 0, arguments.members);
  freeze(true);
  if (!ledger.settle("key", fmt::format("set-{}", run_number), run_number))
    throw std::runtime_error("settle");
  populate(engine, arguments.members, arguments.members / 200);
  leave(engine, arguments.members / 200);
  std::vector<double> query;
  std::vector<double> ours;
  sync::Counts counts;
  for (int i = 0; i < 5; ++i) {
    query.push_back(seconds_of([&] {
      const auto done = engine.run(people->statement, people->parameters, "Null", {.timeout = kWithin});
      if (!done) throw std::runtime_error(done.error().message);
    }));
    ours.push_back(seconds_of([&] { counts = freeze(false); }));
  }
  fmt::print("{{\"query_seconds\":{:.4f},\"freeze_seconds\":{:.4f},\"entered\":{},\"left\":{}}}\n",
             median(query), median(ours), counts.entered, counts.left);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("The embedded engine");
  app.add_option("--library", arguments.library)->required();
  app.add_option("--folder", arguments.folder)->required();
  app.add_option("--mode", arguments.mode)->required();
  app.add_option("--members", arguments.members);
  CLI11_PARSE(app, argc, argv);
  auto engine = events::ChdbEngine::open({.library = arguments.library, .folder = arguments.folder});
  if (!engine || !events::migrate(**engine)) throw std::runtime_error("the engine does not open");
  if (arguments.mode == "populate") populate(**engine, 0, arguments.members);
  if (arguments.mode == "insert") measure_insert(**engine, arguments);
  if (arguments.mode == "diff") measure_diff(**engine, arguments);
  if (arguments.mode == "populate") fmt::print("{{}}\n");
  return 0;
}
