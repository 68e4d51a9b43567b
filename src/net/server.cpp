#include "net/server.hpp"

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "net/impl/connection.hpp"
#include "net/impl/tls.hpp"

namespace bellwether::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::string_view kBusy =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

}  // namespace

struct Server::Impl {
  Impl(const Options& given, Handler& application)
      : options(given), handler(application), io(static_cast<int>(given.threads)), acceptor(io) {}

  Options options;
  Handler& handler;
  asio::io_context io;
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
    asio::steady_timer pause(io);
    while (!stopping) {
      auto [error, socket] =
          co_await acceptor.async_accept(asio::make_strand(io), asio::as_tuple(asio::use_awaitable));
      if (!error) {
        admit(std::move(socket));
      } else if (!stopping) {
        // Out of file descriptors, most likely: some will be given back.
        pause.expires_after(Millis(50));
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
      }
    }
  }

  void admit(tcp::socket socket) {
    const std::scoped_lock lock(mutex);
    if (connections.size() >= options.limits.connections) {
      error_code ignored;
      socket.non_blocking(true, ignored);
      if (!tls) socket.write_some(asio::buffer(kBusy), ignored);
      return;
    }
    const impl::Surroundings around{handler, options.limits, stopping};
    const auto connection = tls ? impl::make_tls_connection(std::move(socket), around, tls)
                                : impl::make_plain_connection(std::move(socket), around);
    connections.insert(connection);
    connection->start([this, weak = std::weak_ptr(connection)] {
      const std::scoped_lock ending(mutex);
      connections.erase(weak.lock());
      ended.notify_all();
    });
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
      ended.wait_for(lock, bound, [this] { return connections.empty(); });
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
    impl_->threads.emplace_back([this] { impl_->io.run(); });
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
