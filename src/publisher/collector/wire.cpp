#include "publisher/collector/wire.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/json_writer.hpp"

namespace bellwether::publisher {

namespace {

/// A transparent GIF of one pixel.
constexpr std::string_view kPixel = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
constexpr std::size_t kMaxCallback = 100;

std::string_view status_text(unsigned code) {
  switch (code) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 413:
      return "Request Entity Too Large";
    case 429:
      return "Too Many Requests";
    default:
      return code < 500 ? "Error" : "Service Unavailable";
  }
}

/// Base64 in either alphabet; a form's decoder has made blanks of '+', and padding may be left out.
std::optional<std::string> lenient_base64(std::string text) {
  for (char& c : text) {
    if (c == ' ' || c == '-') c = '+';
    if (c == '_') c = '/';
  }
  while (text.size() % 4 != 0) text += '=';
  return from_base64(text);
}

std::expected<std::string, std::string> read_data(std::string data) {
  const std::size_t begin = data.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return std::unexpected("data, missing or empty");
  if (data[begin] == '{' || data[begin] == '[') return data;
  auto decoded = lenient_base64(std::move(data));
  if (!decoded) return std::unexpected("data is neither JSON nor base64");
  return std::move(*decoded);
}

/// What Mixpanel's SDK gives as a callback when it sends by script: a name, with an index behind it
/// ("mixpanel._jsc[7]"), or a function that does nothing. Nothing else is made into a script.
bool is_callback(std::string_view name) {
  if (name == "(function(){})") return true;
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || c == '.' || c == '[' || c == ']';
  };
  return !name.empty() && name.size() <= kMaxCallback && std::ranges::all_of(name, plain);
}

std::string flag_body(const Carried& carried, bool success, std::string_view error) {
  if (carried.parameter("verbose") != "1") return success ? "1" : "0";
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("status").value(success ? 1 : 0).key("error");
  if (error.empty()) {
    json.null();
  } else {
    json.value(error);
  }
  json.end_object();
  return body;
}

}  // namespace

std::string_view bare_path(std::string_view path) {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

std::string_view Carried::parameter(std::string_view name) const {
  const auto found = std::ranges::find_if(parameters, [&](const auto& pair) { return pair.first == name; });
  return found == parameters.end() ? std::string_view{} : std::string_view(found->second);
}

std::expected<Carried, std::string> read_carried(net::Request& request) {
  auto parameters = net::split_query(request.query);
  if (!parameters) return std::unexpected("the query has a broken % escape");
  Carried carried{.parameters = std::move(*parameters)};
  const std::string_view type = request.header("Content-Type");
  const bool is_form =
      type.contains("application/x-www-form-urlencoded") || request.body.starts_with("data=");
  if (is_form) {
    auto fields = net::split_query(request.body);
    if (!fields) return std::unexpected("the form has a broken % escape");
    std::ranges::move(*fields, std::back_inserter(carried.parameters));
    request.body.clear();
  } else if (!request.body.empty()) {
    carried.json = std::move(request.body);
    return carried;
  }
  const auto data =
      std::ranges::find_if(carried.parameters, [](const auto& pair) { return pair.first == "data"; });
  if (data == carried.parameters.end()) return std::unexpected("data, missing or empty");
  auto json = TRY(read_data(std::move(data->second)));
  carried.json = std::move(json);
  carried.as_form = true;
  return carried;
}

net::Response answer_flag(const Carried& carried, bool success, std::string_view error, unsigned status) {
  net::Response response;
  response.status = status;
  if (carried.parameter("img") == "1") {
    // An image can tell nothing but that it is there; a browser would log an error for every refusal.
    if (status < 429) response.status = 200;
    response.content_type = "image/gif";
    response.body = from_base64(kPixel).value_or("");
    return response;
  }
  response.body = flag_body(carried, success, error);
  response.content_type = carried.parameter("verbose") == "1" ? "application/json" : "text/plain";
  if (const auto callback = carried.parameter("callback"); is_callback(callback)) {
    response.content_type = "text/javascript";
    response.body = std::string(callback) + "(" + response.body + ");";
  }
  return response;
}

net::Response answer_import(const ImportResult& result) {
  net::Response response;
  response.status = result.code;
  JsonWriter json(response.body);
  json.begin_object().key("code").value(result.code).key("status").value(status_text(result.code));
  json.key("num_records_imported").value(result.imported);
  if (!result.error.empty()) json.key("error").value(result.error);
  if (!result.failed.empty()) {
    json.key("failed_records").begin_array();
    for (const auto& record : result.failed) {
      json.begin_object().key("index").value(record.index).key("insert_id").value(record.insert_id);
      json.key("field").value(record.field).key("message").value(record.message).end_object();
    }
    json.end_array();
  }
  json.end_object();
  return response;
}

net::Response answer_error(unsigned status, std::string_view error) {
  net::Response response;
  response.status = status;
  JsonWriter json(response.body);
  json.begin_object().key("status").value("error").key("error").value(error).end_object();
  return response;
}

}  // namespace bellwether::publisher
