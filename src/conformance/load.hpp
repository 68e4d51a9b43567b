#pragma once

#include <cstdint>
#include <string>

#include "conformance/probe.hpp"

namespace bellwether::conformance {

/// How hard the endpoint is tried.
struct Load {
  double pages_per_second = 20;  ///< at most
  std::size_t members = 1000;    ///< a page
  std::size_t connections = 4;
  Millis duration = std::chrono::seconds(10);
};

struct LoadResult {
  std::size_t taken = 0;
  std::size_t not_taken = 0;
  std::string first_problem;  ///< what the first page that was not taken was answered
  double seconds = 0;
  double pages_per_second = 0;
  Millis p50{0};
  Millis p90{0};
  Millis p99{0};
  Millis most{0};
};

/// Sends runs of ten pages, evenly spread over the time, each connection a cohort of its own.
LoadResult run_load(const Target& target, const Load& load);

/// Whether an endpoint lies on this machine: nobody else is troubled by a load on it.
bool is_loopback(const std::string& url);

}  // namespace bellwether::conformance
