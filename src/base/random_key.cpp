#include "base/random_key.hpp"

#include <random>

#include <fmt/format.h>

namespace bellwether {

std::string random_key() {
  thread_local std::mt19937_64 engine{std::random_device{}()};
  return fmt::format("{:016x}{:016x}", engine(), engine());
}

}  // namespace bellwether
