#pragma once

#include <optional>
#include <string>

#include "contract/impl/ondemand.hpp"

namespace bellwether::contract::impl {

/// The message, `parameters` and `members` stand above a member.
inline constexpr std::size_t kLevelsAboveMember = 3;

/// One field that may hold the member's id.
struct IdField {
  std::string_view raw_key;
  std::string_view raw_value;
  std::optional<std::string> id;  ///< no value: it is neither a string with something in it nor a number
};

template <typename TextOf>
IdField read_id_field(ondemand::field& field, std::string_view raw_key, const Path& path,
                      const DecodeLimits& limits, TextOf& text_of) {
  IdField read{raw_key, {}, std::nullopt};
  const auto type = type_of(field.value(), path);
  if (type == ondemand::json_type::string || type == ondemand::json_type::number) {
    read.raw_value = raw_token(field.value(), path);
    read.id = id_if_text(field.value(), path, limits);
    if (read.id && read.id->empty()) read.id.reset();
  } else {
    read.raw_value = text_of(field.value(), path);
  }
  return read;
}

/// Walks one member: returns its distinct id and hands every other field to `on_property(raw_key, raw_value)`, with
/// the value as `text_of(value, path)` gives it. The id is `mixpanel_distinct_id`, or else `$distinct_id`. No value
/// when the member has neither, or is not an object. The one place that says what a member is, for both the check at
/// intake and the reading at merge.
template <typename TextOf, typename OnProperty>
std::optional<std::string> read_member(ondemand::value& element, const Path& path, const DecodeLimits& limits,
                                       TextOf&& text_of, OnProperty&& on_property) {
  if (type_of(element, path) != ondemand::json_type::object) {
    text_of(element, path);
    return std::nullopt;
  }
  std::optional<std::string> id;
  std::optional<IdField> other;
  for (auto item : object_at(element, path)) {
    ondemand::field field;
    if (const auto code = std::move(item).get(field); code != simdjson::SUCCESS) {
      fail_malformed(path, simdjson::error_message(code));
    }
    const std::string_view raw = raw_key(field);
    const bool escaped = raw.find('\\') != std::string_view::npos;
    const std::string unescaped = escaped ? key_text(field, path) : std::string();
    const std::string_view key = escaped ? std::string_view(unescaped) : raw;
    const Path at = path.child(raw);
    if (key == "mixpanel_distinct_id") {
      id = read_id_field(field, raw, at, limits, text_of).id;
    } else if (key == "$distinct_id") {
      other = read_id_field(field, raw, at, limits, text_of);
    } else {
      on_property(raw, text_of(field.value(), at));
    }
  }
  if (!other) return id;
  if (!id && other->id) return std::move(other->id);
  on_property(other->raw_key, other->raw_value);
  return id;
}

}  // namespace bellwether::contract::impl
