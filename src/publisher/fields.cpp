#include "publisher/fields.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/exact_json.hpp"

namespace bellwether::publisher {

namespace json = boost::json;

Fields::Fields(const json::value& value, std::string where, std::initializer_list<std::string_view> known)
    : where_(std::move(where)) {
  if (!value.is_object())
    throw ParseError{"", (where_.empty() ? "the body" : where_) + " must be a JSON object"};
  object_ = &value.get_object();
  for (const auto& item : *object_) {
    if (std::ranges::find(known, std::string_view(item.key())) == known.end())
      throw ParseError{"", fmt::format("{} is not known here", at(item.key()))};
  }
}

std::string Fields::at(std::string_view name) const {
  return where_.empty() ? std::string(name) : fmt::format("{}.{}", where_, name);
}

const json::value* Fields::find(std::string_view name) const {
  const json::value* value = object_->if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::optional<std::string> Fields::optional_text(std::string_view name) const {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) throw ParseError{"", at(name) + " must be a string"};
  return std::string(value->get_string());
}

std::string Fields::text(std::string_view name) const {
  auto value = optional_text(name);
  if (!value) throw ParseError{"", at(name) + " is missing"};
  return std::move(*value);
}

std::string Fields::text_or(std::string_view name, std::string otherwise) const {
  return optional_text(name).value_or(std::move(otherwise));
}

bool Fields::flag_or(std::string_view name, bool otherwise) const {
  const json::value* value = find(name);
  if (value == nullptr) return otherwise;
  if (!value->is_bool()) throw ParseError{"", at(name) + " must be true or false"};
  return value->get_bool();
}

std::int64_t Fields::integer(std::string_view name) const {
  const json::value* value = find(name);
  if (value == nullptr) throw ParseError{"", at(name) + " is missing"};
  if (!value->is_int64()) throw ParseError{"", at(name) + " must be a whole number"};
  return value->get_int64();
}

std::vector<std::string> Fields::texts(std::string_view name) const {
  std::vector<std::string> texts;
  for (const json::value* item : items(name)) {
    if (!item->is_string()) throw ParseError{"", at(name) + " must be an array of texts"};
    texts.emplace_back(item->get_string());
  }
  return texts;
}

std::string Fields::json_or_empty(std::string_view name) const {
  const json::value* value = find(name);
  return value == nullptr ? "" : json::serialize(*value);
}

std::vector<const json::value*> Fields::items(std::string_view name) const {
  const json::value* value = find(name);
  if (value == nullptr) return {};
  if (!value->is_array()) throw ParseError{"", at(name) + " must be an array"};
  std::vector<const json::value*> items;
  for (const json::value& item : value->get_array()) items.push_back(&item);
  return items;
}

std::expected<void, api::ApiError> read_json(std::string_view body,
                                             const std::function<void(const json::value&)>& read) {
  boost::system::error_code wrong;
  const json::value value = parse_exact_json(body, wrong);
  if (wrong) return api::api_error(400, "invalid", "the body is not JSON: " + wrong.message());
  try {
    read(value);
    return {};
  } catch (const ParseError& error) {
    return api::api_error(400, "invalid", error.message);
  }
}

}  // namespace bellwether::publisher
