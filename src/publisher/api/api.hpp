#pragma once

#include <optional>

#include "api/router.hpp"
#include "net/http.hpp"
#include "publisher/api/call.hpp"
#include "publisher/api/call_pool.hpp"

namespace bellwether::publisher {

/// The private listener's application: what people configure, and how the syncs go. Calls are answered by
/// threads of their own; /healthz by the listener's, so that it is answered whatever the calls wait for, and
/// /readyz and /metrics by one thread beside the calls'.
class Api final : public net::Handler {
 public:
  explicit Api(const ApiParts& parts);

  std::optional<net::Response> screen(const net::RequestHead& head) override;
  void handle(net::Request request, net::Respond respond) override;
  net::Response refuse(const net::Refusal& refusal) override;

  /// Waits for the calls that are under way. To be called after the listener was stopped and before it is
  /// gone, as their answers go there.
  void stop();

 private:
  net::Response answer(const net::Request& request) const;

  const ApiParts parts_;
  const api::Router<Call> router_;
  CallPool calls_;
  CallPool probes_;
};

}  // namespace bellwether::publisher
