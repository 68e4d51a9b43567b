#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace bellwether::registry {

/// What fields may hold. The errors name the field and say what is allowed.

/// 1 to `most` characters without control characters; `what` is named in the refusal.
Result<void> check_name(std::string_view what, std::string_view name, std::size_t most = 100);

/// One address, not a list of them: "ann@example.com".
bool is_email(std::string_view text);

/// http(s), 1 to 2083 characters (contract).
Result<void> check_url(std::string_view what, std::string_view url);
/// HTTP Basic: no ':' in the user, at most 255 bytes each; a password needs a user.
Result<void> check_credentials(std::string_view what, std::string_view user, std::string_view password);

}  // namespace bellwether::registry
