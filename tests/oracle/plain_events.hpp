#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oracle/plain_reports.hpp"

/// What all plain reports ask of an event.
namespace bellwether::testing {

bool matches(const PlainEvent& event, const reports::EventSelection& selection, Timestamp now);

/// The bucket's index, or no value outside.
std::optional<std::size_t> bucket_of(const std::vector<Timestamp>& bounds, Timestamp at);

PlainSegment labels_of(const PlainEvent& event, const reports::Breakdown& by);

/// The segments that a person's row counts in.
std::vector<PlainSegment> segments_of(const PlainFrame& frame, const PlainSegment& labels,
                                      const std::string& person, const reports::Breakdown& by);

/// As the engine writes an array of labels: the order that decides between equal times.
std::string as_text(const PlainSegment& segment);

}  // namespace bellwether::testing
