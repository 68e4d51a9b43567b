#pragma once

#include <string>
#include <vector>

#include "alerts/alert.hpp"
#include "alerts/root_cause.hpp"
#include "reports/report.hpp"

namespace bellwether::publisher {

/// A flagged bucket of an alert, explained.
struct RootCause {
  Timestamp bucket;
  Timestamp bucket_end;
  std::size_t baseline = 0;       ///< buckets right before it
  std::vector<Timestamp> starts;  ///< of the baseline's buckets and the flagged one
  std::vector<std::optional<double>> values;
  calendar::Unit unit = calendar::Unit::kDay;
  calendar::TimeZone zone = calendar::TimeZone::utc();
  alerts::Movement movement;
  std::vector<alerts::Dimension> dimensions;  ///< the most telling first
  std::vector<std::string> skipped;           ///< properties with too many values
  alerts::Confidence confidence = alerts::Confidence::kLow;
  std::string sentence;
  reports::NumberFormat format;
};

/// What is looked at: the properties of most events, or only those that the project prioritises.
struct RootCauseOptions {
  std::vector<std::string> properties = {};  ///< prioritised; empty: found in the events
  std::size_t most_properties = 30;
  std::size_t most_values = 50;  ///< a property with more is left out, unless it is prioritised
};

/// Explains the bucket that `at` lies in. The alert must fit the report. No value when there is nothing to
/// compare.
reports::Outcome<std::optional<RootCause>> analyse_root_cause(const reports::Context& context,
                                                              const alerts::Alert& alert,
                                                              const reports::Definition& report, Timestamp at,
                                                              const RootCauseOptions& options);

}  // namespace bellwether::publisher
