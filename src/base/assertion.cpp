#include "base/assertion.hpp"

#include <string>
#include <string_view>

namespace bellwether {

void fail_assertion(const char* condition, const std::source_location& where) {
  std::string_view file = where.file_name();
  file.remove_prefix(file.rfind("src/") == std::string_view::npos ? 0 : file.rfind("src/"));
  throw AssertionFailed("internal error: " + std::string(condition) + " does not hold at " +
                        std::string(file) + ":" + std::to_string(where.line()));
}

}  // namespace bellwether
