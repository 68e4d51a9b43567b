#include <cstdlib>
#include <string_view>

#include "cohorts/query.hpp"

/// A definition that parses compiles, or says why not.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace bellwether;
  const auto definition = cohorts::parse_definition({reinterpret_cast<const char*>(data), size});
  if (!definition) {
    if (definition.error().message.empty()) std::abort();
    return 0;
  }
  const auto find = [&](const std::string&) -> std::expected<cohorts::Source, std::string> {
    return *definition;
  };
  const auto query = cohorts::compile(*definition, "8", from_unix_ms(1'768'910'400'000), find);
  if (query ? query->statement.empty() : query.error().empty()) std::abort();
  return 0;
}
