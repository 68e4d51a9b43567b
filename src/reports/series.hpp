#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/json_writer.hpp"
#include "base/time.hpp"
#include "cohorts/query.hpp"
#include "events/engine.hpp"
#include "reports/definition.hpp"

/// What reports are made of when they are run.
namespace bellwether::reports {

/// What a series is about: a value for each of the breakdown's properties (no value: the property is not
/// set), or a cohort's name (no value: in none of them). Empty without a breakdown.
using Segment = std::vector<std::optional<std::string>>;

/// "Berlin, pro"; "(not set)" for what has no value, `everything` for the empty one.
std::string describe(const Segment& segment, std::string_view everything = "Overall");

/// The same with labels of at most `most` characters, for what holds many of them: a label can be a megabyte
/// long.
Segment shortened(const Segment& segment, std::size_t most);

/// An array of its labels, null for no value.
void render(JsonWriter& json, const Segment& segment);

struct Series {
  std::string metric;
  NumberFormat format;
  Segment segment;
  std::vector<std::optional<double>> values;  ///< one a bucket
};

struct SeriesTable {
  std::vector<Timestamp> bounds;  ///< the buckets' starts, and at last the end of the last one
  std::vector<Series> series;     ///< by metric, then by segment, the largest first
  bool truncated = false;         ///< there are more segments than asked for
};

/// What running a report needs beside its definition.
struct Context {
  events::Engine& engine;
  std::string project_id;
  calendar::TimeZone zone;
  Timestamp now;
  cohorts::FindCohort find_cohort;
  std::size_t most_segments = 50;
  Millis within = std::chrono::minutes(1);
};

struct ReportError {
  bool is_definition = true;  ///< the report cannot be run as it is; else the engine failed
  events::EngineError engine = {};
  std::string message;
};
template <typename T>
using Outcome = std::expected<T, ReportError>;

}  // namespace bellwether::reports
