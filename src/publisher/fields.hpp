#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "api/answer.hpp"
#include "base/parse_error.hpp"

namespace bellwether::publisher {

/// Reads a JSON object's fields and says by name what is wrong: throws a `ParseError`.
class Fields {
 public:
  /// `where` names the object in messages ("cohorts[2]"; empty for the request's body). Fields that are not
  /// in `known` are refused, so that a misspelt one is not overlooked.
  Fields(const boost::json::value& value, std::string where, std::initializer_list<std::string_view> known);

  std::string text(std::string_view name) const;
  std::string text_or(std::string_view name, std::string otherwise) const;
  std::optional<std::string> optional_text(std::string_view name) const;
  bool flag_or(std::string_view name, bool otherwise) const;
  std::int64_t integer(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  /// A value as JSON text; empty when it is not there.
  std::string json_or_empty(std::string_view name) const;
  /// The elements of an array; none when it is not there.
  std::vector<const boost::json::value*> items(std::string_view name) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }
  std::string at(std::string_view name) const;

 private:
  const boost::json::value* find(std::string_view name) const;

  std::string where_;
  const boost::json::object* object_ = nullptr;
};

/// Parses a request's body and calls `read` with it; a `ParseError` becomes a 400.
std::expected<void, api::ApiError> read_json(std::string_view body,
                                             const std::function<void(const boost::json::value&)>& read);

}  // namespace bellwether::publisher
