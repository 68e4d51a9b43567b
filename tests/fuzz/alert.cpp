#include "contract/alert.hpp"

#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace bellwether::contract;
  const auto alert =
      decode_alert({reinterpret_cast<const char*>(data), size}, {.depth = 16, .string_bytes = 1000});
  if (!alert && alert.error().describe().empty()) std::abort();
  return 0;
}
