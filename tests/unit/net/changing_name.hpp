#pragma once

#include <string>
#include <vector>

namespace bellwether::testing {

/// While one lives, this process resolves `name` to the next of `addresses` (IPv4) each time that it asks,
/// the last one from then on: a DNS server whose answers change. Other names are resolved as ever.
class ChangingName {
 public:
  ChangingName(const std::string& name, const std::vector<std::string>& addresses);
  ChangingName(const ChangingName&) = delete;
  ChangingName& operator=(const ChangingName&) = delete;
  ~ChangingName();
};

}  // namespace bellwether::testing
