#pragma once

#include <memory>
#include <string>

#include "events/engine.hpp"
#include "net/server.hpp"

namespace bellwether::testing {

/// Speaks ClickHouse's HTTP interface and answers with a real engine behind it: parameters from the URL,
/// Basic credentials, exceptions as status and header, or at the end of a body that was begun.
class ClickhouseFront final : public net::Handler {
 public:
  /// Takes `user` and `password`; `engine` outlives it.
  ClickhouseFront(events::Engine& engine, const std::string& user, const std::string& password);
  ~ClickhouseFront() override;

  std::string url() const { return "http://" + server_->address().to_string(); }

  std::optional<net::Response> screen(const net::RequestHead& head) override;
  void handle(net::Request request, net::Respond respond) override;
  net::Response refuse(const net::Refusal& refusal) override;

 private:
  events::Engine& engine_;
  const std::string authorization_;
  std::unique_ptr<net::Server> server_;
};

}  // namespace bellwether::testing
