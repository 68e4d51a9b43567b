#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "contract/decode_error.hpp"
#include "contract/json_text.hpp"

/// What both decoders need of simdjson's On-Demand. Included by this module's .cpp files alone: the header is
/// heavy. Inside, a fault unwinds as a thrown `DecodeError`; each decoder turns it into its `std::expected`.
namespace bellwether::contract::impl {

namespace ondemand = simdjson::ondemand;

/// Where a value stands, as a chain on the stack: nothing is built until a fault is described.
struct Path {
  const Path* parent = nullptr;
  std::string_view key = {};
  std::optional<std::size_t> index = std::nullopt;

  Path child(std::string_view name) const { return {this, name}; }
  Path element(std::size_t i) const { return {this, {}, i}; }
  std::string describe() const;
};

[[noreturn]] void fail_contract(const Path& path, std::string_view expected, std::string_view found);
[[noreturn]] void fail_malformed(const Path& path, std::string_view why);
[[noreturn]] void fail_limit(const Path& path, std::string message);

std::string_view name_of(ondemand::json_type type);

/// Holds one thread's parser and padded copy of the message.
class Parser {
 public:
  /// The document is valid until the next call. Fails on text that is not JSON in UTF-8.
  ondemand::document parse(std::string_view text);

  static Parser& of_this_thread();

 private:
  ondemand::parser parser_;
  std::string padded_;
};

ondemand::json_type type_of(ondemand::value& value, const Path& path);
/// The value's own text, without blanks around it. Consumes the value.
std::string_view raw_text(ondemand::value& value, const Path& path);
/// The text of a string or a number, without consuming it.
std::string_view raw_token(ondemand::value& value, const Path& path);
/// As `raw_text`, but refuses what is not strictly JSON or over a limit. `depth` is what may still nest.
std::string_view checked_text(ondemand::value& value, const Path& path, const DecodeLimits& limits,
                              std::size_t depth);
/// The key as it stands between its quotes, escapes included.
std::string_view raw_key(ondemand::field& field);
/// The key's meaning; `raw_key` when it has no escapes, or stands for no text (half a surrogate pair).
std::string key_text(ondemand::field& field, const Path& path);

ondemand::object object_at(ondemand::value& value, const Path& path);
/// A string, or a number as it was sent: an id never passes through a double.
std::string id_at(ondemand::value& value, const Path& path, const DecodeLimits& limits);
/// The same, but no value for a string that stands for no text (half a surrogate pair).
std::optional<std::string> id_if_text(ondemand::value& value, const Path& path, const DecodeLimits& limits);
/// For fields that the contract does not require: a string, a number's digits, or no value for any other
/// type.
std::optional<std::string> optional_text_at(ondemand::value& value, const Path& path,
                                            const DecodeLimits& limits);
/// An integer within the bounds, as a number or as a string; no value for anything else.
std::optional<std::int64_t> optional_integer_at(ondemand::value& value, const Path& path,
                                                const DecodeLimits& limits, std::int64_t from,
                                                std::int64_t to);

bool is_object(ondemand::document& document);
/// The message itself; refuses anything but an object.
ondemand::object root_object(ondemand::document& document);

/// Calls `each(key, value, path)` for every field.
template <typename Each>
void for_each_field(ondemand::object object, const Path& path, Each&& each) {
  for (auto item : object) {
    ondemand::field field;
    if (const auto code = std::move(item).get(field); code != simdjson::SUCCESS) {
      fail_malformed(path, simdjson::error_message(code));
    }
    const std::string key = key_text(field, path);
    each(key, field.value(), path.child(key));
  }
}

/// How deep a value may nest that stands `levels` below the top of the message.
inline std::size_t below(const DecodeLimits& limits, std::size_t levels) {
  return limits.depth > levels ? limits.depth - levels : 0;
}

/// Refuses anything but blanks after the document.
void expect_end(ondemand::document& document);

}  // namespace bellwether::contract::impl
