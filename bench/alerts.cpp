#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "alerts/alert_store.hpp"
#include "alerts/evaluator.hpp"
#include "events/chdb_engine.hpp"
#include "events/schema.hpp"
#include "publisher/store.hpp"
#include "registry/projects.hpp"
#include "registry/reports.hpp"
#include "timing.hpp"

/// Judging many alerts on few reports, beside the bare queries of those reports: what the engine cannot be
/// spared.
namespace {

using namespace bellwether;
using bench::median;
using bench::seconds_of;

struct Arguments {
  std::string library;
  std::string folder;
  std::uint64_t events = 10'000'000;
  int reports = 100;
  int alerts = 1000;
  int rounds = 3;
};

constexpr Millis kWithin = std::chrono::minutes(10);
constexpr Millis kHour = std::chrono::hours(1);
constexpr int kEventNames = 20;

/// Passes queries on and keeps them, to run the same ones bare.
class RecordingEngine final : public events::Engine {
 public:
  explicit RecordingEngine(events::Engine& engine) : engine_(engine) {}

  std::expected<std::string, events::EngineError> run(std::string_view statement,
                                                      const events::Parameters& parameters,
                                                      std::string_view format,
                                                      const events::QueryOptions& options) override {
    queries_.push_back({std::string(statement), parameters, std::string(format)});
    return engine_.run(statement, parameters, format, options);
  }
  std::expected<void, events::EngineError> stream(
      std::string_view statement, const events::Parameters& parameters, std::string_view format,
      const events::QueryOptions& options, const std::function<bool(std::string_view)>& on_piece) override {
    return engine_.stream(statement, parameters, format, options, on_piece);
  }
  std::expected<void, events::EngineError> insert(std::string_view statement, std::string_view rows,
                                                  const events::QueryOptions& options) override {
    return engine_.insert(statement, rows, options);
  }

  std::size_t count() const { return queries_.size(); }
  void forget() { queries_.clear(); }
  void replay() {
    for (const Query& query : queries_) {
      const auto done = engine_.run(query.statement, query.parameters, query.format, {.timeout = kWithin});
      if (!done) throw std::runtime_error(done.error().message);
    }
  }

