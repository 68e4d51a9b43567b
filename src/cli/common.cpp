#include <cstdio>
#include <cstdlib>

#include "cli/commands.hpp"

namespace bellwether::cli {

int complain(const char* message) {
  std::fprintf(stderr, "bellwether: %s\n", message);
  return EXIT_FAILURE;
}

const char* version() {
  return BELLWETHER_VERSION;
}

}  // namespace bellwether::cli
