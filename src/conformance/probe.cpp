#include "conformance/probe.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "contract/sync_response.hpp"

namespace bellwether::conformance {

namespace {

constexpr std::size_t kExcerpt = 200;
constexpr std::size_t kShownMembers = 5;
constexpr Millis kLookAgain(50);
/// How long an unchanged membership is watched.
constexpr Millis kWatch(500);

bool is_success(unsigned status) {
  return status >= 200 && status < 300;
}

bool is_refusal(unsigned status) {
  constexpr unsigned kTooMany = 429;
  return status >= 400 && status < 500 && status != kTooMany;
}

/// A 2xx may say in its body that it failed.
bool says_failure(const net::ClientResponse& response) {
  const auto decoded = contract::decode_sync_response(response.body, {});
  return decoded && !decoded->success;
}

}  // namespace

std::string excerpt(std::string_view text) {
  std::string line(text.substr(0, kExcerpt));
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return for_message(line, kExcerpt) + (text.size() > kExcerpt ? "…" : "");
}

std::string describe(const retry_policy::Attempt& attempt) {
  if (!attempt) return attempt.error().message;
  return fmt::format("{} {} {}", attempt->status, attempt->header("Content-Type"), excerpt(attempt->body));
}

std::string describe(const Members& members) {
  std::string names;
  std::size_t shown = 0;
  for (const std::string& id : members) {
    if (shown++ == kShownMembers) {
      names += ", …";
      break;
    }
    names += (names.empty() ? "" : ", ") + for_message(id, 40);
  }
  return members.empty() ? "nobody" : fmt::format("{} members: {}", members.size(), names);
}

Probe::Probe(const Target& target)
    : target_(target),
      client_({.ca_file = target.ca_file}),
      // Runs of the suite do not meet in the same cohorts.
      next_cohort_(static_cast<std::uint64_t>(to_unix_ms(system_now())) * 100) {
  if (target.mirror) mirror_.emplace(*target.mirror);
}

std::string Probe::fresh_cohort() {
  return std::to_string(next_cohort_++);
}

std::string Probe::fresh_session() {
  return fmt::format("check-{}-{}", next_cohort_, next_session_++);
}

Page Probe::page(contract::Action action, std::vector<Member> members) {
  return page(action, fresh_cohort(), fresh_session(), std::move(members));
}

Page Probe::page(contract::Action action, const std::string& cohort, const std::string& session,
                 std::vector<Member> members, std::uint32_t count, std::uint32_t total) {
  return {.action = action,
          .project = target_.project,
          .cohort = cohort,
          .session = session,
          .total = total,
          .count = count,
          .members = std::move(members)};
}

net::ClientRequest Probe::request(Stream stream, std::string body, const Unusual& unusual) const {
  net::ClientRequest request{.method = unusual.method,
                             .url = stream == Stream::kAlerts ? target_.alerts_url : target_.sync_url,
                             .headers = unusual.headers,
                             .body = std::move(body),
                             .send_rate = unusual.send_rate,
                             .lose_answer = unusual.lose_answer};
  if (!unusual.content_type.empty()) request.headers.push_back({"Content-Type", unusual.content_type});
  request.headers.push_back({"User-Agent", "bellwether-check"});
  const std::string& user = unusual.user ? *unusual.user : target_.user;
  if (!user.empty()) {
    request.user = user;
    request.password = unusual.user ? unusual.password : target_.password;
  }
  const Millis within = unusual.within.value_or(target_.patience);
  request.timeouts = {.connect = std::min<Millis>(within, std::chrono::seconds(10)),
                      .first_byte = within,
                      .whole = within + std::chrono::seconds(10)};
  if (unusual.within) request.timeouts.whole = within;
  return request;
}

retry_policy::Attempt Probe::send(Stream stream, std::string body, const Unusual& unusual) {
  return client_.send(request(stream, std::move(body), unusual));
}

retry_policy::Attempt Probe::send_beside(std::string body) const {
  net::HttpClient client({.ca_file = target_.ca_file});
  return client.send(request(Stream::kCohortSync, std::move(body), {}));
}

void Probe::deliver(const Page& page) {
  expect_taken(page, send(Stream::kCohortSync, encode(page)));
}

void Probe::expect_taken(const Page& page, const retry_policy::Attempt& attempt) {
  const std::string sent = fmt::format("{} page {} of {} with {} members", to_string(page.action), page.count,
                                       page.total, page.members.size());
  if (attempt && is_refusal(attempt->status))
    note_wrongly_refused(fmt::format("{}: {}", sent, attempt->status));
  const auto judgement = retry_policy::judge_page(page.action, attempt, system_now());
  if (judgement.verdict == retry_policy::Verdict::kDelivered) return;
  throw Finding{sent,
                fmt::format(R"(2xx with {{"action": "{}", "status": "success"}})", to_string(page.action)),
                describe(attempt),
                fmt::format("Take it, and answer with its action echoed; to a sender this answer means: {}.",
                            retry_policy::to_string(judgement.verdict))};
}

const net::ClientResponse& Probe::expect_composed(const retry_policy::Attempt& attempt,
                                                  std::string_view sent) {
  constexpr unsigned kServerError = 500;
  if (!attempt || attempt->status >= kServerError)
    throw Finding{
        std::string(sent), "any answer but a 5xx", describe(attempt),
        "Catch it: a 5xx or silence makes the sender send the same again and again, and no retry mends it."};
  return *attempt;
}

void Probe::expect_refused(Stream stream, std::string body, std::string_view sent, const Unusual& unusual) {
  const auto attempt = send(stream, std::move(body), unusual);
  const net::ClientResponse& response = expect_composed(attempt, sent);
  if (is_refusal(response.status) || (is_success(response.status) && says_failure(response))) return;
  throw Finding{std::string(sent), "a 4xx, or a body that says failure", describe(attempt),
                "Check the message before you say that you have it: a success is all that the sender sees."};
}

void Probe::expect_unauthorized(Stream stream, std::string body, std::string_view sent,
                                const Unusual& unusual) {
  constexpr unsigned kUnauthorized = 401;
  const auto attempt = send(stream, std::move(body), unusual);
  if (expect_composed(attempt, sent).status == kUnauthorized) return;
  throw Finding{
      std::string(sent), "401", describe(attempt),
      "Compare user and password of every request, and answer 401 when they are not the configured ones."};
}

void Probe::expect_no_other_method(Stream stream, const std::string& method, std::string body) {
  constexpr unsigned kRedirects = 300;
  Unusual unusual;
  unusual.method = method;
  const std::string sent = "a " + method;
  const auto attempt = send(stream, std::move(body), unusual);
  if (expect_composed(attempt, sent).status >= kRedirects) return;
  throw Finding{sent, "405", describe(attempt), "Take POST alone at this path."};
}

Members Probe::members_of(const std::string& project, const std::string& cohort) {
  auto members = mirror_->read(project, cohort);
  if (!members)
    throw Finding{"a look at the membership", "a list of members", members.error().message,
                  "See that --mirror-url is right and that what it answers has an id column."};
  return std::move(*members);
}

void Probe::expect_members(const Page& of, const Members& expected, std::string_view sent,
                           std::string_view mend) {
  const Timestamp until = system_now() + target_.settle;
  Members found = members_of(of.project, of.cohort);
  while (found != expected && system_now() < until) {
    std::this_thread::sleep_for(kLookAgain);
    found = members_of(of.project, of.cohort);
  }
  if (found != expected)
    throw Finding{std::string(sent), describe(expected), describe(found), std::string(mend)};
}

void Probe::expect_still(const Page& of, const Members& expected, std::string_view sent,
                         std::string_view mend) {
  for (const Timestamp until = system_now() + kWatch; system_now() < until;) {
    const Members found = members_of(of.project, of.cohort);
    if (found != expected)
      throw Finding{std::string(sent), "still " + describe(expected), describe(found), std::string(mend)};
    std::this_thread::sleep_for(kLookAgain);
  }
}

}  // namespace bellwether::conformance
