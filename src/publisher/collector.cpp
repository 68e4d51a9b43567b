#include "publisher/collector.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "base/log.hpp"
#include "publisher/collector_wire.hpp"

namespace bellwether::publisher {

namespace {

using ingestion::Written;
using std::chrono::steady_clock;

constexpr std::string_view kOverloaded =
    "more comes in than can be written: try again with exponential backoff";
constexpr std::array<std::string_view, 4> kPaths{"/track", "/import", "/engage", "/groups"};

/// 429 when there is no room, 503 when the engine does not take it; both are worth another try.
struct Trouble {
  unsigned status;
  std::string message;
};

Trouble trouble_of(const events::EngineError& error) {
  log::error("events cannot be written", {{"error", error.message}});
  if (error.kind == events::EngineError::Kind::kQuery)
    return Trouble{400, "the event engine refuses a value in the request"};
  return Trouble{503, "the events cannot be stored now; try again later"};
}

net::Response answer_preflight() {
  net::Response response;
  response.status = 204;
  allow_any_origin(response);
  response.headers.push_back({"Access-Control-Allow-Methods", "GET, POST, OPTIONS"});
  response.headers.push_back(
      {"Access-Control-Allow-Headers", "Content-Type, Content-Encoding, Authorization, X-Requested-With"});
  response.headers.push_back({"Access-Control-Max-Age", "86400"});
  return response;
}

}  // namespace

struct Collector::Exchange {
  net::Request request;
  net::Respond respond;
  steady_clock::time_point begun;
  Metrics& metrics;
  Carried carried = {};

