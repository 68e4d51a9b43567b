#include "base/shorten.hpp"

#include <algorithm>

namespace bellwether {

namespace {

constexpr std::size_t kLongestCharacter = 4;  // bytes

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

}  // namespace

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::string shorten(std::string_view text, std::size_t most) {
  const std::string_view looked_at = text.substr(0, kLongestCharacter * (most + 1));
  if (looked_at.size() == text.size() && count_characters(text) <= most) return std::string(text);
  std::size_t characters = 0;
  std::size_t end = 0;
  while (end < looked_at.size() && (!begins_character(looked_at[end]) || ++characters < most)) ++end;
  return std::string(cut_to_bytes(looked_at, std::min(end, kLongestCharacter * most))) + "…";
}

std::string_view cut_to_bytes(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  // Text that is not UTF-8 may have no beginning near.
  for (std::size_t back = 1; back < kLongestCharacter && end > 0 && !begins_character(text[end]); ++back)
    --end;
  return text.substr(0, end);
}

}  // namespace bellwether
