#pragma once

#include <optional>
#include <string>

/// A stored password is never shown, so a change that does not give it keeps it. But whoever may change a URL
/// could then have the password sent to an address of theirs. So it is kept only for the same scheme, host
/// and port; with another address it must be given again.
namespace bellwether::publisher {

struct SecretChange {
  std::string before;                ///< what is stored; empty: none
  std::optional<std::string> given;  ///< with the change; empty removes it
  std::string url_before;
  std::string url;
  bool is_used = true;  ///< there is a user, or the password is a key; else what is stored is dropped
};

/// The password to be stored. Throws `ParseError` when it must be given again.
std::string changed_secret(const SecretChange& change);

}  // namespace bellwether::publisher
