#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "contract/cohort_sync.hpp"
#include "net/http_client.hpp"

/// What a receiver's answer means for the sender: the whole policy, in one place.
///
///     what came back                                          verdict
///     2xx, the body echoes the action with "success"          delivered
///     2xx, the body says "failure"                            as its error.code would be as a status
///     2xx, another body                                       retry
///     400, 401, 403, 404                                      pause: a person must mend it and resume
///     429, 5xx                                                retry, not before Retry-After
///     3xx, any other 4xx                                      fail: a retry would say the same
///     no answer, a broken connection, a time-out              retry
///     a URL that does not read, or that the guard forbids     pause
///     a certificate that is not trusted                       retry: certificates are renewed
///
/// An alert has no contract for its answer: any 2xx is delivered.
namespace bellwether::retry_policy {

enum class Verdict : std::uint8_t {
  kDelivered,
  kRetry,  ///< try the same request again
  kPause,  ///< stop until a person resumes
  kFail,   ///< give this one up; the next schedule begins anew
};

std::string_view to_string(Verdict verdict);

struct Judgement {
  Verdict verdict = Verdict::kRetry;
  std::string message;  ///< for the sender's users: the receiver's own words where there are any
  std::optional<Millis> retry_after;  ///< the receiver's wish
};

using Attempt = std::expected<net::ClientResponse, net::ClientFailure>;

Judgement judge_page(contract::Action sent, const Attempt& attempt, Timestamp now);
Judgement judge_alert(const Attempt& attempt, Timestamp now);

/// `Retry-After` in seconds or as an HTTP date; no value for anything else. Never negative.
std::optional<Millis> parse_retry_after(std::string_view text, Timestamp now);

}  // namespace bellwether::retry_policy
