#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/histogram.hpp"

/// Prometheus' text format, appended to a string. Base units (seconds, bytes); counters end in _total.
namespace bellwether::prometheus {

void describe(std::string& out, std::string_view name, std::string_view type, std::string_view help);

/// `labels` as they stand between the braces; empty for none.
template <typename Value>
void sample(std::string& out, std::string_view name, std::string_view labels, Value value) {
  out += labels.empty() ? fmt::format("{} {}\n", name, value)
                        : fmt::format("{}{{{}}} {}\n", name, labels, value);
}

template <typename Value>
void single(std::string& out, std::string_view name, std::string_view type, std::string_view help,
            Value value) {
  describe(out, name, type, help);
  sample(out, name, "", value);
}

template <std::size_t N>
void histogram(std::string& out, std::string_view name, std::string_view help, const Histogram<N>& values) {
  describe(out, name, "histogram", help);
  std::uint64_t count = 0;
  const double sum = values.read([&](double bound, std::uint64_t below) {
    const std::string label = std::isinf(bound) ? "le=\"+Inf\"" : fmt::format("le=\"{}\"", bound);
    sample(out, fmt::format("{}_bucket", name), label, below);
    count = below;
  });
  sample(out, fmt::format("{}_sum", name), "", sum);
  sample(out, fmt::format("{}_count", name), "", count);
}

/// A label's value, with what the text format wants escaped.
std::string quoted(std::string_view value);

}  // namespace bellwether::prometheus
