#include "subscriber/service.hpp"

#include <fmt/format.h>

#include "api/workers.hpp"
#include "base/log.hpp"
#include "base/thread_pool.hpp"
#include "feed/feed.hpp"
#include "net/descriptors.hpp"
#include "net/server.hpp"
#include "storage/data_dir.hpp"
#include "storage/reader_pool.hpp"
#include "subscriber/api/api.hpp"
#include "subscriber/intake.hpp"
#include "subscriber/maintenance_loop.hpp"
#include "subscriber/metrics.hpp"
#include "subscriber/store.hpp"

namespace bellwether::subscriber {

namespace {

/// Descriptors that strangers' connections never get: the private listener's, the data file's with its
/// readers, and what merging opens.
constexpr std::size_t kOwnDescriptors = 256;
/// Requests whose password is being stretched or waits for it. More are refused.
constexpr std::size_t kMaxStretching = 64;

/// What the last process left: answers on their way, changes staged and never published.
Result<void> recover(storage::Database& database, const mirror::Mirror& mirror) {
  try {
    storage::Transaction transaction(database);
    mirror.recover(database);
    feed::drop_unpublished(database);
    transaction.commit();
    return {};
  } catch (const storage::StorageError& error) {
    return fail(fmt::format("the data file cannot be written: {}", error.what()));
  }
}

Result<void> check(const Options& options) {
  if (!options.admin_listen.is_loopback() && options.admin_token.empty()) {
    return fail(
        fmt::format("the private listener would be open to everyone at {}: set admin.token, or listen on a "
                    "loopback address",
                    options.admin_listen.to_string()));
  }
  return {};
}

mirror::Options mirror_options(const Options& options) {
  mirror::Options mirror = options.mirror;
  mirror.spill_dir = options.data_dir;
  return mirror;
}

}  // namespace

struct Service::Impl {
  Impl(Options given, storage::DataDir folder, storage::Database database)
      : options(std::move(given)),
        data_dir(std::move(folder)),
        mirror(mirror_options(options)),
        readers(data_dir.file(kDatabaseFile)),
        writer(std::move(database), options.writer,
               [this](const storage::CommitReport& report) { observe(report); }),
        maintenance(options, mirror, writer, readers),
        passwords({.name = "passwords", .threads = 1, .max_waiting = kMaxStretching}) {}

  Options options;
  storage::DataDir data_dir;
  Metrics metrics;
  mirror::Mirror mirror;
  storage::ReaderPool readers;
  bool failing = false;  // on the writer's thread
  storage::GroupCommit writer;
  MaintenanceLoop maintenance;
  ThreadPool passwords;
  std::unique_ptr<Intake> intake;
  std::unique_ptr<Api> api;
  std::unique_ptr<net::Server> server;
  std::unique_ptr<net::Server> admin;

  void observe(const storage::CommitReport& report) {
    metrics.commit(report);
    if (report.failed && !failing) {
      const auto why = writer.failing();
      log::error("storage does not take writes; senders are answered 503",
                 {{"error", why ? why->message : ""}});
    }
    if (!report.failed && failing) log::info("storage takes writes again");
    failing = report.failed;
  }

  Result<void> listen() {
    const auto connections = TRY(net::reserve_descriptors(options.limits.connections, kOwnDescriptors));
    options.limits.connections = connections;
    auto proxies = net::parse_networks(options.shared_limits.trusted_proxies);
    if (!proxies) return fail("server.trusted_proxies: " + proxies.error().message);
    const auto bodies = std::make_shared<net::BodyBudget>(options.shared_limits.bodies);
    auto made = Intake::make(options, mirror, writer, metrics, [this] { maintenance.wake(); });
    if (!made) return std::unexpected(made.error());
    intake = std::move(*made);
    auto opened = net::Server::open(
        {.listen = options.listen,
         .tls = options.tls,
         .limits = options.limits,
         .threads = options.threads,
         .trusted_proxies = std::move(*proxies),
         .bodies = bodies,
         .offload =
             [this](std::move_only_function<void()>&& task) { return passwords.submit(std::move(task)); }},
        *intake);
    if (!opened) return std::unexpected(opened.error());
    server = std::move(*opened);
    api = std::make_unique<Api>(options, readers, metrics,
                                ApiProbes{.queue_depth = [this] { return writer.queued_items(); },
                                          .connections = [this] { return server->connections(); },
                                          .failing = [this] { return writer.failing(); }});
    auto admin_opened = net::Server::open({.listen = options.admin_listen,
                                           .limits = net::private_listener_limits(),
                                           .threads = api::Workers::kNetworkThreads,
                                           .bodies = bodies,
                                           .offload = api->workers().offload()},
                                          *api);
    if (!admin_opened) return std::unexpected(admin_opened.error());
    admin = std::move(*admin_opened);
    return {};
  }

  void stop() {
    // Most of the time is for requests that were begun; the rest for what ends after them.
    if (server) server->stop(options.stop_within * 3 / 4);
    maintenance.stop();
    passwords.stop();
    if (admin) admin->stop(std::chrono::seconds(2));
    if (api) api->workers().stop();
    readers.close();
    writer.stop();
  }
};

Service::Service(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Service::~Service() {
  stop();
}

Result<std::unique_ptr<Service>> Service::start(Options options) {
  TRY(check(options));
  auto folder = TRY(storage::DataDir::lock(options.data_dir));
  auto database = TRY(open_store(folder));
  const mirror::Mirror mirror(mirror_options(options));
  TRY(recover(database, mirror));
  std::unique_ptr<Service> service(
      new Service(std::make_unique<Impl>(std::move(options), std::move(folder), std::move(database))));
  TRY(service->impl_->listen());
  service->impl_->maintenance.start();
  service->impl_->server->start();
  service->impl_->admin->start();
  return service;
}

net::Address Service::address() const {
  return impl_->server->address();
}
net::Address Service::admin_address() const {
  return impl_->admin->address();
}
Result<void> Service::reload_tls() {
  return impl_->server->reload_tls();
}
void Service::stop() {
  impl_->stop();
}

}  // namespace bellwether::subscriber
