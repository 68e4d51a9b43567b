#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace bellwether::registry {

/// Why something cannot be stored or removed as asked.
struct Refusal {
  enum class Kind : std::uint8_t {
    kInvalid,   ///< a field is wrong
    kNotFound,  ///< what it refers to is not there
    kConflict,  ///< the name is taken, or it is in use, or a limit is reached
  };
  Kind kind = Kind::kInvalid;
  std::string message;  ///< names the field, says what is allowed
};

template <typename T>
using Outcome = std::expected<T, Refusal>;

inline std::unexpected<Refusal> refuse(Refusal::Kind kind, std::string message) {
  return std::unexpected(Refusal{kind, std::move(message)});
}

/// 1 to `most` characters without control characters; `what` is named in the refusal.
Outcome<void> check_name(std::string_view what, std::string_view name, std::size_t most = 100);

/// One address, not a list of them: "ann@example.com".
bool is_email(std::string_view text);

/// http(s), 1 to 2083 characters (contract).
Outcome<void> check_url(std::string_view what, std::string_view url);
/// HTTP Basic: no ':' in the user, at most 255 bytes each; a password needs a user.
Outcome<void> check_credentials(std::string_view what, std::string_view user, std::string_view password);

}  // namespace bellwether::registry
