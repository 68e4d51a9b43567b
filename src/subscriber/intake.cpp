#include "subscriber/intake.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/guarded.hpp"
#include "base/log.hpp"
#include "contract/alert.hpp"
#include "contract/cohort_sync.hpp"
#include "subscriber/recorded_requests.hpp"
#include "subscriber/rejected_requests.hpp"
#include "subscriber/session_log.hpp"

namespace bellwether::subscriber {

namespace {

using std::chrono::steady_clock;

/// Media types are compared without regard to case (RFC 9110, 8.3.1).
bool is_json(std::string_view media_type) {
  const std::string_view type = trim(media_type.substr(0, media_type.find(';')));
  constexpr std::string_view kSuffix = "+json";
  return type.empty() || net::same_name(type, "application/json") ||
         (type.size() > kSuffix.size() && net::same_name(type.substr(type.size() - kSuffix.size()), kSuffix));
}

/// Whether a browser sends this for a web page. No page has a reason to: not even one of the same site, which
/// can only be one that makes its own name lead here. What the person types into the address bar is "none".
bool is_of_web_page(const net::RequestHead& head) {
  const std::string_view site = head.header("Sec-Fetch-Site");
  return !head.header("Origin").empty() || (!site.empty() && site != "none");
}

/// A 200, as the contract words it.
net::Response success(std::string body) {
  net::Response response;
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  response.body = std::move(body);
  return response;
}

}  // namespace

struct Intake::Exchange {
  net::Request request;
  net::Respond respond;
  const std::string& endpoint;  ///< its path
  steady_clock::time_point begun;
  Metrics& metrics;
  std::optional<contract::Action> action = std::nullopt;
  bool answered = false;

  /// 503, unless it was answered already: what failed is not the sender's fault.
  void fail(const std::exception& error) {
    log::error("a request failed", {{"path", request.path}, {"error", error.what()}});
    if (!answered) send(failure(Problem::kUnavailable, action, "the receiver failed; its log says why"));
  }

