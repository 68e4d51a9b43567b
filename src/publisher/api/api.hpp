#pragma once

#include <optional>

#include "api/router.hpp"
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

 private:
  const ApiParts parts_;
  const api::Router<Call> router_;
};

}  // namespace bellwether::publisher
