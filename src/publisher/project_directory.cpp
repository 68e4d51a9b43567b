#include "publisher/project_directory.hpp"

#include "base/encoding.hpp"

namespace bellwether::publisher {

void ProjectDirectory::replace(const std::vector<registry::Project>& projects) {
  auto content = std::make_shared<Content>();
  for (const registry::Project& project : projects) {
    content->ids_by_token.emplace(project.token, project.id);
    std::vector<net::Credential> accounts;
    accounts.reserve(project.accounts.size());
    for (const auto& account : project.accounts) accounts.push_back({account.user, account.password, ""});
    std::vector<net::Credential> secrets{{project.token, "", ""}};
    if (!project.secret.empty()) secrets.push_back({project.secret, "", ""});
    // Neither has a hash, so neither can fail to read.
    content->entries.push_back({project.id, !accounts.empty(), std::move(*net::CredentialSet::make(secrets)),
                                std::move(*net::CredentialSet::make(accounts))});
  }
  const std::scoped_lock lock(mutex_);
  content_ = std::move(content);
}

std::shared_ptr<const ProjectDirectory::Content> ProjectDirectory::content() const {
  const std::scoped_lock lock(mutex_);
  return content_;
}

std::optional<std::string> ProjectDirectory::project_of_token(std::string_view token) const {
  const auto current = content();
  const auto found = current->ids_by_token.find(token);
  if (found == current->ids_by_token.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> ProjectDirectory::project_of_credentials(std::string_view authorization,
                                                                    std::string_view project_id,
                                                                    std::string_view api_key) const {
  const auto current = content();
  const std::string with_key = "Basic " + to_base64(std::string(api_key) + ":");
  for (const Entry& entry : current->entries) {
    if (!project_id.empty() && entry.id != project_id) continue;
    const bool by_secret =
        entry.secrets.accepts(authorization) || (!api_key.empty() && entry.secrets.accepts(with_key));
    const bool by_account =
        entry.has_accounts && !project_id.empty() && entry.accounts.accepts(authorization);
    if (by_secret || by_account) return entry.id;
  }
  return std::nullopt;
}

}  // namespace bellwether::publisher
