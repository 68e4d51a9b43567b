#include "cli/setting.hpp"
#include "cli/setting_types.hpp"

/// Every setting of the publisher, once: key, meaning, type and place.
namespace bellwether::cli {

namespace {

constexpr std::int64_t kMany = 1'000'000'000;
constexpr std::int64_t kManyBytes = 1LL << 40;

net::TlsFiles& tls(Settings& settings) {
  auto& files = settings.publisher.tls;
  if (!files) files.emplace();
  return *files;
}

std::vector<Setting> service_settings() {
  return {
      text_setting("publisher.data_dir",
                   "The folder that holds everything of the publisher. One process at a time.",
                   [](Settings& s) -> auto& { return s.publisher.data_dir; }),
      address_setting("publisher.listen", "Where events come in: /track, /import, /engage.",
                      [](Settings& s) -> auto& { return s.publisher.listen; }),
      count_setting("publisher.threads", "Threads that read requests and check events.", 1, 64,
                    [](Settings& s) -> auto& { return s.publisher.threads; }),
      text_setting(
          "publisher.tls_certificate",
          "PEM file with the certificate and its chain. Without it plain HTTP, for use behind a proxy.",
          [](Settings& s) -> auto& { return tls(s).certificate; }),
      text_setting("publisher.tls_key", "PEM file with the certificate's private key.",
                   [](Settings& s) -> auto& { return tls(s).key; }),
      duration_setting("publisher.stop_within", "How long SIGTERM waits for requests that were begun.",
                       [](Settings& s) -> auto& { return s.publisher.stop_within; }),
      words_setting("publisher.trusted_proxies",
                    "Addresses or networks of proxies in front, parted by commas, as server.trusted_proxies.",
                    [](Settings& s) -> auto& { return s.publisher.shared_limits.trusted_proxies; }),
      address_setting(
          "publisher.admin_listen",
          "The private listener: API, metrics, health. Anything but loopback needs publisher.admin_token.",
          [](Settings& s) -> auto& { return s.publisher.admin_listen; }),
      text_setting("publisher.admin_token",
                   "Bearer token of the private listener. Better in the environment than here.",
                   [](Settings& s) -> auto& { return s.publisher.admin_token; }),
      words_setting("publisher.admin_hosts",
                    "Names by which the private listener may be called when it has no token, besides\n"
                    "localhost and loopback addresses. The host of alerts.base_url is one of them. Separated "
                    "by commas.",
                    [](Settings& s) -> auto& { return s.publisher.admin_hosts; }),
      count_setting("publisher.admin_threads",
                    "Calls of the private listener at once; each may wait for a query.", 1, 64,
                    [](Settings& s) -> auto& { return s.publisher.admin_threads; }),
  };
}

std::vector<Setting> engine_settings() {
  using publisher::EngineKind;
  return {
      choice_setting<EngineKind>(
          "engine.kind", "\"chdb\": embedded, its data in the folder. \"clickhouse\": a server or cluster.",
          {{"chdb", EngineKind::kChdb}, {"clickhouse", EngineKind::kClickhouse}},
          [](Settings& s) -> auto& { return s.publisher.engine; }),
      text_setting("engine.library",
                   "Path of libchdb.so; empty: beside the program, and where `make` puts it.",
                   [](Settings& s) -> auto& { return s.publisher.chdb.library; }),
      count_setting("engine.threads", "Threads of one query of the embedded engine.", 1, 256,
                    [](Settings& s) -> auto& { return s.publisher.chdb.threads; }),
      count_setting("engine.query_bytes", "Memory of one query of the embedded engine.", 1 << 26, kManyBytes,
                    [](Settings& s) -> auto& { return s.publisher.chdb.memory_bytes; }),
      count_setting("engine.total_bytes",
                    "Memory of the embedded engine altogether: queries, merges, caches.", 1 << 28, kManyBytes,
                    [](Settings& s) -> auto& { return s.publisher.chdb.total_bytes; }),
      count_setting("engine.simultaneous", "Queries of the embedded engine at once; more wait.", 1, 64,
                    [](Settings& s) -> auto& { return s.publisher.chdb.simultaneous; }),
      duration_setting("engine.query_timeout", "For one cohort's computation.",
                       [](Settings& s) -> auto& { return s.publisher.query_timeout; }),
      text_setting("engine.url",
                   "A ClickHouse server's HTTP interface: \"https://clickhouse.internal:8443\".",
                   [](Settings& s) -> auto& { return s.publisher.clickhouse.url; }),
      text_setting("engine.user", "Its user.",
                   [](Settings& s) -> auto& { return s.publisher.clickhouse.user; }),
      text_setting("engine.password", "Its password. Better in the environment than here.",
                   [](Settings& s) -> auto& { return s.publisher.clickhouse.password; }),
      text_setting("engine.ca_file",
                   "PEM file of the authority that signed its certificate; empty: the system's.",
                   [](Settings& s) -> auto& { return s.publisher.clickhouse.ca_file; }),
      flag_setting("engine.compress", "Whether what goes to the server and back is compressed with gzip.",
                   [](Settings& s) -> auto& { return s.publisher.clickhouse.compress; }),
      text_setting("engine.cluster",
                   "The name of a cluster in the server's configuration: then the tables are made on it, "
                   "replicated and\n"
                   "distributed (docs/scaling.md). Empty: one server.",
                   [](Settings& s) -> auto& { return s.publisher.cluster; }),
  };
}

std::vector<Setting> ingestion_settings() {
  return {
      count_setting("ingestion.events", "Events in one request. More is refused.", 1, 1'000'000,
                    [](Settings& s) -> auto& { return s.publisher.events.events; }),
      count_setting("ingestion.event_bytes", "One event's properties.", 1024, kMany,
                    [](Settings& s) -> auto& { return s.publisher.events.event_bytes; }),
      count_setting("ingestion.depth",
                    "How deep arrays and objects may nest in a property. Deeper is refused.", 1, 64,
                    [](Settings& s) -> auto& { return s.publisher.events.shape.depth; }),
      count_setting("ingestion.keys", "Properties of an event, nested ones counted.", 1, 100'000,
                    [](Settings& s) -> auto& { return s.publisher.events.shape.keys; }),
      count_setting("ingestion.import_depth",
                    "As ingestion.depth, in what /import judges strictly; Mixpanel takes 3.", 1, 64,
                    [](Settings& s) -> auto& { return s.publisher.events.strict_shape.depth; }),
      count_setting("ingestion.import_array",
                    "Elements of an array in what /import judges strictly; Mixpanel takes 255.", 1, kMany,
                    [](Settings& s) -> auto& { return s.publisher.events.strict_shape.array; }),
      count_setting("ingestion.profile_updates", "Profile updates in one request. More is refused.", 1,
                    1'000'000, [](Settings& s) -> auto& { return s.publisher.profiles.updates; }),
      count_setting("ingestion.profile_bytes",
                    "A profile's properties. An update that would make more is refused.", 1024, kMany,
                    [](Settings& s) -> auto& { return s.publisher.profiles.profile_bytes; }),
      count_setting("ingestion.profile_depth", "As ingestion.depth, in profiles.", 1, 64,
                    [](Settings& s) -> auto& { return s.publisher.profiles.shape.depth; }),
      count_setting("ingestion.profile_keys", "Properties of a profile, nested ones counted.", 1, 100'000,
                    [](Settings& s) -> auto& { return s.publisher.profiles.shape.keys; }),
      count_setting("ingestion.body_bytes", "A request's body as sent. More is answered 413.", 1024, kMany,
                    [](Settings& s) -> auto& { return s.publisher.limits.body_bytes; }),
      count_setting("ingestion.inflated_bytes", "What a gzip body may inflate to. More is answered 413.",
                    1024, kMany, [](Settings& s) -> auto& { return s.publisher.limits.inflated_bytes; }),
      count_setting("ingestion.connections", "Open connections, as limits.connections.", 1, 1'000'000,
                    [](Settings& s) -> auto& { return s.publisher.limits.connections; }),
      count_setting("ingestion.connections_per_client",
                    "Of one client address, as limits.connections_per_client.", 1, 1'000'000,
                    [](Settings& s) -> auto& { return s.publisher.limits.connections_per_client; }),
      count_setting("ingestion.held_bytes",
                    "Memory for the bodies of all requests under way, as limits.held_bytes.", 1 << 20,
                    kManyBytes, [](Settings& s) -> auto& { return s.publisher.shared_limits.bodies.total; }),
      count_setting("ingestion.held_bytes_per_client",
                    "The same, of one client address. More is answered 429.", 1 << 20, kManyBytes,
                    [](Settings& s) -> auto& { return s.publisher.shared_limits.bodies.per_client; }),
      duration_setting("ingestion.header_timeout", "From a request's first byte to the end of its headers.",
                       [](Settings& s) -> auto& { return s.publisher.limits.header_timeout; }),
      duration_setting("ingestion.body_timeout", "For the whole body. Slower is answered 408.",
                       [](Settings& s) -> auto& { return s.publisher.limits.body_timeout; }),
      duration_setting("ingestion.idle_timeout", "A connection without a request is closed after this.",
                       [](Settings& s) -> auto& { return s.publisher.limits.idle_timeout; }),
      duration_setting("ingestion.write_timeout", "For the peer to take an answer.",
                       [](Settings& s) -> auto& { return s.publisher.limits.write_timeout; }),
      count_setting("ingestion.queued_bytes", "Events that wait for the engine. More is answered 429.",
                    1 << 20, kManyBytes,
                    [](Settings& s) -> auto& { return s.publisher.batches.queued_bytes; }),
      count_setting("ingestion.batch_bytes", "Events that are written at once.", 1 << 16, kManyBytes,
                    [](Settings& s) -> auto& { return s.publisher.batches.batch_bytes; }),
      duration_setting("ingestion.delay", "How long an event waits for others to be written with.",
                       [](Settings& s) -> auto& { return s.publisher.batches.delay; }),
      count_setting(
          "ingestion.journal_bytes",
          "Events of /track that are on the disk and not in the event engine yet, because it is away. More is answered 429.",
          1 << 20, kManyBytes, [](Settings& s) -> auto& { return s.publisher.journal_bytes; }),
  };
}

std::vector<Setting> collector_settings() {
  return {
      text_setting("collector.serve_sdk",
                   "The folder dist of the npm package mixpanel-browser: then pages can load the SDK from "
                   "/lib.min.js.\n"
                   "Empty: it is not served.",
                   [](Settings& s) -> auto& { return s.publisher.serve_sdk; }),
  };
}

std::vector<Setting> delivery_settings() {
  return {
      duration_setting("delivery.interval", "Between the beginnings of a recurring sync's runs.",
                       [](Settings& s) -> auto& { return s.publisher.syncs.interval; }),
      count_setting("delivery.parallel",
                    "Destinations that are sent to at once; the syncs of one go one by one.", 1, 256,
                    [](Settings& s) -> auto& { return s.publisher.syncs.parallel; }),
      count_setting("delivery.recurring_syncs", "Recurring syncs in a project.", 1, 10'000,
                    [](Settings& s) -> auto& { return s.publisher.sync_limits.recurring; }),
      count_setting("delivery.most_members",
                    "Members of a cohort that is synced; a larger one fails its runs.", 1, kMany,
                    [](Settings& s) -> auto& { return s.publisher.syncs.most_members; }),
      count_setting("delivery.page_members", "Members in one call.", 1, sync::kPageMembers,
                    [](Settings& s) -> auto& { return s.publisher.syncs.page_members; }),
      flag_setting("delivery.https_only", "Refuse destinations that are not https.",
                   [](Settings& s) -> auto& { return s.publisher.egress.https_only; }),
      words_setting("delivery.allow",
                    "Addresses and networks beside the public ones that may be connected to: \"10.1.2.0/24, "
                    "fd00::/8\".",
                    [](Settings& s) -> auto& { return s.publisher.egress.allow; }),
      text_setting(
          "delivery.ca_file",
          "PEM file of the authorities that destinations' certificates may be from; empty: the system's.",
          [](Settings& s) -> auto& { return s.publisher.syncs.ca_file; }),
      duration_setting("delivery.connect_timeout", "Until a connection stands, TLS included.",
                       [](Settings& s) -> auto& { return s.publisher.syncs.timeouts.connect; }),
      duration_setting("delivery.first_byte_timeout",
                       "Until an answer begins, and for any silence within it.",
                       [](Settings& s) -> auto& { return s.publisher.syncs.timeouts.first_byte; }),
      duration_setting("delivery.request_timeout", "For one request altogether.",
                       [](Settings& s) -> auto& { return s.publisher.syncs.timeouts.whole; }),
      count_setting("delivery.response_bytes", "Of an answer; the rest is not read.", 1024, kMany,
                    [](Settings& s) -> auto& { return s.publisher.syncs.response_bytes; }),
      duration_setting("delivery.keep_runs", "How long ended runs, their changes and audits are kept.",
                       [](Settings& s) -> auto& { return s.publisher.syncs.keep_runs; }),
      count_setting("delivery.keep_attempts", "Requests that are remembered, of all syncs.", 0, kMany,
                    [](Settings& s) -> auto& { return s.publisher.syncs.keep_attempts; }),
  };
}

std::vector<Setting> alert_settings() {
  return {
      text_setting("alerts.base_url",
                   "How people reach the private listener's pages, for the links in messages: "
                   "\"https://bellwether.example.com\".\n"
                   "Empty: the address that it listens on.",
                   [](Settings& s) -> auto& { return s.publisher.alerts.evaluator.base_url; }),
      duration_setting("alerts.grace", "How long behind a bucket's end late events are waited for.",
                       [](Settings& s) -> auto& { return s.publisher.alerts.evaluator.evaluation.grace; }),
      count_setting("alerts.catch_up",
                    "Buckets of an alert that are judged behind time, after the publisher was down.", 1, 5000,
                    [](Settings& s) -> auto& { return s.publisher.alerts.evaluator.evaluation.catch_up; }),
      duration_setting("alerts.every", "How often buckets are judged at most.",
                       [](Settings& s) -> auto& { return s.publisher.alerts.scheduler.every; }),
      count_setting("alerts.segments",
                    "Segments of a report that an alert on any of them looks at, the largest first.", 1,
                    10'000, [](Settings& s) -> auto& { return s.publisher.alerts.evaluator.most_segments; }),
      count_setting("alerts.parallel", "Receivers that are told at once.", 1, 256,
                    [](Settings& s) -> auto& { return s.publisher.alerts.parallel; }),
      duration_setting("alerts.keep", "How long an alert's history and ended notifications are kept.",
                       [](Settings& s) -> auto& { return s.publisher.alerts.scheduler.keep; }),
  };
}

std::vector<Setting> notify_settings() {
  return {
      text_setting("notify.smtp_url",
                   "A mail server, for telling a sync's owner that it paused: \"smtp://mail.internal:25\" "
                   "(TLS when it is\n"
                   "offered), \"smtps://mail.example.com:465\". Empty: no mail.",
                   [](Settings& s) -> auto& { return s.publisher.notify.smtp.url; }),
      text_setting("notify.smtp_user", "Its user.",
                   [](Settings& s) -> auto& { return s.publisher.notify.smtp.user; }),
      text_setting("notify.smtp_password", "Its password. Better in the environment than here.",
                   [](Settings& s) -> auto& { return s.publisher.notify.smtp.password; }),
      text_setting("notify.smtp_ca_file",
                   "PEM file of the authority that signed its certificate; empty: the system's.",
                   [](Settings& s) -> auto& { return s.publisher.notify.smtp.ca_file; }),
      text_setting("notify.from", "The sender of such mails.",
                   [](Settings& s) -> auto& { return s.publisher.notify.from; }),
      text_setting("notify.webhook_url", "A URL that is told the same as JSON, by POST. Empty: none.",
                   [](Settings& s) -> auto& { return s.publisher.notify.webhook_url; }),
  };
}

}  // namespace

std::vector<Setting> publisher_settings() {
  std::vector<Setting> all;
  for (auto& part : {service_settings(), engine_settings(), ingestion_settings(), collector_settings(),
                     delivery_settings(), alert_settings(), notify_settings()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace bellwether::cli
