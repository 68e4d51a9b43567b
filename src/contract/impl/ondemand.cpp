#include "contract/impl/ondemand.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"

namespace bellwether::contract::impl {

namespace {

template <typename T>
T take(simdjson::simdjson_result<T> result, const Path& path) {
  T value{};
  const simdjson::error_code code = std::move(result).get(value);
  if (code != simdjson::SUCCESS) fail_malformed(path, simdjson::error_message(code));
  return value;
}

/// Half a surrogate pair is JSON, but stands for no text. Refuses what is not even JSON.
void expect_json_string(std::string_view quoted, const Path& path) {
  if (check_json_value(quoted, 0, quoted.size()) != JsonTextFault::kNone)
    fail_malformed(path, "a string is not written as JSON demands");
}

std::string within_limit(std::string_view text, const Path& path, const DecodeLimits& limits) {
  if (text.size() > limits.string_bytes)
    fail_limit(path, fmt::format("is longer than {} bytes", limits.string_bytes));
  return std::string(text);
}

}  // namespace

std::string Path::describe() const {
  std::string text = parent == nullptr ? "" : parent->describe();
  if (index) return text + fmt::format("[{}]", *index);
  if (!text.empty() && !key.empty()) text += '.';
  return text.append(key);
}

void fail_contract(const Path& path, std::string_view expected, std::string_view found) {
  throw DecodeError{{path.describe(), fmt::format("expected {}, found {}", expected, found)},
                    DecodeError::Kind::kContract};
}

void fail_malformed(const Path& path, std::string_view why) {
  throw DecodeError{{path.describe(), fmt::format("not valid JSON: {}", why)}, DecodeError::Kind::kMalformed};
}

void fail_limit(const Path& path, std::string message) {
  throw DecodeError{{path.describe(), std::move(message)}, DecodeError::Kind::kLimit};
}

std::string_view name_of(ondemand::json_type type) {
  switch (type) {
    case ondemand::json_type::array:
      return "an array";
    case ondemand::json_type::object:
      return "an object";
    case ondemand::json_type::number:
      return "a number";
    case ondemand::json_type::string:
      return "a string";
    case ondemand::json_type::boolean:
      return "a boolean";
    case ondemand::json_type::null:
      return "null";
  }
  return "something else";
}

ondemand::document Parser::parse(std::string_view text) {
  padded_.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  padded_.assign(text);
  ondemand::document document;
  const auto code =
      parser_.iterate(simdjson::padded_string_view(padded_.data(), padded_.size(), padded_.capacity()))
          .get(document);
  if (code != simdjson::SUCCESS) fail_malformed({}, simdjson::error_message(code));
  return document;
}

Parser& Parser::of_this_thread() {
  thread_local Parser parser;
  return parser;
}

ondemand::json_type type_of(ondemand::value& value, const Path& path) {
  return take(value.type(), path);
}

std::string_view raw_text(ondemand::value& value, const Path& path) {
  return take(simdjson::to_json_string(value), path);
}

std::string_view raw_token(ondemand::value& value, const Path&) {
  const std::string_view token = value.raw_json_token();
  return token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
}

std::string_view checked_text(ondemand::value& value, const Path& path, const DecodeLimits& limits,
                              std::size_t depth) {
  const std::string_view text = raw_text(value, path);
  switch (check_json_value(text, depth, limits.string_bytes)) {
    case JsonTextFault::kNone:
      return text;
    case JsonTextFault::kSyntax:
      fail_malformed(path, "a value is not written as JSON demands");
    case JsonTextFault::kDepth:
      fail_limit(path, fmt::format("nests deeper than {} levels", limits.depth));
    case JsonTextFault::kLength:
      fail_limit(path, fmt::format("a string is longer than {} bytes", limits.string_bytes));
  }
  return text;
}

std::string_view raw_key(ondemand::field& field) {
  const char* from = field.key().raw();
  const char* to = from;
  while (*to != '"' && *to != '\\') ++to;  // nearly all keys end here, at a byte a cycle
  while (*to != '"') to += *to == '\\' ? 2 : 1;
  return {from, static_cast<std::size_t>(to - from)};
}

std::string key_text(ondemand::field& field, const Path& path) {
  const std::string_view raw = raw_key(field);
  if (raw.find('\\') == std::string_view::npos) return std::string(raw);
  std::string_view text;
  if (field.unescaped_key().get(text) == simdjson::SUCCESS) return std::string(text);
  expect_json_string({raw.data() - 1, raw.size() + 2}, path);
  return std::string(raw);
}

ondemand::object object_at(ondemand::value& value, const Path& path) {
  const auto type = type_of(value, path);
  if (type != ondemand::json_type::object) fail_contract(path, "an object", name_of(type));
  return take(value.get_object(), path);
}

std::string id_at(ondemand::value& value, const Path& path, const DecodeLimits& limits) {
  const auto type = type_of(value, path);
  if (type == ondemand::json_type::string) return within_limit(take(value.get_string(), path), path, limits);
  if (type == ondemand::json_type::number) {
    return std::string(checked_text(value, path, limits, 0));
  }
  fail_contract(path, "a string", name_of(type));
}

std::optional<std::string> id_if_text(ondemand::value& value, const Path& path, const DecodeLimits& limits) {
  if (type_of(value, path) != ondemand::json_type::string) return id_at(value, path, limits);
  const std::string_view raw = raw_token(value, path);
  std::string_view text;
  if (value.get_string().get(text) == simdjson::SUCCESS) return within_limit(text, path, limits);
  expect_json_string(raw, path);
  return std::nullopt;
}

std::optional<std::string> optional_text_at(ondemand::value& value, const Path& path,
                                            const DecodeLimits& limits) {
  const auto type = type_of(value, path);
  if (type == ondemand::json_type::string) return id_at(value, path, limits);
  const std::string_view text = checked_text(value, path, limits, limits.depth);
  if (type == ondemand::json_type::number) return std::string(text);
  return std::nullopt;
}

std::optional<std::int64_t> optional_integer_at(ondemand::value& value, const Path& path,
                                                const DecodeLimits& limits, std::int64_t from,
                                                std::int64_t to) {
  const auto text = optional_text_at(value, path, limits);
  const auto number = text ? parse_integer(trim(*text)) : std::nullopt;
  return number && *number >= from && *number <= to ? number : std::nullopt;
}

bool is_object(ondemand::document& document) {
  return take(document.type(), {}) == ondemand::json_type::object;
}

ondemand::object root_object(ondemand::document& document) {
  const Path root;
  const auto type = take(document.type(), root);
  if (type == ondemand::json_type::object) return take(document.get_object(), root);
  // simdjson knows a scalar by its first letter: "not json" begins as null does.
  std::string_view token = take(document.raw_json_token(), root);
  token = token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
  if (type != ondemand::json_type::array &&
      check_json_value(token, 0, token.size()) != JsonTextFault::kNone) {
    fail_malformed(root, "it is neither an object nor any other JSON value");
  }
  fail_contract(root, "an object", name_of(type));
}

void expect_end(ondemand::document& document) {
  const char* rest = nullptr;
  const auto code = document.current_location().get(rest);
  if (code == simdjson::SUCCESS) fail_malformed({}, "there is more after the end of the message");
}

}  // namespace bellwether::contract::impl
