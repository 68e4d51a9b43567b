#pragma once

#include <vector>

#include "alerts/evaluation.hpp"
#include "alerts/message.hpp"
#include "reports/report.hpp"

/// An alert tried out on the report's latest buckets, whether it is stored or not: nothing is saved.
namespace bellwether::publisher {

struct TrialBucket {
  Timestamp start;
  alerts::Observation observation;  ///< of the series that fired, or else of the first that the alert watches
  reports::Segment segment;
  std::optional<alerts::Firing> firing;
};

/// The last `buckets` complete ones, the oldest first. Frequency and windows play no part.
reports::Outcome<std::vector<TrialBucket>> try_alert(const reports::Context& context,
                                                     const alerts::Alert& alert,
                                                     const reports::Definition& report,
                                                     const alerts::EvaluationOptions& options,
                                                     std::size_t buckets);

/// How the values of a metric are shown.
reports::NumberFormat format_of(const reports::Definition& report, const std::string& metric);

/// The bucket as if the alert had fired there, for a test: what a receiver would get.
alerts::Firing pretend(const alerts::Alert& alert, const TrialBucket& bucket, Timestamp end,
                       const reports::NumberFormat& format);

}  // namespace bellwether::publisher
