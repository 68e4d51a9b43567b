#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "events/engine.hpp"
#include "net/server.hpp"

namespace bellwether::testing {

/// Speaks ClickHouse's HTTP interface and answers with a real engine behind it: parameters from the URL,
/// Basic credentials, exceptions as status and header, or at the end of a body that was begun.
class ClickhouseFront final : public net::Handler {
 public:
  /// Takes `user` and `password`; `engine` outlives it.
  ClickhouseFront(events::Engine& engine, const std::string& user, const std::string& password,
                  const std::optional<net::TlsFiles>& tls = std::nullopt);
  ~ClickhouseFront() override;

  std::string url() const { return scheme_ + server_->address().to_string(); }
  /// Requests whose bodies came compressed, and answers that went compressed.
  int compressed_requests() const { return compressed_requests_; }
  int compressed_answers() const { return compressed_answers_; }

  std::optional<net::Response> screen(const net::RequestHead& head) override;
  void handle(net::Request request, net::Respond respond) override;
  net::Response refuse(const net::Refusal& refusal) override;

 private:
  events::Engine& engine_;
  const std::string authorization_;
  const std::string scheme_;
  std::atomic<int> compressed_requests_ = 0;
  std::atomic<int> compressed_answers_ = 0;
  std::unique_ptr<net::Server> server_;
};

}  // namespace bellwether::testing
