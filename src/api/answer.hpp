#pragma once

#include <algorithm>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/json_writer.hpp"
#include "net/http.hpp"

/// What both services' APIs answer: JSON, lists with a cursor, errors as `{"error": {"code", "message"}}`.
namespace bellwether::api {

struct ApiError {
  unsigned status;
  std::string code;     ///< for programs: "not_found"
  std::string message;  ///< for people: says what to do
};

using Answer = std::expected<net::Response, ApiError>;

inline std::unexpected<ApiError> api_error(unsigned status, std::string code, std::string message) {
  return std::unexpected(ApiError{status, std::move(code), std::move(message)});
}

net::Response render_error(const ApiError& error);
net::Response json_response(std::string body);
net::Response text_response(std::string body, std::string media_type);

/// `{"data": […], "next": cursor or null}`. `items` may hold one more than `limit`, which shows that there
/// are more; the cursor is that of the last item given.
template <typename Item, typename Render, typename Cursor>
net::Response list_response(const std::vector<Item>& items, std::size_t limit, Render&& render,
                            Cursor&& cursor) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("data").begin_array();
  const std::size_t count = std::min(items.size(), limit);
  for (std::size_t i = 0; i < count; ++i) render(json, items[i]);
  json.end_array().key("next");
  if (items.size() > limit) {
    json.value(cursor(items[count - 1]));
  } else {
    json.null();
  }
  json.end_object();
  return json_response(std::move(body));
}

template <typename Writer, typename Text>
void optional_value(Writer& json, const std::optional<Text>& value) {
  if (value) {
    json.value(*value);
  } else {
    json.null();
  }
}

}  // namespace bellwether::api
