#include "demo/stage.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/encoding.hpp"

namespace bellwether::demo {

namespace {

namespace json = boost::json;

constexpr std::size_t kEventsAtOnce = 2000;

/// Starts a service on its usual ports, or on free ones when somebody has those.
template <typename Service, typename Options>
Result<std::unique_ptr<Service>> start_on_free_ports(Options options, bool default_ports) {
  if (default_ports) {
    if (auto started = Service::start(options); started) return started;
  }
  options.listen.port = 0;
  options.admin_listen.port = 0;
  return Service::start(options);
}

std::string join(const std::vector<std::string>& objects, std::size_t from, std::size_t to) {
  std::string array = "[";
  for (std::size_t i = from; i < to; ++i) array += (i == from ? "" : ",") + objects[i];
  return array + "]";
}

RunReport read_run(const json::value& run) {
  return {.id = run.at("id").as_int64(),
          .number = run.at("number").as_int64(),
          .end = std::string(run.at("end").as_string()),
          .message = std::string(run.at("message").as_string()),
          .full = run.at("full").as_bool(),
          .members = run.at("members").to_number<std::uint64_t>(),
          .entered = run.at("entered").to_number<std::uint64_t>(),
          .left = run.at("left").to_number<std::uint64_t>(),
          .attempts = run.at("attempts").to_number<std::uint64_t>(),
          .seconds = run.at("seconds").to_number<double>()};
}

/// With the subscriber's address.
constexpr const char* kShop = R"json(,
  "cohorts":[
    {{"name":"Paying customers","description":"Bought in the last 30 days and still have an account",
     "definition":{{"groups":[{{"conditions":[
       {{"did":{{"event":"Purchase","within":{{"last":"30d"}}}}}},
       {{"profile":{{"property":"status","op":"is","value":"active"}}}}]}}]}}}},
    {{"name":"Abandoned carts","description":"Filled a cart in the last 2 days and bought nothing since",
     "definition":{{"groups":[{{"conditions":[
       {{"did":{{"event":"Add to Cart","within":{{"last":"2d"}}}}}},
       {{"did_not":{{"event":"Purchase","within":{{"last":"2d"}}}}}},
       {{"profile":{{"property":"status","op":"is","value":"active"}}}}]}}]}}}}],
  "destinations":[{{"name":"mirror","url":"http://{0}/mixpanel/cohort-sync"}}],
  "syncs":[
    {{"cohort":"Paying customers","destination":"mirror","properties":["plan","purchases"]}},
    {{"cohort":"Abandoned carts","destination":"mirror"}}],
  "reports":[{{"name":"Sales","definition":{{"kind":"insights","unit":"hour","range":{{"last":"7d"}},
     "metrics":[{{"name":"Sales","event":"Purchase","measure":"sum","property":"amount","format":"currency:USD"}}]}}}}],
  "webhooks":[{{"name":"inbox","url":"http://{0}/mixpanel/alerts"}}],
  "alerts":[{{"name":"Sales stopped","report":"Sales","condition":{{"type":"absolute","operator":"<","threshold":1}},
     "webhooks":["inbox"],"creator":"The demo"}}])json";

}  // namespace

Result<std::unique_ptr<Stage>> Stage::set_up(const StageOptions& options) {
  std::unique_ptr<Stage> stage(new Stage(options));
  TRY(stage->start_subscriber());
  TRY(stage->start_publisher());
  TRY(stage->configure(""));
  return stage;
}

Result<void> Stage::start_subscriber() {
  subscriber::Options options;
  options.data_dir = options_.data_dir + "/subscriber";
  const bool again = subscriber_address_.port != 0;
  if (again) {
    options.listen = subscriber_address_;
    options.admin_listen = *net::parse_address(subscriber_address_admin_);
  }
  auto started = TRY(again ? subscriber::Service::start(options)
                           : start_on_free_ports<subscriber::Service>(options, options_.default_ports));
  subscriber_ = std::move(started);
  subscriber_address_ = subscriber_->address();
  subscriber_address_admin_ = subscriber_->admin_address().to_string();
  return {};
}

Result<void> Stage::stop_subscriber() {
  subscriber_->stop();
  subscriber_.reset();
  return {};
}

Result<void> Stage::start_publisher() {
  publisher::Options options;
  options.data_dir = options_.data_dir + "/publisher";
  options.chdb.library = options_.engine_library;
  options.syncs.interval = options_.interval;
  options.alerts.evaluator.evaluation.grace = Millis(0);
  options.alerts.scheduler.every = std::chrono::milliseconds(200);
  // The subscriber is on this machine, without a certificate.
  options.egress = {.https_only = false, .allow = {"127.0.0.0/8"}};
  auto started = TRY(start_on_free_ports<publisher::Service>(options, options_.default_ports));
  publisher_ = std::move(started);
  return {};
}

