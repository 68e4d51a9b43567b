#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oracle/plain_evaluator.hpp"
#include "reports/funnel.hpp"
#include "reports/retention.hpp"

/// Reports told slowly and plainly, event by event, without SQL: the judge of the compiled queries.
namespace bellwether::testing {

struct PlainFrame {
  const PlainData& data;
  Timestamp now;
  calendar::TimeZone zone;
  std::vector<Timestamp> bounds;
};

using PlainSegment = std::vector<std::optional<std::string>>;
/// By segment, a value a bucket.
using PlainSeries = std::map<PlainSegment, std::vector<std::optional<double>>>;

PlainSeries plain_metric(const PlainFrame& frame, const reports::Metric& metric,
                         const reports::Breakdown& by);

struct PlainFunnelBucket {
  std::vector<std::uint64_t> counts;
  std::vector<std::vector<double>> seconds;  ///< for each step how long those who reached it took
};
std::map<PlainSegment, std::vector<PlainFunnelBucket>> plain_funnel(const PlainFrame& frame,
                                                                    const reports::Funnel& funnel);

struct PlainRetentionBucket {
  std::uint64_t born = 0;
  std::vector<std::uint64_t> retained;
};
std::map<PlainSegment, std::vector<PlainRetentionBucket>> plain_retention(
    const PlainFrame& frame, const reports::Retention& retention);

double plain_quantile(std::vector<double> values, double level);

}  // namespace bellwether::testing
