#include <algorithm>

#include "cli/setting.hpp"
#include "cli/setting_types.hpp"

/// Every setting of the configuration, once: key, meaning, type and place.
namespace bellwether::cli {

namespace {

constexpr std::int64_t kMany = 1'000'000'000;
constexpr std::int64_t kManyBytes = 1LL << 40;

net::TlsFiles& tls(Settings& settings) {
  auto& files = settings.subscriber.tls;
  if (!files) files.emplace();
  return *files;
}

std::vector<Setting> listener_settings() {
  return {
      address_setting("server.listen", "Where webhooks come in. Port 0 takes any free one (it is logged).",
                      [](Settings& s) -> auto& { return s.subscriber.listen; }),
      count_setting("server.threads", "Threads that read requests and check them.", 1, 64,
                    [](Settings& s) -> auto& { return s.subscriber.threads; }),
      text_setting(
          "server.tls_certificate",
          "PEM file with the certificate and its chain. With it the listener speaks HTTPS; without it plain\n"
          "HTTP, for use behind a proxy. Read again on SIGHUP.",
          [](Settings& s) -> auto& { return tls(s).certificate; }),
      text_setting("server.tls_key", "PEM file with the certificate's private key.",
                   [](Settings& s) -> auto& { return tls(s).key; }),
      duration_setting("server.stop_within", "How long SIGTERM waits for requests that were begun.",
                       [](Settings& s) -> auto& { return s.subscriber.stop_within; }),
      words_setting(
          "server.trusted_proxies",
          "Addresses or networks of proxies in front, parted by commas: \"10.0.0.5, 10.1.0.0/16\". What they "
          "say\n"
          "in X-Forwarded-For (or Forwarded) is a client's address then, for limits, logs and rejects.",
          [](Settings& s) -> auto& { return s.subscriber.shared_limits.trusted_proxies; }),
      address_setting("admin.listen",
                      "The private listener: API, metrics, health. Anything but loopback needs admin.token.",
                      [](Settings& s) -> auto& { return s.subscriber.admin_listen; }),
      text_setting("admin.token",
                   "Bearer token of the private listener. Better in the environment than here.",
                   [](Settings& s) -> auto& { return s.subscriber.admin_token; }),
      words_setting("admin.hosts",
                    "Names by which the private listener may be called when it has no token, besides\n"
                    "localhost and loopback addresses. Separated by commas.",
                    [](Settings& s) -> auto& { return s.subscriber.admin_hosts; }),
      duration_setting("admin.longest_stream",
                       "How long one streamed list may take. It holds a snapshot of the data meanwhile.",
                       [](Settings& s) -> auto& { return s.subscriber.longest_stream; }),
  };
}

std::vector<Setting> limit_settings() {
  return {
      count_setting("limits.header_bytes", "A request's headers. More is answered 431.", 1024, 1 << 20,
                    [](Settings& s) -> auto& { return s.subscriber.limits.header_bytes; }),
      count_setting("limits.body_bytes", "A request's body as sent. More is answered 413.", 1024, kMany,
                    [](Settings& s) -> auto& { return s.subscriber.limits.body_bytes; }),
      count_setting("limits.inflated_bytes", "What a gzip body may inflate to. More is answered 413.", 1024,
                    kMany, [](Settings& s) -> auto& { return s.subscriber.limits.inflated_bytes; }),
      count_setting("limits.page_members", "Members on one page. More is answered 413.", 1, kMany,
                    [](Settings& s) -> auto& { return s.subscriber.decode.members; }),
      count_setting("limits.string_bytes", "Any one string in a message. More is answered 413.", 16, kMany,
                    [](Settings& s) -> auto& { return s.subscriber.decode.string_bytes; }),
      count_setting("limits.json_depth", "How deep a message may nest. More is answered 413.", 8, 1000,
                    [](Settings& s) -> auto& { return s.subscriber.decode.depth; }),
      count_setting(
          "limits.connections",
          "Open connections. For one more the idlest of the busiest client is closed; 503 when none is idle.",
          1, 1'000'000, [](Settings& s) -> auto& { return s.subscriber.limits.connections; }),
      count_setting("limits.connections_per_client",
                    "Of one client address; of an IPv6 address its /64 network. Behind a trusted proxy: "
                    "requests at once.",
                    1, 1'000'000,
                    [](Settings& s) -> auto& { return s.subscriber.limits.connections_per_client; }),
      count_setting(
          "limits.held_bytes",
          "Memory for the bodies of all requests under way. More is answered 503. 64 KiB of each are free.",
          1 << 20, kManyBytes, [](Settings& s) -> auto& { return s.subscriber.shared_limits.bodies.total; }),
      count_setting("limits.held_bytes_per_client", "The same, of one client address. More is answered 429.",
                    1 << 20, kManyBytes,
                    [](Settings& s) -> auto& { return s.subscriber.shared_limits.bodies.per_client; }),
      count_setting("limits.requests_per_connection", "Then the connection is closed.", 1, kMany,
                    [](Settings& s) -> auto& { return s.subscriber.limits.requests_per_connection; }),
      duration_setting("limits.header_timeout", "From a request's first byte to the end of its headers.",
                       [](Settings& s) -> auto& { return s.subscriber.limits.header_timeout; }),
      duration_setting("limits.body_timeout", "For the whole body. Slower is answered 408.",
                       [](Settings& s) -> auto& { return s.subscriber.limits.body_timeout; }),
      duration_setting("limits.idle_timeout", "A connection without a request is closed after this.",
                       [](Settings& s) -> auto& { return s.subscriber.limits.idle_timeout; }),
      duration_setting("limits.write_timeout", "For the peer to take an answer.",
                       [](Settings& s) -> auto& { return s.subscriber.limits.write_timeout; }),
      count_setting("limits.queued_requests", "Requests that wait for the disk. One more is answered 429.", 1,
                    kMany, [](Settings& s) -> auto& { return s.subscriber.writer.queued_items; }),
      count_setting("limits.queued_bytes", "Memory that those may hold.", 1 << 20, kManyBytes,
                    [](Settings& s) -> auto& { return s.subscriber.writer.queued_bytes; }),
  };
}

std::vector<Setting> data_settings() {
  return {
      text_setting("data.dir", "The folder that holds everything. One process at a time.",
                   [](Settings& s) -> auto& { return s.subscriber.data_dir; }),
      duration_setting("data.keep_changes",
                       "How long the feed of changes goes back. Older cursors are told 410.",
                       [](Settings& s) -> auto& { return s.subscriber.mirror.keep_feed; }),
      duration_setting("data.keep_sessions", "How long ended sync sessions are listed.",
                       [](Settings& s) -> auto& { return s.subscriber.mirror.keep_sessions; }),
      duration_setting("data.keep_alerts", "How long alerts stay in the inbox.",
                       [](Settings& s) -> auto& { return s.subscriber.keep_alerts; }),
      count_setting("data.rejects", "Refused requests that are kept, the newest.", 0, 1'000'000,
                    [](Settings& s) -> auto& { return s.subscriber.rejected_requests.count; }),
      count_setting("data.rejects_bytes", "What their bodies may hold together.", 0, kManyBytes,
                    [](Settings& s) -> auto& { return s.subscriber.rejected_requests.bytes; }),
      count_setting(
          "data.record_bytes",
          "Requests kept as they came, the newest, for `bellwether record`: bytes of their bodies. 0: none are.",
          0, kManyBytes, [](Settings& s) -> auto& { return s.subscriber.record_bytes; }),
      count_setting("data.reject_body_bytes", "How much of one refused body is kept.", 0, kMany,
                    [](Settings& s) -> auto& { return s.subscriber.rejected_requests.body_bytes; }),
  };
}

std::vector<Setting> sync_settings() {
  using mirror::DoubtMode;
  using mirror::Numbering;
  return {
      choice_setting<DoubtMode>(
          "sync.doubt",
          "When a session's members are reported as in doubt. \"evidence\": when something speaks for a\n"
          "lost answer; the next session settles it; right behind proxies too. \"always\": until a later\n"
          "session tells. \"connection\": when the connection shows that an answer was lost; only for\n"
          "endpoints that senders reach directly.",
          {{"evidence", DoubtMode::kEvidence},
           {"always", DoubtMode::kAlways},
           {"connection", DoubtMode::kConnection}},
          [](Settings& s) -> auto& { return s.subscriber.mirror.doubt; }),
      flag_setting(
          "sync.both_actions",
          "The sender makes an add_members and a remove_members call in every run, also empty ones. False\n"
          "for one that does not, if it numbers its pages over the run.",
          [](Settings& s) -> auto& { return s.subscriber.mirror.expects_both_actions; }),
      choice_setting<Numbering>(
          "sync.numbering",
          "How pages are numbered: \"run\" over the whole run, \"action\" for each action by itself; \"auto\" judges\n"
          "each session by its own pages.",
          {{"auto", Numbering::kUnknown}, {"run", Numbering::kRun}, {"action", Numbering::kAction}},
          [](Settings& s) -> auto& { return s.subscriber.mirror.numbering; }),
      duration_setting(
          "sync.quiet",
          "How long an unfinished session must be silent before a newer one of its cohort ends it. More\n"
          "than 0s only if runs of one cohort overlap.",
          [](Settings& s) -> auto& { return s.subscriber.mirror.quiet; }),
      duration_setting("sync.expire_after",
                       "An unfinished session that nothing follows is given up after this.",
                       [](Settings& s) -> auto& { return s.subscriber.mirror.expire_after; }),
      count_setting(
          "sync.in_place_members",
          "A session with more members is merged beside the intake. More: fewer rewrites, longer commits.", 0,
          kMany, [](Settings& s) -> auto& { return s.subscriber.mirror.in_place_members; }),
      count_setting("sync.sort_bytes", "Memory for sorting such a session's members.", 1 << 20, kManyBytes,
                    [](Settings& s) -> auto& { return s.subscriber.mirror.sort_bytes; }),
  };
}

std::vector<Setting> log_settings() {
  using log::Format;
  using log::Level;
  return {
      choice_setting<Level>(
          "log.level",
          "\"debug\" has a line for every request, \"info\" one for every session. No member data\n"
          "at \"info\" and above.",
          {{"debug", Level::kDebug},
           {"info", Level::kInfo},
           {"warn", Level::kWarn},
           {"error", Level::kError}},
          [](Settings& s) -> auto& { return s.log_level; }),
      choice_setting<Format>("log.format", "\"logfmt\" or \"json\", on standard error.",
                             {{"logfmt", Format::kLogfmt}, {"json", Format::kJson}},
                             [](Settings& s) -> auto& { return s.log_format; }),
  };
}

}  // namespace

const std::vector<Setting>& all_settings() {
  static const std::vector<Setting> kSettings = [] {
    std::vector<Setting> all;
    for (const auto& part : {listener_settings(), limit_settings(), data_settings(), sync_settings(),
                             publisher_settings(), log_settings()}) {
      std::ranges::copy(part, std::back_inserter(all));
    }
    return all;
  }();
  return kSettings;
}

std::string environment_name(std::string_view key) {
  std::string name = "BELLWETHER_";
  for (const char c : key)
    name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

}  // namespace bellwether::cli