Result<void> Stage::configure_shop() {
  return configure(fmt::format(kShop, subscriber_address_.to_string()));
}

Result<void> Stage::configure(const std::string& shop) {
  const auto body =
      fmt::format(R"({{"projects":[{{"id":"{}","name":"Tea shop","token":"{}","secret":"demo-secret"{}}}]}})",
                  kProject, kToken, shop);
  TRY(call("POST", publisher_admin() + "/v1/apply", body));
  return {};
}

Result<std::string> Stage::call(const std::string& method, const std::string& url, const std::string& body,
                                const std::vector<net::Header>& headers) const {
  net::ClientRequest request{
      .method = method, .url = url, .headers = headers, .body = body, .response_bytes = 1UL << 30U};
  if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  auto response = net::HttpClient({}).send(request);
  if (!response) return fail(url + ": " + response.error().message);
  if (response->status / 100 != 2)
    return fail(fmt::format("{}: {} {}", url, response->status, response->body));
  return std::move(response->body);
}

Result<void> Stage::send(const Activity& activity) {
  const std::vector<net::Header> credentials{{"Authorization", "Basic " + to_base64("demo-secret:")}};
  const auto in_batches = [&](const std::vector<std::string>& objects,
                              const std::string& path) -> Result<void> {
    for (std::size_t from = 0; from < objects.size(); from += kEventsAtOnce) {
      const std::size_t to = std::min(objects.size(), from + kEventsAtOnce);
      TRY(call("POST", publisher_url() + path, join(objects, from, to), credentials));
    }
    return {};
  };
  if (auto sent = in_batches(activity.profile_updates, "/engage"); !sent) return sent;
  return in_batches(activity.events, fmt::format("/import?strict=1&project_id={}", kProject));
}

Result<void> Stage::run_now(std::int64_t sync_id) {
  const auto done = call("POST", fmt::format("{}/v1/syncs/{}/run", publisher_admin(), sync_id), "");
  if (!done) return std::unexpected(done.error());
  return {};
}

Result<std::vector<SyncReport>> Stage::syncs() {
  const auto listed = TRY(call("GET", publisher_admin() + "/v1/syncs", ""));
  std::vector<SyncReport> reports;
  const json::value all = json::parse(listed);
  for (const json::value& sync : all.at("data").as_array()) {
    SyncReport report{sync.at("id").as_int64(),
                      std::to_string(sync.at("cohort_id").as_int64()),
                      std::string(sync.at("cohort").as_string()),
                      {}};
    const auto runs =
        call("GET", fmt::format("{}/v1/syncs/{}/runs?limit=20", publisher_admin(), report.id), "");
    if (!runs) return std::unexpected(runs.error());
    const json::value read = json::parse(*runs);
    for (const json::value& run : read.at("data").as_array()) {
      if (run.at("phase").as_string() == "ended") report.runs.push_back(read_run(run));
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

Result<std::vector<AlertReport>> Stage::inbox() {
  const auto list = TRY(call("GET", subscriber_admin() + "/v1/alerts?limit=100", ""));
  std::vector<AlertReport> alerts;
  const json::value answer = json::parse(list);
  for (const auto& alert : answer.at("data").as_array()) {
    const auto& condition = alert.at("payload").at("condition");
    alerts.push_back({.id = alert.at("id").as_int64(),
                      .name = std::string(alert.at("payload").at("alert").at("name").as_string()),
                      .value = std::string(condition.at("formatted_value").as_string()),
                      .sentence = std::string(condition.at("sentence").as_string())});
  }
  std::ranges::sort(alerts, {}, &AlertReport::id);
  return alerts;
}

Result<std::set<std::string>> Stage::audited(std::int64_t run_id) {
  const auto csv = call("GET", fmt::format("{}/v1/sync-runs/{}/audit.csv", publisher_admin(), run_id), "");
  if (!csv) return std::unexpected(csv.error());
  // The shop's ids have nothing that CSV would escape: "customer-7","add"
  std::set<std::string> members;
  std::string_view rest = *csv;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    const std::size_t parting = line.find("\",\"");
    if (parting == std::string_view::npos || line.ends_with("\"remove\"") || line.ends_with("\"action\""))
      continue;
    members.emplace(line.substr(1, parting - 1));
  }
  return members;
}

Result<std::set<std::string>> Stage::mirrored(const std::string& cohort_id) {
  const auto lines =
      call("GET", fmt::format("{}/v1/cohorts/{}/{}/members", subscriber_admin(), kProject, cohort_id), "",
           {{"Accept", "application/x-ndjson"}});
  if (!lines) return std::unexpected(lines.error());
  std::set<std::string> members;
  std::string_view rest = *lines;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    members.emplace(json::parse(rest.substr(0, end)).at("distinct_id").as_string());
    rest.remove_prefix(end + 1);
  }
  return members;
}

}  // namespace bellwether::demo
