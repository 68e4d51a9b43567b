#include "subscriber/answers.hpp"

#include <algorithm>
#include <array>

namespace bellwether::subscriber {

namespace {

constexpr std::array kPolicies{
    Policy{Problem::kMalformed, 400, "", true},
    Policy{Problem::kNotTheContract, 400, "", true},
    Policy{Problem::kUnauthorized, 401, "WWW-Authenticate: Basic realm=\"bellwether\", charset=\"UTF-8\"",
           false},
    Policy{Problem::kProjectNotAllowed, 403, "", false},
    Policy{Problem::kWebPage, 403, "", false},
    Policy{Problem::kUnknownPath, 404, "", false},
    Policy{Problem::kWrongMethod, 405, "Allow: POST", false},
    Policy{Problem::kTimeout, 408, "", false},
    Policy{Problem::kTooLarge, 413, "", true},
    Policy{Problem::kWrongMediaType, 415, "Accept: application/json", false},
    Policy{Problem::kTargetTooLong, 414, "", false},
    Policy{Problem::kExpectation, 417, "", false},
    Policy{Problem::kOverloaded, 429, "Retry-After: 1", false},
    Policy{Problem::kHeadersTooLarge, 431, "", false},
    Policy{Problem::kInternal, 500, "", false},
    Policy{Problem::kNotImplemented, 501, "", false},
    Policy{Problem::kUnavailable, 503, "Retry-After: 5", false},
    Policy{Problem::kVersion, 505, "", false},
    Policy{Problem::kOutdated, 503, "", false},
};

}  // namespace

const Policy& policy_of(Problem problem) {
  return *std::ranges::find(kPolicies, problem, &Policy::problem);
}

Problem problem_of_status(unsigned status) {
  const auto found = std::ranges::find(kPolicies, status, &Policy::status);
  return found == kPolicies.end() ? Problem::kMalformed : found->problem;
}

Problem problem_of(const contract::DecodeError& error) {
  switch (error.kind) {
    case contract::DecodeError::Kind::kMalformed:
      return Problem::kMalformed;
    case contract::DecodeError::Kind::kContract:
      return Problem::kNotTheContract;
    case contract::DecodeError::Kind::kLimit:
      return Problem::kTooLarge;
  }
  return Problem::kMalformed;
}

net::Response failure(Problem problem, std::optional<contract::Action> action, std::string_view message) {
  const Policy& policy = policy_of(problem);
  net::Response response;
  response.status = policy.status;
  response.body = contract::encode_failure(action, policy.status, message);
  if (const std::size_t colon = policy.header.find(": "); colon != std::string_view::npos) {
    response.headers.push_back(
        {std::string(policy.header.substr(0, colon)), std::string(policy.header.substr(colon + 2))});
  }
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return response;
}

std::string describe(const storage::CommitFailure& failure) {
  switch (failure.kind) {
    case storage::StorageError::Kind::kFull:
      return "the receiver's disk is full; it takes this again when there is room";
    case storage::StorageError::Kind::kBusy:
      return "the receiver's storage is locked; try again";
    case storage::StorageError::Kind::kReadOnly:
      return "the receiver cannot write to its storage";
    case storage::StorageError::Kind::kOther:
      return "the receiver's storage failed; its log says why";
  }
  return "the receiver's storage failed";
}

}  // namespace bellwether::subscriber
