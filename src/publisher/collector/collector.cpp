#include "publisher/collector/collector.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "base/shorten.hpp"
#include "publisher/collector/cors.hpp"
#include "publisher/collector/sdk_answers.hpp"
#include "publisher/collector/wire.hpp"

namespace bellwether::publisher {

namespace {

using ingestion::Reason;
using ingestion::Rejection;
using ingestion::Written;
using std::chrono::steady_clock;

constexpr std::string_view kOverloaded =
    "more comes in than can be written: try again with exponential backoff";
constexpr std::string_view kUnavailable = "the events cannot be stored now; try again later";
constexpr std::array<std::string_view, 4> kPaths{"/track", "/import", "/engage", "/groups"};

/// A row that the event engine refused, as a record that was not taken.
Rejection rejection_of_row(const ingestion::RefusedRow& refused) {
  Rejection rejection{.index = refused.record,
                      .reason = Reason::kEngine,
                      .message = "the event engine refuses a value in the event",
                      .record = std::string(cut_to_bytes(refused.row, ingestion::kKeptOfRejected))};
  boost::system::error_code ignored;
  const auto row = boost::json::parse(refused.row, ignored);
  if (const auto* object = row.if_object()) {
    const auto* project = object->if_contains("project_id");
    if (project != nullptr && project->is_string()) rejection.project_id = project->get_string();
  }
  return rejection;
}

}  // namespace

std::vector<Rejection> rejections_of(const std::vector<ingestion::RefusedRow>& rows) {
  std::vector<Rejection> rejections;
  rejections.reserve(rows.size());
  for (const auto& row : rows) rejections.push_back(rejection_of_row(row));
  return rejections;
}

namespace {

/// How many of a request's records were not taken, and why the first was not.
struct Tally {
  std::size_t all = 0;
  std::size_t rejected = 0;
  std::string first_message = {};

  /// `taken` is what the decoder took.
  Tally(std::size_t taken, const std::vector<Rejection>& by_decoder) : all(taken + by_decoder.size()) {
    add(by_decoder);
  }
  void add(const std::vector<Rejection>& more) {
    if (rejected == 0 && !more.empty()) first_message = more[0].message;
    rejected += more.size();
  }
  bool is_any_taken() const { return rejected < all; }
  /// "2 of 5 records were not taken: …"; empty when all were.
  std::string describe() const {
    if (rejected == 0) return "";
    return fmt::format("{} of {} records {} not taken: {}", rejected, all, rejected == 1 ? "was" : "were",
                       first_message);
  }
};

}  // namespace

struct Collector::Exchange {
  net::Request request;
  net::Respond respond;
  steady_clock::time_point begun;
  const Parts& parts;
  std::string path;
  Carried carried = {};

