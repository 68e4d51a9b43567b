#include "publisher/service.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "api/workers.hpp"
#include "base/json_writer.hpp"
#include "base/log.hpp"
#include "events/schema.hpp"
#include "ingestion/caught_up_engine.hpp"
#include "net/descriptors.hpp"
#include "publisher/api/api.hpp"
#include "publisher/collector/collector.hpp"
#include "publisher/operator_notifier.hpp"
#include "publisher/store.hpp"

namespace bellwether::publisher {

namespace {

/// Descriptors that strangers' connections never get: the private listener's, the event engine's, the data
/// file's, and those of requests that go out.
constexpr std::size_t kOwnDescriptors = 512;
/// Each holds a session of the event engine for as long as its reader takes.
constexpr std::size_t kAudits = 2;
/// For what was acknowledged to reach the event engine at a stop.
constexpr Millis kCatchUp = std::chrono::seconds(2);
constexpr std::size_t kMaxWaitingAudits = 16;

Result<void> check(const Options& options) {
  if (!options.admin_listen.is_loopback() && options.admin_token.empty()) {
    return fail(
        fmt::format("the private listener would be open to everyone at {}: set publisher.admin_token, or "
                    "listen on a loopback address",
                    options.admin_listen.to_string()));
  }
  if (options.engine == EngineKind::kClickhouse && options.clickhouse.url.empty())
    return fail("engine.kind is \"clickhouse\", so engine.url must say where it is");
  return {};
}

Result<events::Layout> layout_of(const Options& options) {
  if (options.engine == EngineKind::kChdb || options.cluster.empty()) return events::Layout();
  return events::Layout::on_cluster(options.cluster);
}

Result<std::unique_ptr<events::Engine>> open_engine(const Options& options, const events::Layout& layout) {
  std::unique_ptr<events::Engine> engine;
  if (options.engine == EngineKind::kClickhouse) {
    auto clickhouse = options.clickhouse;
    clickhouse.cluster = !options.cluster.empty();
    engine = std::make_unique<events::ClickhouseEngine>(clickhouse);
  } else {
    auto chdb = options.chdb;
    chdb.folder = options.data_dir + "/events";
    auto opened = events::ChdbEngine::open(chdb);
    if (!opened) return fail(opened.error().message);
    engine = std::move(*opened);
  }
  if (auto migrated = events::migrate(*engine, layout, options.engine == EngineKind::kChdb); !migrated)
    return fail("the event engine's tables cannot be made: " + migrated.error().message);
  return engine;
}

alerts::NotificationSenderOptions notification_sender_options(const Options& options) {
  return {.parallel = options.alerts.parallel,
          .timeouts = options.syncs.timeouts,
          .response_bytes = options.syncs.response_bytes,
          .ca_file = options.syncs.ca_file,
          .smtp = options.notify.smtp,
          .mail_from = options.notify.from};
}

OperatorMessage pause_message(const registry::Sync& sync, const sync::Run& run) {
  OperatorMessage notice{
      .to = sync.owner,
      .subject = fmt::format("Bellwether paused sync {} of project {}", sync.id, sync.project_id),
      .text = fmt::format("The receiver refused run {} in a way that only a person can mend:\n\n    {}\n\n"
                          "Nothing is sent until the sync is resumed:\n\n    bellwether syncs resume {}\n",
                          run.number, run.message, sync.id)};
  JsonWriter json(notice.json);
  json.begin_object().key("event").value("sync_paused").key("project_id").value(sync.project_id);
  json.key("sync_id").value(sync.id).key("cohort_id").value(sync.cohort_id);
  json.key("destination_id").value(sync.destination_id).key("run").value(run.number);
  json.key("message").value(run.message).key("at").value(format_iso8601(run.ended_at)).end_object();
  return notice;
}

}  // namespace

struct Service::Impl {
  Impl(Options given, storage::DataDir folder, net::EgressGuard allowed, SdkFiles sdk,
       std::unique_ptr<Store> opened, std::unique_ptr<events::Engine> event_engine,
       ingestion::EventJournal::File journal_file)
      : options(std::move(given)),
        data_dir(std::move(folder)),
        guard(std::move(allowed)),
        sdk_files(std::move(sdk)),
        store(std::move(opened)),
        engine(std::move(event_engine)),
        operator_notifier(operator_channels(options.notify)),
        events(*engine, options.batches, [this](std::string_view rows) { recent_events.add(rows); }),
        journal(std::move(journal_file), events,
                {.queued_bytes = options.batches.queued_bytes, .journal_bytes = options.journal_bytes},
                {.on_refused =
                     [this](const auto& rows) { rejects.add("/track", rejections_of(rows), system_now()); },
                 .on_passed = [this](bool taken) { metrics.stored(taken); }}),
        caught_up(*engine, journal),
        profiles(*engine, options.batches, options.profiles),
        ledger(caught_up, {options.data_dir + "/pages", options.query_timeout, *layout_of(options)}),
        dispatcher(
            options.syncs, {store->writer(), store->readers(), ledger, guard},
            {.on_attempt = [this](const sync::Attempt& attempt) { metrics.attempt(attempt); },
             .on_ended = [this](const registry::Sync& sync, const sync::Run& run) { run_ended(sync, run); }}),
        evaluator(options.alerts.evaluator, {caught_up, store->writer(), store->readers()}),
        notification_sender(
            notification_sender_options(options), {store->writer(), store->readers(), guard},
            [this](const alerts::Notification& notification) { metrics.notification(notification); }),
        scheduler(options.alerts.scheduler, evaluator, {store->writer(), store->readers()},
                  [this](const alerts::Evaluator::Round& round) { judged(round); }),
        collector({options, projects, journal, events, profiles, metrics, rejects, sdk_files}),
        sessions(!options.admin_token.empty()),
        connection_tests(std::max<std::size_t>(options.admin_threads / 2, 1)),
        audits({.name = "audits", .threads = kAudits, .max_waiting = kMaxWaitingAudits}),
        api({options, *store, caught_up, ledger, dispatcher, guard, scheduler, notification_sender,
             operator_notifier, metrics, rejects, recent_events, sessions, login_brake, connection_tests,
             audits, [this] { load_projects(); },
             [this] { return journal.queued_bytes() + events.queued_bytes(); }}) {}

