#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "net/body_budget.hpp"
#include "net/http.hpp"
#include "net/impl/admission.hpp"
#include "net/impl/client_counts.hpp"
#include "net/impl/heavy_gate.hpp"
#include "net/ip.hpp"
#include "net/offload.hpp"
#include "net/server.hpp"

namespace bellwether::net::impl {

/// What a connection needs of its server, which outlives it.
struct Surroundings {
  Handler& handler;
  const ServerLimits& limits;
  const std::vector<Network>& trusted_proxies;
  BodyBudget& bodies;
  ClientCounts& proxied;
  ClientCounts& heavy;  ///< of each client's large compressed bodies, those that wait for the gate too
  HeavyGate& gate;
  const Offload& offload;  ///< for what takes long; empty: it runs on the network thread
  const std::atomic<bool>& stopping;
};

/// One connection, from accept to close. Keeps itself alive while it runs.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual void start(std::function<void()> on_end) = 0;
  /// In place of `start`: sends the bytes as far as they go at once, and closes.
  virtual void turn_away(std::string_view answer) = 0;
  /// Thread-safe: ends it as soon as no request is under way; a stream that is being written ends at once.
  virtual void finish_soon() = 0;
  /// Thread-safe: ends it now, whatever it is doing.
  virtual void abort() = 0;
  /// Thread-safe: ends it now, unless a whole request is being answered; then after the answer.
  virtual void give_way() = 0;
  /// Thread-safe.
  virtual Standing standing() const = 0;
};

std::shared_ptr<Connection> make_plain_connection(boost::asio::ip::tcp::socket socket,
                                                  const Surroundings& around);
std::shared_ptr<Connection> make_tls_connection(boost::asio::ip::tcp::socket socket,
                                                const Surroundings& around,
                                                std::shared_ptr<boost::asio::ssl::context> tls);

}  // namespace bellwether::net::impl