  void answer(net::Response response) {
    const double seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
    parts.metrics.request(path, response.status, seconds);
    finish(response, request);
    respond(std::move(response));
  }
  void answer_flag(bool success, std::string_view error, unsigned status = 200) {
    answer(publisher::answer_flag(carried, success, error, status));
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
  /// What every answer has.
  static void finish(net::Response& response, const net::RequestHead& head) {
    cors::allow(response, head);
    if (response.status == 429 || response.status == 503) response.headers.push_back({"Retry-After", "1"});
    response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  }

  void reject(Rejection rejection) const { parts.rejects.add(path, std::move(rejection), system_now()); }
  void reject_whole(Reason reason, const std::string& message) const {
    reject({.reason = reason,
            .message = message,
            .record = for_message(std::string_view(carried.json).substr(0, ingestion::kKeptOfRejected),
                                  ingestion::kKeptOfRejected)});
  }
  /// Notes which of a request's records were not taken as they were sent.
  void note(const std::vector<Rejection>& rejected, const std::vector<Rejection>& repaired) const {
    parts.rejects.add(path, rejected, system_now());
    parts.rejects.add(path, repaired, system_now());
  }
  /// What was taken of the request is stored, but for `refused`.
  void answer_stored(Tally tally, const std::vector<Rejection>& refused) {
    note(refused, {});
    tally.add(refused);
    answer_flag(tally.is_any_taken(), tally.describe());
  }
  /// Nothing of it could be written: worth another try.
  void note_failure(const events::EngineError& error) const {
    if (parts.metrics.stored(false))
      log::error("events or profiles cannot be written; told once a minute", {{"error", error.message}});
  }
  void answer_failed(const events::EngineError& error) {
    note_failure(error);
    answer_flag(false, kUnavailable, 503);
  }
};

std::string Collector::label(std::string_view path) const {
  if (std::ranges::find(kPaths, path) != kPaths.end()) return std::string(path);
  if (const auto question = sdk_question(path); !question.empty()) return std::string(question);
  return parts_.sdk_files.has(path) ? "/libs" : "other";
}

std::optional<net::Response> Collector::screen(const net::RequestHead& head) {
  const std::string path = label(bare_path(head.path));
  const auto refuse_with = [&](unsigned status, std::string_view why) {
    parts_.metrics.request(path, status, 0);
    net::Response response = answer_error(status, why);
    Exchange::finish(response, head);
    return response;
  };
  if (path == "other") {
    return refuse_with(404,
                       "there is nothing at this path; events go to /track or /import, profiles to /engage "
                       "and /groups");
  }
  if (head.method == "OPTIONS") {
    net::Response response = cors::preflight(head);
    Exchange::finish(response, head);
    return response;
  }
  if (head.method != "POST" && head.method != "GET") {
    net::Response response = refuse_with(405, "this path takes POST and GET");
    response.headers.push_back({"Allow", "GET, POST, OPTIONS"});
    return response;
  }
  return std::nullopt;
}

void Collector::handle(net::Request request, net::Respond respond) {
  const std::string path(bare_path(request.path));
  const auto exchange = std::make_shared<Exchange>(
      Exchange{std::move(request), std::move(respond), steady_clock::now(), parts_, label(path)});
  if (auto file = parts_.sdk_files.find(exchange->request)) return exchange->answer(std::move(*file));
  if (auto answer = sdk_answer(path)) return exchange->answer(std::move(*answer));
  auto carried = read_carried(exchange->request);
  if (!carried) {
    exchange->reject_whole(Reason::kJson, carried.error());
    if (path == "/import") return exchange->answer_import({.code = 400, .error = carried.error()});
    // A pixel is asked for with the parameters that were read already.
    exchange->carried.parameters = net::split_query(exchange->request.query).value_or(net::QueryParameters());
    return exchange->answer_flag(false, carried.error(), 400);
  }
  exchange->carried = std::move(*carried);
  if (path == "/track") return track(exchange);
  if (path == "/import") return import_events(exchange);
  update_profiles(exchange,
                  path == "/groups" ? ingestion::ProfilesOf::kGroups : ingestion::ProfilesOf::kPeople);
}

net::Response Collector::refuse(const net::Refusal& refusal) {
  const std::string path = refusal.head != nullptr ? label(bare_path(refusal.head->path)) : "other";
  parts_.metrics.request(path, refusal.status, 0);
  // Those that are worth another try are lost by nobody.
  if (refusal.status < 429 && path != "other")
    parts_.rejects.add(path, Rejection{.reason = Reason::kRequest, .message = refusal.message}, system_now());
  net::Response response = answer_error(refusal.status, refusal.message);
  Exchange::finish(response, refusal.head != nullptr ? *refusal.head : net::RequestHead());
  return response;
}

void Collector::track(const SharedExchange& exchange) {
  auto batch = ingestion::decode_events(
      exchange->carried.json,
      {.project_of_token = [this](std::string_view token) { return parts_.projects.project_of_token(token); },
       .now = system_now(),
       .limits = parts_.options.events});
  if (!batch) {
    parts_.metrics.events(0, 1);
    exchange->reject_whole(Reason::kJson, batch.error());
    return exchange->answer_flag(false, batch.error(), 400);
  }
  const Tally tally(batch->events, batch->rejected);
  parts_.metrics.events(batch->events, tally.rejected);
  exchange->note(batch->rejected, batch->repaired);
  if (!tally.is_any_taken()) {
    const bool token = tally.rejected > 0 && batch->rejected[0].reason == Reason::kToken;
    return exchange->answer_flag(false, tally.first_message, token ? 401 : 200);
  }
  const auto done = [exchange, tally](const Written& written) {
    if (!written) return exchange->answer_failed(written.error());
    exchange->answer_stored(tally, {});
  };
  if (!parts_.journal.write(std::move(*batch), done)) exchange->answer_flag(false, kOverloaded, 429);
}

void Collector::import_events(const SharedExchange& exchange) {
  const Carried& carried = exchange->carried;
  auto project =
      parts_.projects.project_of_credentials(exchange->request.header("Authorization"),
                                             carried.parameter("project_id"), carried.parameter("api_key"));
  if (!project) {
    exchange->reject({.reason = Reason::kCredentials, .message = "Invalid credentials"});
    return exchange->answer_import({.code = 401, .error = "Invalid credentials"});
  }
  // Clients that send a form are older than strictness.
  const bool strict =
      carried.as_form ? carried.parameter("strict") == "1" : carried.parameter("strict") != "0";
  auto batch = ingestion::decode_events(
      carried.json,
      {.project_id = *project, .strict = strict, .now = system_now(), .limits = parts_.options.events});
  if (!batch) {
    parts_.metrics.events(0, 1);
    exchange->reject_whole(Reason::kJson, batch.error());
    return exchange->answer_import({.code = 400, .error = batch.error()});
  }
  parts_.metrics.events(batch->events, batch->rejected.size());
  ImportResult result{.imported = batch->events, .failed = batch->rejected};
  exchange->note(batch->rejected, batch->repaired);
  const auto done = [exchange, result = std::move(result)](const Written& written) mutable {
    if (!written) {
      exchange->note_failure(written.error());
      return exchange->answer_import({.code = 503, .error = std::string(kUnavailable)});
    }
    exchange->parts.metrics.stored(true);
    const auto refused = rejections_of(*written);
    exchange->note(refused, {});
    result.imported -= refused.size();
    result.failed.insert(result.failed.end(), refused.begin(), refused.end());
    if (!result.failed.empty()) {
      result.code = 400;
      result.error = "some data points in the request failed validation";
    }
    exchange->answer_import(result);
  };
  if (!parts_.events.write(std::move(*batch), done))
    exchange->answer_import({.code = 429, .error = std::string(kOverloaded)});
}

void Collector::update_profiles(const SharedExchange& exchange, ingestion::ProfilesOf of) {
  auto batch = ingestion::decode_profile_updates(
      exchange->carried.json,
      {.of = of,
       .project_of_token = [this](std::string_view token) { return parts_.projects.project_of_token(token); },
       .limits = parts_.options.profiles});
  if (!batch) {
    parts_.metrics.profile_updates(0, 1);
    exchange->reject_whole(Reason::kJson, batch.error());
    return exchange->answer_flag(false, batch.error(), 400);
  }
  const Tally tally(batch->updates.size(), batch->rejected);
  parts_.metrics.profile_updates(batch->updates.size(), tally.rejected);
  exchange->note(batch->rejected, batch->repaired);
  if (!tally.is_any_taken()) {
    return exchange->answer_flag(
        false, tally.rejected > 0 ? tally.first_message : "there is no update in the request");
  }
  const auto done = [exchange, tally](const ingestion::ProfileWriter::Outcome& outcome) {
    if (!outcome) return exchange->answer_failed(outcome.error());
    exchange->parts.metrics.stored(true);
    exchange->answer_stored(tally, *outcome);
  };
  if (!parts_.profiles.write(std::move(batch->updates), done)) exchange->answer_flag(false, kOverloaded, 429);
}

}  // namespace bellwether::publisher