  void send(net::Response response) {
    const double seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
    metrics.request(endpoint, response.status, seconds);
    log::debug("request", {{"path", request.path},
                           {"peer", request.peer},
                           {"status", response.status},
                           {"bytes", request.body.size()},
                           {"ms", fmt::format("{:.2f}", seconds * 1000)}});
    answered = true;
    respond(std::move(response));
  }
};

void Intake::answer(Exchange& exchange, net::Response response) {
  if (options_.record_bytes > 0) record(exchange, response.status);
  exchange.send(std::move(response));
}

void Intake::record(const Exchange& exchange, unsigned status) {
  guarded("a request is not recorded", [&] {
    auto kept = recorded_requests::make_recorded_request(exchange.request, exchange.request.body, status,
                                                         system_now());
    const std::size_t bytes = kept.body.size();
    store_aside(bytes, [this, request = std::move(kept)](storage::Database& database) {
      recorded_requests::store(database, request, options_.record_bytes);
    });
  });
}

/// Nobody waits for it, and a flood must not push work out: when the queue is full it is not kept.
void Intake::store_aside(std::size_t bytes, storage::GroupCommit::Work work) {
  writer_.submit(bytes, std::move(work), [](const storage::CommitResult&) {});
}

Intake::Intake(const Options& options, const mirror::Mirror& mirror, storage::GroupCommit& writer,
               Metrics& metrics, std::function<void()> on_waiting)
    : options_(options),
      mirror_(mirror),
      writer_(writer),
      metrics_(metrics),
      on_waiting_(std::move(on_waiting)) {}

Result<std::unique_ptr<Intake>> Intake::make(const Options& options, const mirror::Mirror& mirror,
                                             storage::GroupCommit& writer, Metrics& metrics,
                                             std::function<void()> on_waiting) {
  std::unique_ptr<Intake> intake(new Intake(options, mirror, writer, metrics, std::move(on_waiting)));
  for (const EndpointOptions& given : options.endpoints) {
    auto credentials = net::CredentialSet::make(given.credentials);
    if (!credentials) return fail(fmt::format("endpoint {}: {}", given.path, credentials.error().message));
    intake->endpoints_.emplace(
        given.path,
        Endpoint{given.kind, std::move(*credentials), {given.projects.begin(), given.projects.end()}});
  }
  return intake;
}

/// The endpoint of a path, with or without a slash at its end.
Intake::Endpoints::const_iterator Intake::find_endpoint(std::string_view path) const {
  const auto found = endpoints_.find(path);
  if (found != endpoints_.end() || path.size() < 2 || !path.ends_with('/')) return found;
  return endpoints_.find(path.substr(0, path.size() - 1));
}

bool Intake::screens_slowly(const net::RequestHead& head) {
  const auto endpoint = find_endpoint(head.path);
  return endpoint != endpoints_.end() && endpoint->second.credentials.is_slow(head.header("Authorization"));
}

std::optional<net::Response> Intake::screen(const net::RequestHead& head) {
  const auto endpoint = find_endpoint(head.path);
  const auto refuse_as = [&](Problem problem, std::string_view message) {
    net::Response response = failure(problem, std::nullopt, message);
    // Paths that nobody configured are not made into labels: anyone could fill the memory with them.
    metrics_.request(endpoint == endpoints_.end() ? "other" : endpoint->first, response.status, 0);
    log::debug("refused", {{"path", head.path}, {"peer", head.peer}, {"status", response.status}});
    return response;
  };
  if (endpoint == endpoints_.end()) {
    return refuse_as(Problem::kUnknownPath,
                     "there is no endpoint at this path; check the URL of the webhook");
  }
  if (head.method != "POST") return refuse_as(Problem::kWrongMethod, "this endpoint takes POST");
  // Before the credentials: a browser may know them and send them by itself.
  if (is_of_web_page(head)) {
    return refuse_as(Problem::kWebPage,
                     "this endpoint takes messages of servers, not of web pages (it has an Origin or "
                     "Sec-Fetch-Site header, which only browsers send)");
  }
  using Verdict = net::CredentialSet::Verdict;
  switch (endpoint->second.credentials.check(head.header("Authorization"), head.peer)) {
    case Verdict::kAccepted:
      break;
    case Verdict::kRefused:
      return refuse_as(Problem::kUnauthorized,
                       "the user name or password is wrong; check those of the webhook");
    case Verdict::kClientWaits:
      return refuse_as(Problem::kOverloaded, "too many wrong passwords; try again in some seconds");
    case Verdict::kAllWait:
      return refuse_as(Problem::kUnavailable, "too many passwords are being checked; try again in a moment");
  }
  if (!is_json(head.header("Content-Type"))) {
    return refuse_as(Problem::kWrongMediaType, "this endpoint takes application/json");
  }
  return std::nullopt;
}

void Intake::handle(net::Request request, net::Respond respond) {
  metrics_.received(request.body.size());
  const auto& [path, endpoint] = *find_endpoint(request.path);
  const auto exchange = std::make_shared<Exchange>(
      Exchange{std::move(request), std::move(respond), path, steady_clock::now(), metrics_});
  try {
    if (endpoint.kind == EndpointKind::kCohortSync) {
      take_page(exchange, endpoint);
    } else {
      take_alert(exchange, endpoint);
    }
  } catch (const std::exception& error) {  // no memory, if anything
    exchange->fail(error);
  }
}

net::Response Intake::refuse(const net::Refusal& refusal) {
  const Problem problem = problem_of_status(refusal.status);
  const std::string path = refusal.head != nullptr ? refusal.head->path : "other";
  metrics_.request(path, refusal.status, 0);
  log::debug("refused", {{"path", path}, {"status", refusal.status}, {"reason", refusal.message}});
  if (policy_of(problem).is_kept)
    keep_rejected_request(refusal.head, refusal.body, refusal.status, refusal.message);
  return failure(problem, contract::find_action(refusal.body), refusal.message);
}

void Intake::take_page(const std::shared_ptr<Exchange>& exchange, const Endpoint& endpoint) {
  auto decoded = contract::decode_cohort_page(exchange->request.body, options_.decode);
  if (!decoded) return reject(*exchange, decoded.error(), contract::find_action(exchange->request.body));
  exchange->action = decoded->action;
  if (!endpoint.allows(decoded->project_id)) {
    return answer(*exchange, failure(Problem::kProjectNotAllowed, decoded->action,
                                     fmt::format("project {} may not send to this endpoint",
                                                 for_message(decoded->project_id))));
  }
  struct Stored {
    contract::CohortPage page;
    mirror::Receipt receipt = {};
  };
  const auto stored = std::make_shared<Stored>(Stored{std::move(*decoded)});
  submit(
      exchange,
      [this, stored](storage::Database& database) {
        stored->receipt = mirror_.receive(database, stored->page, system_now());
      },
      [this, stored, exchange] {
        if (!stored->page.skipped.empty()) list_skipped(exchange->request, stored->page);
        return page_answer(stored->page, stored->receipt);
      });
}

net::Response Intake::page_answer(const contract::CohortPage& page, const mirror::Receipt& receipt) {
  metrics_.page(page.action, receipt.kind, page.member_count, page.skipped.size());
  if (receipt.applied) log_session(page.project_id, page.cohort_id, *receipt.applied);
  if (receipt.waiting) on_waiting_();
  if (receipt.kind == mirror::Receipt::Kind::kRefused) {
    log::info("page refused", {{"project", page.project_id},
                               {"cohort", page.cohort_id},
                               {"session", page.session_id},
                               {"action", contract::to_string(page.action)},
                               {"page", page.page_count},
                               {"reason", receipt.refusal}});
    return failure(Problem::kOutdated, page.action, receipt.refusal);
  }
  net::Response response = success(contract::encode_success(page.action));
  if (receipt.track_answer) {
    response.on_acknowledgement = [this, ref = *receipt.track_answer](net::Acknowledgement acknowledgement) {
      const auto answer = acknowledgement == net::Acknowledgement::kDelivered
                              ? mirror::Acknowledgement::kDelivered
                              : mirror::Acknowledgement::kLost;
      guarded("what became of an answer is not noted", [&] {
        writer_.note([this, ref, answer](storage::Database& database) {
          mirror_.on_acknowledgement(database, ref, answer);
        });
      });
    };
  }
  return response;
}

/// The page was taken; who stands on it without an id is kept beside the refused requests.
void Intake::list_skipped(const net::Request& request, const contract::CohortPage& page) {
  constexpr std::size_t kNamed = 10;
  std::string places;
  for (std::size_t i = 0; i < std::min(page.skipped.size(), kNamed); ++i)
    places += fmt::format("{}members[{}]", i == 0 ? "" : ", ", page.skipped[i]);
  if (page.skipped.size() > kNamed) places += fmt::format(" and {} more", page.skipped.size() - kNamed);
  constexpr unsigned kTaken = 200;
  keep_rejected_request(&request, request.body, kTaken,
                        fmt::format("skipped, because they have no mixpanel_distinct_id: {}", places));
}

void Intake::take_alert(const std::shared_ptr<Exchange>& exchange, const Endpoint& endpoint) {
  auto decoded = contract::decode_alert(exchange->request.body, options_.decode);
  if (!decoded) return reject(*exchange, decoded.error(), std::nullopt);
  const std::string project = decoded->project_id.value_or("");
  if (!endpoint.allows(project)) {
    return answer(*exchange,
                  failure(Problem::kProjectNotAllowed, std::nullopt,
                          fmt::format("project {} may not send to this endpoint", for_message(project))));
  }
  const auto stored = std::make_shared<inbox::Stored>();
  submit(
      exchange,
      [stored, exchange, alert = std::move(*decoded)](storage::Database& database) {
        *stored = inbox::store(database, alert, exchange->request.body, system_now());
      },
      [this, stored] {
        metrics_.alert(stored->duplicate);
        return success(contract::encode_alert_success(stored->id, stored->duplicate));
      });
}

/// Queues the work, and answers when it is on the disk, or why it is not.
void Intake::submit(const std::shared_ptr<Exchange>& exchange, storage::GroupCommit::Work work,
                    std::move_only_function<net::Response()> on_success) {
  auto done = [this, exchange,
               respond = std::move(on_success)](const storage::CommitResult& committed) mutable {
    try {
      answer(*exchange, committed
                            ? respond()
                            : failure(Problem::kUnavailable, exchange->action, describe(committed.error())));
    } catch (const std::exception& error) {
      exchange->fail(error);
    }
  };
  const std::size_t held = exchange->request.body.size() * 2;  // the body and what was decoded of it
  if (!writer_.submit(held, std::move(work), std::move(done))) {
    answer(*exchange,
           failure(Problem::kOverloaded, exchange->action, "the receiver is busy; try again in a moment"));
  }
}

void Intake::reject(Exchange& exchange, const contract::DecodeError& error,
                    std::optional<contract::Action> action) {
  const Problem problem = problem_of(error);
  net::Response response = failure(problem, action, error.describe());
  keep_rejected_request(&exchange.request, exchange.request.body, response.status, error.describe());
  answer(exchange, std::move(response));
}

void Intake::keep_rejected_request(const net::RequestHead* head, std::string_view body, unsigned status,
                                   const std::string& reason) {
  guarded("a refused request is not kept", [&] {
    auto kept = rejected_requests::make_rejected_request(head, body, status, reason,
                                                         options_.rejected_requests, system_now());
    const std::size_t bytes = kept.body.size();
    store_aside(bytes, [this, reject = std::move(kept)](storage::Database& database) {
      rejected_requests::store(database, reject, options_.rejected_requests);
    });
  });
}

}  // namespace bellwether::subscriber
