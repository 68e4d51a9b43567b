#pragma once

#include <optional>
#include <string>

#include "contract/impl/ondemand.hpp"

namespace bellwether::contract::impl {

/// Walks one member: returns its distinct id and hands every other field to `on_property(raw_key, value,
/// path)`. The one place that says what a member is, for both the check at intake and the reading at merge.
template <typename OnProperty>
std::string read_member(ondemand::value& element, const Path& path, const DecodeLimits& limits,
                        OnProperty&& on_property) {
  std::optional<std::string> distinct_id;
  for (auto item : object_at(element, path)) {
    ondemand::field field;
    if (const auto code = std::move(item).get(field); code != simdjson::SUCCESS) {
      fail_malformed(path, simdjson::error_message(code));
    }
    const std::string_view raw = raw_key(field);
    const bool escaped = raw.find('\\') != std::string_view::npos;
    const std::string_view key = escaped ? std::string_view{} : raw;
    if (key == "mixpanel_distinct_id" || (escaped && key_text(field, path) == "mixpanel_distinct_id")) {
      distinct_id = id_at(field.value(), path.child("mixpanel_distinct_id"), limits);
    } else {
      on_property(raw, field.value(), path.child(raw));
    }
  }
  if (!distinct_id) fail_contract(path.child("mixpanel_distinct_id"), "a string", "nothing");
  return std::move(*distinct_id);
}

}  // namespace bellwether::contract::impl
