#include "api/answer.hpp"

namespace bellwether::api {

net::Response json_response(std::string body) {
  return text_response(std::move(body), "application/json");
}

net::Response text_response(std::string body, std::string media_type) {
  net::Response response;
  response.content_type = std::move(media_type);
  response.body = std::move(body);
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return response;
}

net::Response render_error(const ApiError& error) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("error").begin_object();
  json.key("code").value(error.code).key("message").value(error.message);
  json.end_object().end_object();
  net::Response response = json_response(std::move(body));
  response.status = error.status;
  return response;
}

}  // namespace bellwether::api
