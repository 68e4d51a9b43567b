#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"

namespace bellwether::cli {

struct SeriesPoint {
  std::string written;  ///< the time as it stands in the file
  Timestamp at;
  std::optional<double> value;  ///< none where the field is empty
};

/// A CSV of times and values, the first two columns, with or without a heading; "-" reads standard input.
/// Times are ISO 8601 (a blank for the T, no zone: UTC) or Unix seconds, and must not go backwards. The error
/// names the line.
Result<std::vector<SeriesPoint>> read_series_file(const std::string& file);

/// The usual time between two points: the median.
Millis step_of(const std::vector<SeriesPoint>& points);

}  // namespace bellwether::cli
