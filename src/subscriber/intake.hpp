#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "inbox/inbox.hpp"
#include "mirror/mirror.hpp"
#include "net/credentials.hpp"
#include "net/http.hpp"
#include "storage/group_commit.hpp"
#include "subscriber/answers.hpp"
#include "subscriber/metrics.hpp"
#include "subscriber/options.hpp"

namespace bellwether::subscriber {

/// The public listener's application: takes pages and alerts, and answers after the commit that holds them.
///
/// Screening (path, method, credentials, media type) happens before the body is read; decoding on the
/// server's threads; storing on the writer's. What the answer's connection tells is noted for the mirror.
class Intake final : public net::Handler {
 public:
  /// `on_waiting` is called on the writer's thread when a session waits to be merged. All references outlive
  /// it.
  static Result<std::unique_ptr<Intake>> make(const Options& options, const mirror::Mirror& mirror,
                                              storage::GroupCommit& writer, Metrics& metrics,
                                              std::function<void()> on_waiting);

  std::optional<net::Response> screen(const net::RequestHead& head) override;
  bool screens_slowly(const net::RequestHead& head) override;
  void handle(net::Request request, net::Respond respond) override;
  net::Response refuse(const net::Refusal& refusal) override;

 private:
  struct Endpoint {
    EndpointKind kind;
    net::CredentialSet credentials;
    std::set<std::string, std::less<>> projects;

    bool allows(std::string_view project) const { return projects.empty() || projects.contains(project); }
  };
  struct Exchange;                                                 ///< one request from body to answer
  using Endpoints = std::map<std::string, Endpoint, std::less<>>;  ///< by path

  Intake(const Options& options, const mirror::Mirror& mirror, storage::GroupCommit& writer, Metrics& metrics,
         std::function<void()> on_waiting);
  void take_page(const std::shared_ptr<Exchange>& exchange, const Endpoint& endpoint);
  void take_alert(const std::shared_ptr<Exchange>& exchange, const Endpoint& endpoint);
  void submit(const std::shared_ptr<Exchange>& exchange, storage::GroupCommit::Work work,
              std::move_only_function<net::Response()> on_success);
  Endpoints::const_iterator find_endpoint(std::string_view path) const;
  net::Response page_answer(const contract::CohortPage& page, const mirror::Receipt& receipt);
  void answer(Exchange& exchange, net::Response response);
  void record(const Exchange& exchange, unsigned status);
  void store_aside(std::size_t bytes, storage::GroupCommit::Work work);
  void list_skipped(const net::Request& request, const contract::CohortPage& page);
  void reject(Exchange& exchange, const contract::DecodeError& error, std::optional<contract::Action> action);
  void keep_rejected_request(const net::RequestHead* head, std::string_view body, unsigned status,
                             const std::string& reason);

  const Options& options_;
  const mirror::Mirror& mirror_;
  storage::GroupCommit& writer_;
  Metrics& metrics_;
  const std::function<void()> on_waiting_;
  Endpoints endpoints_;
};

}  // namespace bellwether::subscriber
