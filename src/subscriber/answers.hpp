#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "contract/cohort_sync.hpp"
#include "contract/decode_error.hpp"
#include "net/http.hpp"
#include "storage/group_commit.hpp"

/// What a sender is answered: the whole policy, in one table (docs/answers.md repeats it for people).
///
/// 400, 401, 403 and 404 make a sender pause the sync until a person resumes it (contract), so they stand
/// only for what stays wrong until a person acts. What passes by itself is 429 or 503, which a sender tries
/// again.
namespace bellwether::subscriber {

enum class Problem : std::uint8_t {
  kMalformed,       ///< not JSON, or broken HTTP
  kNotTheContract,  ///< JSON that the contract does not allow
  kUnauthorized,
  kProjectNotAllowed,
  kWebPage,  ///< a browser sends it for the page of a web site
  kUnknownPath,
  kWrongMethod,
  kTimeout,  ///< the request came too slowly
  kTooLarge,
  kWrongMediaType,
  kHeadersTooLarge,
  kTargetTooLong,
  kExpectation,     ///< an `Expect` that is not served
  kOverloaded,      ///< the queue of unwritten work, or the memory for bodies, is full
  kInternal,        ///< an exception that was not foreseen
  kNotImplemented,  ///< a Transfer-Encoding or method that is not served
  kUnavailable,     ///< storage cannot take it (disk full, locked, read-only), or no memory is left
  kVersion,         ///< not HTTP/1.0 or HTTP/1.1
  kOutdated,        ///< a page of a run that is over, or was begun again: not stored, so never success
};

struct Policy {
  Problem problem;
  unsigned status;
  std::string_view header;  ///< "Name: value", or empty
  bool is_kept;             ///< the request can be read at /v1/rejects
};

const Policy& policy_of(Problem problem);
/// For what the server refuses by itself.
Problem problem_of_status(unsigned status);
Problem problem_of(const contract::DecodeError& error);

/// `{"action", "status": "failure", "error"}` with the policy's status and headers.
net::Response failure(Problem problem, std::optional<contract::Action> action, std::string_view message);

/// Says to the sender's user what storage's failure means; no paths, no details.
std::string describe(const storage::CommitFailure& failure);

}  // namespace bellwether::subscriber
