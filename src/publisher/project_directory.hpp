#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/credentials.hpp"
#include "registry/projects.hpp"

namespace bellwether::publisher {

/// Whose token and whose credentials: what every request of the ingestion asks, held in memory. Thread-safe.
class ProjectDirectory {
 public:
  /// To be called when the projects changed.
  void replace(const std::vector<registry::Project>& projects);

  std::optional<std::string> project_of_token(std::string_view token) const;

  /// The project that an /import request opens with its Authorization header or its `api_key`: by a service
  /// account (then `project_id` must name the project), or by the project's secret or token as the user name
  /// with an empty password.
  std::optional<std::string> project_of_credentials(std::string_view authorization,
                                                    std::string_view project_id,
                                                    std::string_view api_key) const;

 private:
  struct Entry {
    std::string id;
    bool has_accounts = false;
    net::CredentialSet secrets;  ///< the secret, if there is one, and the token
    net::CredentialSet accounts;
  };
  struct Content {
    std::map<std::string, std::string, std::less<>> ids_by_token;
    std::vector<Entry> entries;
  };
  std::shared_ptr<const Content> content() const;

  mutable std::mutex mutex_;
  std::shared_ptr<const Content> content_ = std::make_shared<Content>();
};

}  // namespace bellwether::publisher
