#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/markup.hpp"

/// What all charts have in common.
namespace bellwether::charts {

/// Longer names are shortened in a drawing.
inline constexpr std::size_t kLongestName = 34;

/// Colours that also people who see few colours tell apart (Okabe and Ito's).
std::string_view color_of(std::size_t index);

/// How many characters a text has (UTF-8's code points).
std::size_t width_of(std::string_view text);
/// At most so many characters, the last an ellipsis when there are more.
std::string shorten(std::string_view text, std::size_t most);

/// The <svg> around a drawing, `title` for who does not see it.
Markup picture(double width, double height, std::string_view title, const Markup& body);

}  // namespace bellwether::charts
