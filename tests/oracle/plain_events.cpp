#include "oracle/plain_events.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bellwether::testing {

namespace json = boost::json;

namespace {

/// As people write it: Boost writes 2.5 as 2.5E0.
std::string write(const json::value& value) {
  if (value.is_double()) return fmt::format("{}", value.get_double());
  if (!value.is_array()) return json::serialize(value);
  std::string list;
  for (const json::value& item : value.get_array()) list += (list.empty() ? "" : ",") + write(item);
  return "[" + list + "]";
}

std::optional<std::string> label(const PlainEvent& event, const std::string& property) {
  const json::value* value = event.properties.if_contains(property);
  if (value == nullptr || value->is_null() || value->is_object()) return std::nullopt;
  return value->is_string() ? std::string(value->get_string()) : write(*value);
}

}  // namespace

bool matches(const PlainEvent& event, const reports::EventSelection& selection, Timestamp now) {
  return event.event == selection.event && std::ranges::all_of(selection.where, [&](const auto& filter) {
           return passes(event.properties, filter, now);
         });
}

std::optional<std::size_t> bucket_of(const std::vector<Timestamp>& bounds, Timestamp at) {
  if (at < bounds.front() || at >= bounds.back()) return std::nullopt;
  return static_cast<std::size_t>(std::ranges::upper_bound(bounds, at) - bounds.begin() - 1);
}

PlainSegment labels_of(const PlainEvent& event, const reports::Breakdown& by) {
  PlainSegment segment;
  for (const std::string& property : by.properties) segment.push_back(label(event, property));
  return segment;
}

std::vector<PlainSegment> segments_of(const PlainFrame& frame, const PlainSegment& labels,
                                      const std::string& person, const reports::Breakdown& by) {
  if (by.cohorts.empty()) return {labels};
  std::vector<PlainSegment> segments;
  for (const std::string& name : by.cohorts) {
    if (members_of(frame.data.cohorts.at(name), frame.data, frame.now).contains(person))
      segments.push_back({name});
  }
  if (segments.empty()) segments.push_back({std::nullopt});
  return segments;
}

std::string as_text(const PlainSegment& segment) {
  std::string text = "[";
  for (const auto& one : segment) {
    if (text.size() > 1) text += ',';
    if (!one) {
      text += "NULL";
      continue;
    }
    text += '\'';
    for (const char c : *one) {
      if (c == '\'' || c == '\\') text += '\\';
      text += c;
    }
    text += '\'';
  }
  return text + "]";
}

}  // namespace bellwether::testing