  Options options;
  storage::DataDir data_dir;
  const net::EgressGuard guard;
  const SdkFiles sdk_files;
  const std::unique_ptr<Store> store;
  const std::unique_ptr<events::Engine> engine;
  Metrics metrics;
  Rejects rejects;
  ingestion::RecentEvents recent_events;
  ProjectDirectory projects;
  OperatorNotifier operator_notifier;
  ingestion::EventWriter events;
  ingestion::EventJournal journal;
  ingestion::CaughtUpEngine caught_up;
  ingestion::ProfileWriter profiles;
  sync::EngineLedger ledger;
  sync::Dispatcher dispatcher;
  alerts::Evaluator evaluator;
  alerts::NotificationSender notification_sender;
  alerts::AlertScheduler scheduler;
  Collector collector;
  api::Sessions sessions;
  api::LoginBrake login_brake;
  Places connection_tests;
  ThreadPool audits;
  Api api;
  std::unique_ptr<net::Server> server;
  std::unique_ptr<net::Server> admin;

  void load_projects() {
    const auto reader = store->readers().borrow();
    projects.replace(registry::list_projects(*reader));
  }

  void judged(const alerts::Evaluator::Round& round) {
    metrics.alerts(round);
    if (round.notifications > 0) notification_sender.wake();
  }

  void run_ended(const registry::Sync& sync, const sync::Run& run) {
    metrics.run(run);
    if (run.end == sync::End::kPaused) operator_notifier.tell(pause_message(sync, run));
  }

  Result<void> listen() {
    const auto connections = TRY(net::reserve_descriptors(options.limits.connections, kOwnDescriptors));
    options.limits.connections = connections;
    auto proxies = net::parse_networks(options.shared_limits.trusted_proxies);
    if (!proxies) return fail("publisher.trusted_proxies: " + proxies.error().message);
    const auto bodies = std::make_shared<net::BodyBudget>(options.shared_limits.bodies);
    auto opened = net::Server::open({.listen = options.listen,
                                     .tls = options.tls,
                                     .limits = options.limits,
                                     .threads = options.threads,
                                     .trusted_proxies = std::move(*proxies),
                                     .bodies = bodies},
                                    collector);
    if (!opened) return std::unexpected(opened.error());
    server = std::move(*opened);
    auto admin_opened = net::Server::open({.listen = options.admin_listen,
                                           .limits = net::private_listener_limits(),
                                           .threads = api::Workers::kNetworkThreads,
                                           .bodies = bodies,
                                           .offload = api.workers().offload()},
                                          api);
    if (!admin_opened) return std::unexpected(admin_opened.error());
    admin = std::move(*admin_opened);
    // The pages that messages link to are there, unless people reach them by another address.
    std::string& base_url = options.alerts.evaluator.base_url;
    if (base_url.empty()) base_url = "http://" + admin->address().to_string();
    while (base_url.ends_with('/')) base_url.pop_back();
    sessions.serve_at(admin->address().port, base_url.starts_with("https://"));
    return {};
  }

  void stop() {
    // Most of the time is for requests that were begun; the rest for what ends after them.
    if (server) server->stop(options.stop_within * 3 / 4);
    dispatcher.stop();
    scheduler.stop();
    notification_sender.stop();
    if (admin) admin->stop(std::chrono::seconds(2));
    api.workers().stop();
    audits.stop();
    operator_notifier.stop();
    // What the engine does not get by then is in the journal.
    journal.stop(kCatchUp);
    // What is still queued belongs to requests that got no answer.
    events.stop(Millis(0));
    profiles.stop(Millis(0));
    store->close();
  }
};

Service::Service(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Service::~Service() {
  stop();
}

Result<std::unique_ptr<Service>> Service::start(Options options) {
  TRY(check(options));
  auto guard = TRY(net::EgressGuard::make(options.egress));
  auto sdk = TRY(SdkFiles::load(options.serve_sdk));
  auto folder = TRY(storage::DataDir::lock(options.data_dir));
  auto store = TRY(Store::open(folder, options.writer));
  const auto layout = TRY(layout_of(options));
  auto engine = TRY(open_engine(options, layout));
  auto journal = TRY(ingestion::EventJournal::open(folder.file("journal.db")));
  std::unique_ptr<Service> service(new Service(
      std::make_unique<Impl>(std::move(options), std::move(folder), std::move(guard), std::move(sdk),
                             std::move(store), std::move(engine), std::move(journal))));
  Impl& impl = *service->impl_;
  TRY(impl.listen());
  impl.load_projects();
  impl.dispatcher.start();
  impl.notification_sender.start();
  impl.scheduler.start();
  impl.server->start();
  impl.admin->start();
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

}  // namespace bellwether::publisher