 private:
  struct Query {
    std::string statement;
    events::Parameters parameters;
    std::string format;
  };
  events::Engine& engine_;
  std::vector<Query> queries_;
};

/// Two weeks of events up to `rounds` hours behind `base`, evenly spread over names, people and properties.
void populate(events::Engine& engine, const Arguments& arguments, Timestamp base) {
  constexpr Millis kSpan = std::chrono::days(14);
  const Millis span = kSpan + arguments.rounds * kHour;
  const auto done = engine.run(
      fmt::format("INSERT INTO bellwether.event (project_id, event, distinct_id, time, insert_id, "
                  "properties, received_at) SELECT '8', concat('Event ', toString(number % {})), "
                  "hex(sipHash64(number % 200000)), "
                  "fromUnixTimestamp64Milli(toInt64({}) + toInt64(number * {} / {})), toString(number), "
                  "concat('{{\"amount\":', toString(sipHash64(number) % 100), "
                  "',\"city\":\"City ', toString(sipHash64(number, 1) % 8), "
                  "'\",\"plan\":\"', if(number % 3 = 0, 'pro', 'free'), '\"}}')::JSON, now64(3) "
                  "FROM numbers({})",
                  kEventNames, to_unix_ms(base - kSpan), span.count(), arguments.events, arguments.events),
      {}, "Null", {.timeout = kWithin});
  if (!done) throw std::runtime_error(done.error().message);
}

std::string definition(int number) {
  static constexpr std::string_view kMeasures[] = {
      R"("measure":"total")", R"("measure":"unique")", R"("measure":"sum","property":"amount")",
      R"("measure":"average","property":"amount")", R"("measure":"p90","property":"amount")"};
  const std::string event = fmt::format("Event {}", number % kEventNames);
  if (number % 10 == 9) {
    return fmt::format(
        R"({{"kind":"funnels","unit":"hour","range":{{"last":"7d"}},"window":"1h","steps":[{{"event":"{}"}},{{"event":"Event {}"}}]}})",
        event, (number + 1) % kEventNames);
  }
  return fmt::format(
      R"({{"kind":"insights","unit":"hour","range":{{"last":"7d"}},"metrics":[{{"event":"{}",{}}}]{}}})",
      event, kMeasures[number % 5], number % 2 == 0 ? R"(,"breakdown":{"properties":["city"]})" : "");
}

std::string condition(int number) {
  switch (number % 5) {
    case 0:
      return R"({"type":"absolute","operator":">","threshold":1e9})";
    case 1:
      return R"({"type":"absolute","operator":"<","threshold":-1})";
    case 2:
      return R"({"type":"percent_decrease","threshold":90})";
    case 3:
      return R"({"type":"increase","threshold":1e9})";
    default:
      return R"({"type":"anomaly","confidence":0.999})";
  }
}

template <typename T>
T must(Result<T> outcome) {
  if (!outcome) throw std::runtime_error(outcome.error().message);
  return std::move(*outcome);
}

void define(publisher::Store& store, const Arguments& arguments, Timestamp now) {
  const auto committed = store.writer().run([&](storage::Database& database) {
    if (!registry::save_project(database, {.id = "8", .name = "Shop", .token = "t"}))
      throw std::runtime_error("the project is refused");
    std::vector<std::int64_t> reports;
    reports.reserve(static_cast<std::size_t>(arguments.reports));
    for (int i = 0; i < arguments.reports; ++i)
      reports.push_back(must(registry::save_report(database, {.project_id = "8",
                                                              .name = fmt::format("Report {}", i),
                                                              .definition = definition(i),
                                                              .changed_at = now})));
    for (int i = 0; i < arguments.alerts; ++i) {
      const int report = i % arguments.reports;
      alerts::Alert alert{.project_id = "8",
                          .report_id = reports[static_cast<std::size_t>(report)],
                          .name = fmt::format("Alert {}", i)};
      const bool is_funnel = report % 10 == 9;
      alert.watch.metric = is_funnel ? "Conversion" : fmt::format("Event {}", report % kEventNames);
      if (!is_funnel && report % 2 == 0) alert.watch.scope = alerts::Watch::Scope::kAny;
      // Anomalies are found in insights only.
      alert.condition = *alerts::parse_condition(condition(i / arguments.reports % (is_funnel ? 4 : 5)));
      must(alerts::save_alert(database, alert, now));
    }
  });
  if (!committed) throw std::runtime_error(committed.error().message);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Judging alerts");
  app.add_option("--library", arguments.library)->required();
  app.add_option("--folder", arguments.folder)->required();
  app.add_option("--events", arguments.events);
  CLI11_PARSE(app, argc, argv);
  auto folder = storage::DataDir::lock(arguments.folder);
  auto opened =
      events::ChdbEngine::open({.library = arguments.library, .folder = arguments.folder + "/events"});
  if (!folder || !opened || !events::migrate(**opened)) throw std::runtime_error("the engine does not open");
  auto store = publisher::Store::open(*folder, {});
  if (!store) throw std::runtime_error(store.error().message);
  const Timestamp base =
      calendar::bucket_start(calendar::Unit::kHour, system_now(), calendar::TimeZone::utc());
  populate(**opened, arguments, base);
  define(**store, arguments, base);
  RecordingEngine engine(**opened);
  const alerts::EvaluatorOptions options;
  alerts::Evaluator evaluator(options, {engine, (*store)->writer(), (*store)->readers()});
  // Funnels are complete an hour later; caches are warm behind the first round.
  const Timestamp start = base + options.evaluation.grace + kHour;
  evaluator.run(start);
  std::vector<double> ours;
  std::vector<double> bare;
  std::size_t judged = 0;
  for (int round = 1; round <= arguments.rounds; ++round) {
    engine.forget();
    alerts::Evaluator::Round done;
    ours.push_back(seconds_of([&] { done = evaluator.run(start + round * kHour); }));
    bare.push_back(seconds_of([&] { engine.replay(); }));
    judged = done.judged;
    if (done.failed_reports > 0) throw std::runtime_error("reports failed");
  }
  fmt::print("{{\"ours_seconds\":{:.3f},\"bare_seconds\":{:.3f},\"queries\":{},\"judged\":{}}}\n",
             median(ours), median(bare), engine.count(), judged);
  return 0;
}
