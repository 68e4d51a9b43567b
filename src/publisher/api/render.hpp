#pragma once

#include <vector>

#include "publisher/api/call.hpp"
#include "publisher/resources.hpp"

namespace bellwether::publisher {

/// One resource as an answer.
template <typename Resource>
net::Response show(const Resource& resource, unsigned status = 200) {
  std::string body;
  JsonWriter json(body);
  render(json, resource);
  net::Response response = api::json_response(std::move(body));
  response.status = status;
  return response;
}

/// A whole list, which is bounded by how much people configure.
template <typename Resource>
net::Response show_all(const std::vector<Resource>& resources) {
  return api::list_response(
      resources, resources.size(), [](JsonWriter& json, const Resource& resource) { render(json, resource); },
      [](const Resource&) { return ""; });
}

inline net::Response no_content() {
  net::Response response;
  response.status = 204;
  return response;
}

/// `?project=`, which lists of a project's things need.
inline std::expected<std::string, ApiError> project_parameter(const Call& call) {
  auto project = call.parameter("project");
  if (!project) return api_error(400, "bad_parameter", "say which project: ?project=ID");
  return std::move(*project);
}

}  // namespace bellwether::publisher