  void answer(net::Response response) {
    const double seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
    metrics.request(std::string(bare_path(request.path)), response.status, seconds);
    if (response.status == 429 || response.status == 503) response.headers.push_back({"Retry-After", "1"});
    response.headers.push_back({"X-Content-Type-Options", "nosniff"});
    respond(std::move(response));
  }
  void answer_flag(bool success, std::string_view error, unsigned status = 200) {
    answer(publisher::answer_flag(carried, success, error, status));
  }
  /// Notes what became of it, for readiness: what the engine refuses as wrong is no failure of ours.
  void note(const Written& written) const {
    metrics.stored(written || written.error().kind == events::EngineError::Kind::kQuery);
  }
  void answer_written(const Written& written) {
    note(written);
    if (written) return answer_flag(true, "");
    const Trouble trouble = trouble_of(written.error());
    answer_flag(false, trouble.message, trouble.status);
  }
  /// Older clients expect 1 or 0 of /import too.
  void answer_import(const ImportResult& result) {
    if (carried.as_form && carried.parameter("strict") != "1") {
      return answer_flag(
          result.code == 200,
          result.error.empty() && !result.failed.empty() ? result.failed[0].message : result.error,
          result.code == 400 ? 200 : result.code);
    }
    answer(publisher::answer_import(result));
  }
};

Collector::Collector(const Options& options, const ProjectDirectory& projects, ingestion::EventWriter& events,
                     ingestion::ProfileWriter& profiles, Metrics& metrics)
    : options_(options), projects_(projects), events_(events), profiles_(profiles), metrics_(metrics) {}

std::optional<net::Response> Collector::screen(const net::RequestHead& head) {
  const std::string_view path = bare_path(head.path);
  const auto refuse_with = [&](unsigned status, std::string_view why) {
    const bool known = std::ranges::find(kPaths, path) != kPaths.end();
    metrics_.request(known ? std::string(path) : "other", status, 0);
    return answer_error(status, why);
  };
  if (std::ranges::find(kPaths, path) == kPaths.end())
    return refuse_with(404,
                       "there is nothing at this path; events go to /track or /import, profiles to /engage");
  if (head.method == "OPTIONS") return answer_preflight();
  if (path == "/groups") return refuse_with(501, "group profiles are not supported");
  if (head.method != "POST" && head.method != "GET") {
    net::Response response = refuse_with(405, "this path takes POST and GET");
    response.headers.push_back({"Allow", "GET, POST, OPTIONS"});
    return response;
  }
  return std::nullopt;
}

void Collector::handle(net::Request request, net::Respond respond) {
  const auto exchange = std::make_shared<Exchange>(
      Exchange{std::move(request), std::move(respond), steady_clock::now(), metrics_});
  const std::string path(bare_path(exchange->request.path));
  auto carried = read_carried(exchange->request);
  if (!carried) {
    if (path == "/import") return exchange->answer_import({.code = 400, .error = carried.error()});
    return exchange->answer_flag(false, carried.error(), 400);
  }
  exchange->carried = std::move(*carried);
  if (path == "/track") return track(exchange);
  if (path == "/import") return import_events(exchange);
  engage(exchange);
}

net::Response Collector::refuse(const net::Refusal& refusal) {
  metrics_.request(refusal.head != nullptr ? std::string(bare_path(refusal.head->path)) : "other",
                   refusal.status, 0);
  return answer_error(refusal.status, refusal.message);
}

void Collector::track(const SharedExchange& exchange) {
  auto batch = ingestion::decode_events(
      exchange->carried.json,
      {.project_of_token = [this](std::string_view token) { return projects_.project_of_token(token); },
       .now = system_now(),
       .limits = options_.events});
  if (!batch) return exchange->answer_flag(false, batch.error(), 400);
  metrics_.events(batch->events, batch->failed.size());
  const std::string first_error = batch->failed.empty() ? "" : batch->failed[0].message;
  if (batch->events == 0) {
    const bool token = !batch->failed.empty() && batch->failed[0].field == "properties.token";
    return exchange->answer_flag(false, first_error, token ? 401 : 200);
  }
  const bool taken = events_.write(std::move(*batch),
                                   [exchange](const Written& written) { exchange->answer_written(written); });
  if (!taken) exchange->answer_flag(false, kOverloaded, 429);
}

void Collector::import_events(const SharedExchange& exchange) {
  const Carried& carried = exchange->carried;
  auto project =
      projects_.project_of_credentials(exchange->request.header("Authorization"),
                                       carried.parameter("project_id"), carried.parameter("api_key"));
  if (!project) return exchange->answer_import({.code = 401, .error = "Invalid credentials"});
  auto batch = ingestion::decode_events(carried.json, {.project_id = std::move(*project),
                                                       .strict = carried.parameter("strict") == "1",
                                                       .now = system_now(),
                                                       .limits = options_.events});
  if (!batch) return exchange->answer_import({.code = 400, .error = batch.error()});
  metrics_.events(batch->events, batch->failed.size());
  ImportResult result{
      .code = batch->failed.empty() ? 200U : 400U, .imported = batch->events, .failed = batch->failed};
  if (!batch->failed.empty()) result.error = "some data points in the request failed validation";
  const bool taken = events_.write(std::move(*batch), [exchange, result](const Written& written) {
    exchange->note(written);
    if (written) return exchange->answer_import(result);
    const Trouble trouble = trouble_of(written.error());
    exchange->answer_import({.code = trouble.status, .error = trouble.message});
  });
  if (!taken) exchange->answer_import({.code = 429, .error = std::string(kOverloaded)});
}

void Collector::engage(const SharedExchange& exchange) {
  auto batch = ingestion::decode_profile_updates(
      exchange->carried.json, [this](std::string_view token) { return projects_.project_of_token(token); },
      options_.profiles);
  if (!batch) return exchange->answer_flag(false, batch.error(), 400);
  metrics_.profile_updates(batch->updates.size(), batch->refused.size());
  if (batch->updates.empty())
    return exchange->answer_flag(
        false, batch->refused.empty() ? "there is no update in the request" : batch->refused[0]);
  const std::size_t count = batch->updates.size();
  const auto done = [exchange, count](const ingestion::ProfileWriter::Outcome& outcome) {
    if (!outcome) return exchange->answer_written(std::unexpected(outcome.error()));
    exchange->note({});
    const bool all_refused = outcome->size() >= count;
    exchange->answer_flag(!all_refused, all_refused ? outcome->front() : "");
  };
  if (!profiles_.write(std::move(batch->updates), done)) exchange->answer_flag(false, kOverloaded, 429);
}

}  // namespace bellwether::publisher
