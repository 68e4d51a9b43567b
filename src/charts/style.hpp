#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/markup.hpp"
#include "base/shorten.hpp"

/// What all charts have in common.
namespace bellwether::charts {

/// Longer names are shortened in a drawing.
inline constexpr std::size_t kLongestName = 34;

/// Colours that also people who see few colours tell apart (Okabe and Ito's).
std::string_view color_of(std::size_t index);

/// The <svg> around a drawing, `title` for who does not see it.
Markup picture(double width, double height, std::string_view title, const Markup& body);

}  // namespace bellwether::charts
