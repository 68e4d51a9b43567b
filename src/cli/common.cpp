#include <cstdio>
#include <cstdlib>

#include "base/visible.hpp"
#include "cli/commands.hpp"

namespace bellwether::cli {

int complain(const char* message) {
  std::fprintf(stderr, "bellwether: %s\n", visible_lines(message).c_str());
  return EXIT_FAILURE;
}

const char* version() {
  return BELLWETHER_VERSION;
}

}  // namespace bellwether::cli
