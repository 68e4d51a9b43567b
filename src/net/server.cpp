#include "net/server.hpp"

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <fmt/format.h>

#include "base/log.hpp"
#include "net/impl/connection.hpp"
#include "net/impl/request_reader.hpp"
#include "net/impl/tls.hpp"
#include "net/impl/wire_clock.hpp"

namespace bellwether::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::string_view kBusy =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// For connections to notice that they were aborted.
constexpr Millis kAborting = std::chrono::seconds(1);

}  // namespace

struct Server::Impl {
  Impl(const Options& given, Handler& application)
      : options(given),
        handler(application),
        gate(given.threads),
        io(static_cast<int>(given.threads)),
        acceptor(io) {
    if (!options.bodies) options.bodies = std::make_shared<BodyBudget>(BodyBudget::Limits());
  }

  Options options;
  Handler& handler;
  impl::ClientCounts proxied;
  impl::ClientCounts heavy;
  impl::HeavyGate gate;
  asio::io_context io;  // its end destroys the connections, which use what is declared above
  tcp::acceptor acceptor;
  std::vector<std::thread> threads;
  std::atomic<bool> stopping = false;
  std::shared_ptr<asio::ssl::context> tls;  // guarded by `mutex`

  std::mutex mutex;
  std::condition_variable ended;
  std::set<std::shared_ptr<impl::Connection>> connections;

  Result<void> bind() {
    error_code error;
    const tcp::endpoint endpoint(asio::ip::make_address(options.listen.ip), options.listen.port);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error)
      return fail(fmt::format("cannot listen on {}: {}", options.listen.to_string(), error.message()));
    return {};
  }

  asio::awaitable<void> accept_until_stopped() {
    impl::WireTimer pause(io);
    while (!stopping) {
      const bool accepted = co_await accept_one();
      if (accepted || stopping) continue;
      // Out of file descriptors or memory, most likely: some will be given back.
      pause.expires_after(Millis(50));
      co_await pause.async_wait(impl::kToTuple);
    }
  }

  asio::awaitable<bool> accept_one() {
    try {
      auto [error, socket] = co_await acceptor.async_accept(asio::make_strand(io), impl::kToTuple);
      if (error) co_return false;
      admit(std::move(socket));
      co_return true;
    } catch (const std::exception& error) {
      log::error("a connection could not be taken", {{"error", error.what()}});
    }
    co_return false;
  }

  void admit(tcp::socket socket) {
    const impl::Surroundings around{.handler = handler,
                                    .limits = options.limits,
                                    .trusted_proxies = options.trusted_proxies,
                                    .bodies = *options.bodies,
                                    .proxied = proxied,
                                    .heavy = heavy,
                                    .gate = gate,
                                    .offload = options.offload,
                                    .stopping = stopping};
    const std::scoped_lock lock(mutex);
    const auto connection = tls ? impl::make_tls_connection(std::move(socket), around, tls)
                                : impl::make_plain_connection(std::move(socket), around);
    if (!make_room(connection->standing().client)) {
      if (!tls) connection->turn_away(kBusy);
      return;
    }
    connections.insert(connection);
    connection->start([this, weak = std::weak_ptr(connection)] {
      const std::scoped_lock ending(mutex);
      connections.erase(weak.lock());
      ended.notify_all();
    });
  }

  /// Whether there is a place for one more connection of that client; another may have to give way for it.
  bool make_room(const std::string& client) {
    std::vector<std::shared_ptr<impl::Connection>> all(connections.begin(), connections.end());
    std::vector<impl::Standing> standing;
    standing.reserve(all.size());
    for (const auto& one : all) standing.push_back(one->standing());
    const impl::Admission admission =
        impl::admit(standing, client, {options.limits.connections, options.limits.connections_per_client});
    if (admission.gives_way) all[*admission.gives_way]->give_way();
    return admission.admitted;
  }

  /// A handler's exception ends neither the thread nor any other request.
  void run() {
    for (;;) {
      try {
        io.run();
        return;
      } catch (const std::exception& error) {
        log::error("a network thread caught an exception", {{"error", error.what()}});
      }
    }
  }

  void stop(Millis bound) {
    if (stopping.exchange(true)) return;
    asio::post(io, [this] {
      error_code ignored;
      acceptor.close(ignored);
    });
    {
      std::unique_lock lock(mutex);
      for (const auto& connection : connections) connection->finish_soon();
      if (!ended.wait_for(lock, bound, [this] { return connections.empty(); })) {
        for (const auto& connection : connections) connection->abort();
        // What a connection holds (a snapshot of the data, say) is given back when it has ended.
        ended.wait_for(lock, kAborting, [this] { return connections.empty(); });
      }
    }
    io.stop();
    for (std::thread& thread : threads) thread.join();
  }
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  stop(Millis(0));
}

Result<std::unique_ptr<Server>> Server::open(const Options& options, Handler& handler) {
  std::unique_ptr<Server> server(new Server(std::make_unique<Impl>(options, handler)));
  if (const auto loaded = server->reload_tls(); !loaded) return std::unexpected(loaded.error());
  if (const auto bound = server->impl_->bind(); !bound) return std::unexpected(bound.error());
  return server;
}

void Server::start() {
  asio::co_spawn(impl_->io, impl_->accept_until_stopped(), asio::detached);
  for (std::size_t i = 0; i < impl_->options.threads; ++i) {
    impl_->threads.emplace_back([this] { impl_->run(); });
  }
}

Address Server::address() const {
  error_code ignored;
  const auto endpoint = impl_->acceptor.local_endpoint(ignored);
  return {endpoint.address().to_string(), endpoint.port()};
}

Result<void> Server::reload_tls() {
  if (!impl_->options.tls) return {};
  auto loaded = impl::load_tls(*impl_->options.tls);
  if (!loaded) return std::unexpected(loaded.error());
  const std::scoped_lock lock(impl_->mutex);
  impl_->tls = std::move(*loaded);
  return {};
}

void Server::stop(Millis bound) {
  impl_->stop(bound);
}

std::size_t Server::connections() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->connections.size();
}

}  // namespace bellwether::net
