#pragma once

#include <string>

#include "base/error.hpp"
#include "base/markup.hpp"

namespace bellwether::charts {

/// A chart's SVG as a PNG image of `width` pixels, at most 4,000, for where SVG is not shown (mail).
/// Thread-safe.
Result<std::string> to_png(const std::string& svg, int width);

}  // namespace bellwether::charts
