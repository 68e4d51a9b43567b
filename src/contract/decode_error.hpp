#pragma once

#include <cstddef>

#include "base/parse_error.hpp"

namespace bellwether::contract {

/// What one message may hold. A message over a limit is refused with `DecodeError::Kind::kLimit`.
struct DecodeLimits {
  std::size_t depth = 64;        ///< nesting of objects and arrays, the message itself included
  std::size_t members = 10'000;  ///< members of one page (the contract promises 1,000 for add and remove)
  std::size_t string_bytes = 65'536;  ///< any one string or number, as it stands in the message
};

/// The path is such as "parameters.members[3].mixpanel_distinct_id", the message "expected a string, found an array".
struct DecodeError : ParseError {
  enum class Kind {
    kMalformed,  ///< not JSON
    kContract,   ///< JSON, but not what the contract says
    kLimit,      ///< more than DecodeLimits allow
  };
  Kind kind = Kind::kMalformed;
};

}  // namespace bellwether::contract
