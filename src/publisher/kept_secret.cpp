#include "publisher/kept_secret.hpp"

#include "net/url.hpp"
#include "publisher/fields.hpp"

namespace bellwether::publisher {

std::string changed_secret(const SecretChange& change) {
  if (change.given) return *change.given;
  if (!change.is_used || change.before.empty()) return "";
  if (net::has_same_origin(change.url_before, change.url)) return change.before;
  throw ParseError{
      "",
      "password: give it again, because the URL now leads to another scheme, host or port than the one that "
      "the "
      "stored password was given for (\"\" removes it)"};
}

}  // namespace bellwether::publisher
