#include "oracle/random_shop.hpp"

#include <fmt/format.h>

namespace bellwether::testing {

namespace {
const std::vector<std::string> kEvents{"Visit", "Cart", "Buy"};
const std::vector<std::string> kComparisons{"=", "!=", "<", "<=", ">", ">="};
constexpr int kPeople = 12;
}  // namespace

std::string RandomShop::person() {
  return fmt::format("p{}", below(kPeople));
}

std::string RandomShop::property_name() {
  return pick<std::string>({"amount", "plan", "tags", "ok", "day", "a.b", "odd `name\\\" $"});
}

/// As it stands in JSON text.
static std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string RandomShop::scalar() {
  return pick<std::string>({"1", "2", "2.5", "-3", "true", "false", "\"pro\"", "\"team\"", "\"1\"", "\"\"",
                            "\"pro/x\"", "\"O'Neil \\\\ \\\"q\\\"\"", "\"é\"", "\"2026-01-02\""});
}

std::string RandomShop::value() {
  switch (below(8)) {
    case 0:
      if (lists_ == Lists::kPlain) return fmt::format("[\"pro\",\"{}\"]", below(3));
      return fmt::format("[{},{}]", scalar(), scalar());
    case 1:
      return fmt::format("[{}]", chance(50) ? scalar() : "");
    case 2:
      return "null";
    case 3:
      return "{\"inner\":" + scalar() + "}";
    case 4:
      return fmt::format("\"2026-01-{:02}T10:00:00Z\"", 1 + below(28));
    default:
      return scalar();
  }
}

std::string RandomShop::properties() {
  std::string out;
  for (const std::string& name : {std::string("amount"), property_name(), property_name()}) {
    if (chance(25) || out.find(quoted(name) + ":") != std::string::npos) continue;
    out += fmt::format("{}{}:{}", out.empty() ? "" : ",", quoted(name),
                       name == "amount" ? std::to_string(below(5)) : value());
  }
  return out;
}

std::string RandomShop::events(int count) {
  std::string out = "[";
  for (int i = 0; i < count; ++i) {
    const auto at = (to_unix_ms(now_) / 1000) - std::int64_t{below(40)} * 3600;
    const std::string mine = properties();
    std::string who = fmt::format("\"distinct_id\":\"{}\"", person());
    // Some before they signed in, under a device that is somebody's.
    if (chance(20)) {
      const int device = below(4);
      who = fmt::format("\"$device_id\":\"d{}\"", device);
      if (chance(30)) who += fmt::format(",\"$user_id\":\"p{}\"", device);
    }
    // Some come twice, and the later one counts.
    const int insert_id = chance(20) ? below(i + 1) : i;
    out += fmt::format(R"({}{{"event":"{}","properties":{{"time":{},{},"$insert_id":"i{}"{}{}}}}})",
                       i == 0 ? "" : ",", pick(kEvents), at, who, insert_id, mine.empty() ? "" : ",", mine);
  }
  return out + "]";
}

std::string RandomShop::profiles() {
  std::string out = "[";
  for (int i = 0; i < kPeople + 3; ++i) {
    if (chance(30)) continue;
    out += fmt::format(R"({}{{"$token":"t","$distinct_id":"p{}","$set":{{{}}}}})", out.size() == 1 ? "" : ",",
                       i, properties());
  }
  return out + "]";
}

std::string RandomShop::filter() {
  const std::string name = quoted(property_name());
  const auto with = [&](const std::string& op, const std::string& argument) {
    return fmt::format(R"({{"property":{},"op":"{}","value":{}}})", name, op, argument);
  };
  switch (below(9)) {
    case 0:
      return fmt::format(R"({{"property":{},"op":"{}"}})", name, chance(50) ? "set" : "not_set");
    case 1:
      return with(chance(50) ? "is" : "is_not", scalar());
    case 2:
      return with(chance(50) ? "is" : "is_not", fmt::format("[{},{},{}]", scalar(), scalar(), scalar()));
    case 3:
      return with(chance(50) ? "contains" : "not_contains",
                  pick<std::string>({"\"pro\"", "\"1\"", "\"'\"", "\"\\\\\""}));
    case 4:
      return with(chance(50) ? "list_contains" : "list_not_contains", scalar());
    case 5:
      return with("between", fmt::format("[{},{}]", below(3), 1 + below(4)));
    case 6:
      return with(chance(50) ? "before" : "on_or_after", fmt::format("\"2026-01-{:02}\"", 1 + below(28)));
    case 7:
      return with("in_last", fmt::format("\"{}d\"", 1 + below(30)));
    default:
      return with(pick<std::string>({"<", "<=", ">", ">="}), fmt::format("{}", below(5)));
  }
}

std::string RandomShop::filters() {
  std::string out;
  while (chance(35)) out += (out.empty() ? "" : ",") + filter();
  return out.empty() ? "" : ",\"where\":[" + out + "]";
}

std::string RandomShop::range() {
  switch (below(4)) {
    case 0:
      return fmt::format(R"(,"within":{{"last":"{}h"}})", 1 + below(40));
    case 1:
      return fmt::format(R"(,"within":{{"from":"{}"}})",
                         format_iso8601(now_ - std::chrono::hours(below(40))));
    case 2:
      return fmt::format(R"(,"within":{{"from":"{}","to":"{}"}})",
                         format_iso8601(now_ - std::chrono::hours(20 + below(20))),
                         format_iso8601(now_ - std::chrono::hours(below(20))));
    default:
      return "";
  }
}

std::string RandomShop::condition(const std::vector<std::string>& cohorts) {
  const std::string event = fmt::format("\"event\":\"{}\"", pick(kEvents));
  switch (below(cohorts.empty() ? 7 : 9)) {
    case 0:
      return fmt::format(R"({{"did":{{{}{}{}}}}})", event, filters(), range());
    case 1:
    case 2:
      return fmt::format(R"({{"did":{{{}{}{},"count":{{"op":"{}","value":{}}}}}}})", event, filters(),
                         range(), pick(kComparisons), below(5));
    case 3:
      return fmt::format(
          R"({{"did":{{{}{}{},"aggregate":{{"of":"{}","property":{},"op":"{}","value":{}}}}}}})", event,
          filters(), range(), pick<std::string>({"sum", "average", "min", "max", "distinct"}),
          quoted(chance(70) ? "amount" : property_name()), pick(kComparisons), below(6));
    case 4:
      return fmt::format(R"({{"did_not":{{{}{}{}}}}})", event, filters(), range());
    case 5:
      return fmt::format(
          R"({{"sequence":{{"first":{{{}{}}},"then":{{"event":"{}"{}}},"within_time":"{}h"{}}}}})", event,
          filters(), pick(kEvents), filters(), 1 + below(20), range());
    case 6:
      return fmt::format(R"({{"profile":{}}})", filter());
    default:
      return fmt::format(R"({{"{}":"{}"}})", chance(50) ? "in_cohort" : "not_in_cohort", pick(cohorts));
  }
}

std::string RandomShop::definition(const std::vector<std::string>& cohorts) {
  const auto match = [&] { return chance(50) ? R"("match":"any",)" : ""; };
  std::string groups;
  for (int g = 0; g == 0 || (g < 3 && chance(35)); ++g) {
    std::string conditions;
    for (int c = 0; c == 0 || (c < 3 && chance(40)); ++c)
      conditions += (c == 0 ? "" : ",") + condition(cohorts);
    groups += fmt::format(R"({}{{{}"conditions":[{}]}})", g == 0 ? "" : ",", match(), conditions);
  }
  return fmt::format(R"({{{}"groups":[{}]}})", match(), groups);
}

std::string RandomShop::selection() {
  return fmt::format("\"event\":\"{}\"{}", pick(kEvents), filters());
}

std::string RandomShop::frame(const std::string& unit, const std::vector<std::string>& cohorts) {
  std::string frame = fmt::format("\"unit\":\"{}\"", unit);
  switch (below(3)) {
    case 0:
      frame += fmt::format(R"(,"range":{{"last":"{}h"}})", 6 + below(40));
      break;
    case 1:
      frame += R"(,"range":{"from":"2026-01-18","to":"2026-01-20"})";
      break;
    default:
      frame += fmt::format(R"(,"range":{{"last":"{}d"}})", 1 + below(3));
  }
  switch (below(4)) {
    case 0:
      frame += fmt::format(R"(,"breakdown":{{"properties":[{}]}})", quoted(property_name()));
      break;
    case 1:
      frame += R"(,"breakdown":{"properties":["plan","amount"]})";
      break;
    case 2:
      if (!cohorts.empty()) frame += fmt::format(R"(,"breakdown":{{"cohorts":["{}"]}})", pick(cohorts));
      break;
    default:
      break;
  }
  return frame;
}

std::string RandomShop::metric(bool by_days) {
  static const std::vector<std::string> kPlain{"total", "unique", "total_per_user"};
  static const std::vector<std::string> kActive{"dau", "wau", "mau"};
  static const std::vector<std::string> kOfProperty{"sum", "average", "median", "p90",      "p95",
                                                    "p99", "min",     "max",    "distinct", "sum_per_user"};
  if (by_days && chance(30)) return fmt::format(R"({},"measure":"{}")", selection(), pick(kActive));
  if (chance(35)) return fmt::format(R"({},"measure":"{}")", selection(), pick(kPlain));
  return fmt::format(R"({},"measure":"{}","property":{})", selection(), pick(kOfProperty),
                     quoted(chance(70) ? "amount" : property_name()));
}

std::string RandomShop::insights(const std::vector<std::string>& cohorts) {
  const bool by_days = chance(50);
  std::string metrics;
  for (int i = 0; i == 0 || (i < 3 && chance(50)); ++i)
    metrics += fmt::format(R"({}{{"name":"m{}",{}}})", i == 0 ? "" : ",", i, metric(by_days));
  return fmt::format(R"({{"kind":"insights","metrics":[{}],{}}})", metrics,
                     frame(by_days ? pick<std::string>({"day", "week", "month"}) : "hour", cohorts));
}

std::string RandomShop::funnel(const std::vector<std::string>& cohorts) {
  const int count = 2 + below(3);
  std::string steps;
  for (int i = 0; i < count; ++i) steps += fmt::format("{}{{{}}}", i == 0 ? "" : ",", selection());
  std::string options = fmt::format(R"("window":"{}h")", 1 + below(30));
  if (chance(50)) options += R"(,"counting":"totals")";
  if (chance(40)) {
    options += R"(,"order":"any_order")";
  } else if (chance(50)) {
    const int after = 1 + below(count - 1);
    options += fmt::format(R"(,"exclude":[{{{},"after":{},"before":{}}}])", selection(), after,
                           after + 1 + below(count - after));
  }
  return fmt::format(R"({{"kind":"funnels","steps":[{}],{},{}}})", steps, options,
                     frame(pick<std::string>({"hour", "day"}), cohorts));
}

std::string RandomShop::retention(const std::vector<std::string>& cohorts) {
  std::string options = fmt::format("\"periods\":{}", 1 + below(4));
  if (chance(50)) options += R"(,"when":"on_or_after")";
  if (chance(50)) options += R"(,"periods_are":"rolling")";
  return fmt::format(R"({{"kind":"retention","birth":{{{}}},"return":{{{}}},{},{}}})", selection(),
                     selection(), options, frame(pick<std::string>({"day", "week"}), cohorts));
}

}  // namespace bellwether::testing
