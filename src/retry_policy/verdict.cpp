#include "retry_policy/verdict.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "contract/sync_response.hpp"

namespace bellwether::retry_policy {

namespace {

constexpr std::size_t kMessageBytes = 500;

Verdict verdict_of_status(std::int64_t status) {
  switch (status) {
    case 400:
    case 401:
    case 403:
    case 404:
      return Verdict::kPause;
    case 429:
      return Verdict::kRetry;
    default:
      break;
  }
  if (status >= 500 && status <= 599) return Verdict::kRetry;
  return Verdict::kFail;
}

Judgement judge_failure(const net::ClientFailure& failure) {
  using Kind = net::ClientFailure::Kind;
  const bool needs_a_person = failure.kind == Kind::kBadUrl || failure.kind == Kind::kForbidden;
  return {
      needs_a_person ? Verdict::kPause : Verdict::kRetry, for_message(failure.message, kMessageBytes), {}};
}

bool is_success(unsigned status) {
  return status >= 200 && status <= 299;
}

Judgement judge_status(const net::ClientResponse& response, std::string message, Timestamp now) {
  return {verdict_of_status(response.status), std::move(message),
          parse_retry_after(response.header("Retry-After"), now)};
}

std::string status_message(const net::ClientResponse& response) {
  return fmt::format("the receiver answered {}", response.status);
}

/// The receiver's words where the body is the contract's, or the status.
std::string page_message(const net::ClientResponse& response) {
  const auto reply = contract::decode_sync_response(response.body, {});
  if (!reply || !reply->error_message) return status_message(response);
  return fmt::format("the receiver answered {}: {}", response.status,
                     for_message(*reply->error_message, kMessageBytes));
}

Judgement judge_success_body(contract::Action sent, const net::ClientResponse& response) {
  const auto reply = contract::decode_sync_response(response.body, {});
  if (!reply) {
    return {Verdict::kRetry, "the receiver's answer is not the contract's: " + reply.error().describe(), {}};
  }
  if (reply->success && reply->action == sent) return {Verdict::kDelivered, "", {}};
  if (reply->success) {
    return {Verdict::kRetry,
            fmt::format("the receiver echoed \"{}\", not \"{}\"", contract::to_string(reply->action),
                        contract::to_string(sent)),
            {}};
  }
  std::string message = "the receiver reported a failure";
  if (reply->error_message) message += ": " + for_message(*reply->error_message, kMessageBytes);
  // Without a usable code nothing says that a person must act.
  const std::int64_t code = reply->error_code.value_or(500);
  return {is_success(static_cast<unsigned>(code)) ? Verdict::kRetry : verdict_of_status(code),
          std::move(message),
          {}};
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kDelivered:
      return "delivered";
    case Verdict::kRetry:
      return "retry";
    case Verdict::kPause:
      return "pause";
    case Verdict::kFail:
      return "fail";
  }
  return "retry";
}

Judgement judge_page(contract::Action sent, const Attempt& attempt, Timestamp now) {
  if (!attempt) return judge_failure(attempt.error());
  if (!is_success(attempt->status)) return judge_status(*attempt, page_message(*attempt), now);
  return judge_success_body(sent, *attempt);
}

Judgement judge_alert(const Attempt& attempt, Timestamp now) {
  if (!attempt) return judge_failure(attempt.error());
  if (is_success(attempt->status)) return {Verdict::kDelivered, "", {}};
  return judge_status(*attempt, status_message(*attempt), now);
}

std::optional<Millis> parse_retry_after(std::string_view text, Timestamp now) {
  constexpr std::int64_t kMaxSeconds = 366LL * 24 * 3600;
  if (const auto seconds = parse_integer(text)) {
    if (*seconds < 0) return std::nullopt;
    return std::chrono::seconds(std::min(*seconds, kMaxSeconds));
  }
  const std::string terminated(text);
  std::tm date{};
  const char* end = strptime(terminated.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (end == nullptr || *end != '\0') return std::nullopt;
  const Timestamp at = from_unix_ms(static_cast<std::int64_t>(timegm(&date)) * 1000);
  return std::max(Millis(0), std::chrono::duration_cast<Millis>(at - now));
}

}  // namespace bellwether::retry_policy
