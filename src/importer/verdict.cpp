#include "importer/verdict.hpp"

#include <fmt/format.h>

#include "retry_policy/verdict.hpp"

namespace bellwether::importer {

namespace {

std::string answered(const net::ClientResponse& response) {
  const std::string error = import_error(response.body);
  return fmt::format("answered {}{}", response.status, error.empty() ? "" : ": " + error);
}

Verdict judge_failure(const net::ClientFailure& failure) {
  using Kind = net::ClientFailure::Kind;
  switch (failure.kind) {
    case Kind::kBadUrl:
      return {.outcome = Outcome::kStop, .message = "cannot be reached: " + failure.message};
    case Kind::kTimeout:
    case Kind::kBroken:
      return {.outcome = Outcome::kStrange, .message = "did not answer: " + failure.message};
    default:
      return {.outcome = Outcome::kBusy, .message = "cannot be reached: " + failure.message};
  }
}

/// A 503 is also what a proxy answers who comes too often.
bool is_busy(const net::ClientResponse& response) {
  return response.status == 429 || response.status == 503 ||
         (response.status >= 500 && !import_error(response.body).empty());
}

/// An answer that counts no records.
Verdict judge_error(const net::ClientResponse& response, const std::string& why) {
  const bool explained = !import_error(response.body).empty();
  if (response.status == 401 || (response.status == 403 && explained))
    return {.outcome = Outcome::kStop, .message = answered(response)};
  if ((response.status == 400 || response.status == 413) && explained)
    return {.outcome = Outcome::kRefused, .message = answered(response)};
  return {.outcome = Outcome::kStrange,
          .message = fmt::format("{}, but not as /import does: {}; is it the publisher's public listener?",
                                 answered(response), why)};
}

}  // namespace

Verdict judge(const Attempt& attempt, std::size_t records, Timestamp now) {
  if (!attempt) return judge_failure(attempt.error());
  if (is_busy(*attempt)) {
    return {.outcome = Outcome::kBusy,
            .message = answered(*attempt),
            .retry_after = retry_policy::parse_retry_after(attempt->header("Retry-After"), now)};
  }
  auto answer = parse_import_answer(attempt->body, records);
  if (!answer) return judge_error(*attempt, answer.error().message);
  // A strict 400 that names no record has refused the batch as a whole.
  const bool counts = attempt->status == 200 || (attempt->status == 400 && !answer->failures.empty());
  if (!counts) return judge_error(*attempt, "it names no record");
  return {.outcome = Outcome::kTaken, .answer = *std::move(answer)};
}

}  // namespace bellwether::importer
