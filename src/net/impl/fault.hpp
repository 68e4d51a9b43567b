#pragma once

#include <string>

namespace bellwether::net::impl {

/// Why the server itself refuses a request. Pass a named one into `co_await`: GCC 12 destroys a braced
/// temporary of such an expression twice (tools/check_coroutines.mjs finds them).
struct Fault {
  unsigned status;
  std::string message;
};

}  // namespace bellwether::net::impl
