#pragma once

#include <optional>

#include "api/router.hpp"
#include "api/workers.hpp"
#include "net/http.hpp"
#include "publisher/api/call.hpp"

namespace bellwether::publisher {

/// The private listener's application: what people configure, and how the syncs go.
class Api final : public net::Handler {
 public:
  explicit Api(const ApiParts& parts);

  std::optional<net::Response> screen(const net::RequestHead& head) override;
  void handle(net::Request request, net::Respond respond) override;
  net::Response refuse(const net::Refusal& refusal) override;

  /// The threads that answer: to be stopped after the listener.
  api::Workers& workers() { return workers_; }

 private:
  const ApiParts parts_;
  const api::Router<Call> router_;
  api::Workers workers_;
};

}  // namespace bellwether::publisher
