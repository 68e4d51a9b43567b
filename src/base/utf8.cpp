#include "base/utf8.hpp"

#include <array>
#include <cstddef>

namespace bellwether {

namespace {

/// One character as it is encoded; a surrogate counts as one.
struct Unit {
  std::size_t length = 0;  ///< in bytes; 0: there is no character here
  unsigned code = 0;
};

Unit unit_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[at + k]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {1, lead};
  const std::size_t length = lead >> 5U == 6 ? 2 : lead >> 4U == 14 ? 3 : lead >> 3U == 30 ? 4 : 0;
  if (length == 0 || at + length > text.size()) return {};
  unsigned code = lead & (0x7fU >> length);
  for (std::size_t k = 1; k < length; ++k) {
    if (byte(k) >> 6U != 2) return {};
    code = code << 6U | (byte(k) & 0x3fU);
  }
  constexpr std::array<unsigned, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[length] || code > 0x10ffff) return {};
  return {length, code};
}

void append_beyond_bmp(std::string& out, unsigned code) {
  out += static_cast<char>(0xf0U | code >> 18U);
  out += static_cast<char>(0x80U | (code >> 12U & 0x3fU));
  out += static_cast<char>(0x80U | (code >> 6U & 0x3fU));
  out += static_cast<char>(0x80U | (code & 0x3fU));
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const Unit unit = unit_at(text, i);
    if (unit.length == 0 || is_leading_surrogate(unit.code) || is_trailing_surrogate(unit.code)) return false;
    i += unit.length;
  }
  return true;
}

RepairedUtf8 repair_utf8(std::string_view text) {
  RepairedUtf8 repaired;
  std::string& out = repaired.text;
  out.reserve(text.size());
  bool in_garbage = false;
  for (std::size_t i = 0; i < text.size();) {
    const Unit unit = unit_at(text, i);
    const bool is_surrogate = is_leading_surrogate(unit.code) || is_trailing_surrogate(unit.code);
    if (unit.length > 0 && !is_surrogate) {
      out += text.substr(i, unit.length);
      i += unit.length;
      in_garbage = false;
      continue;
    }
    const std::size_t behind = i + unit.length;
    const Unit next =
        is_leading_surrogate(unit.code) && behind < text.size() ? unit_at(text, behind) : Unit{};
    if (is_trailing_surrogate(next.code)) {
      append_beyond_bmp(out, 0x10000U + ((unit.code - 0xd800U) << 10U) + (next.code - 0xdc00U));
      i = behind + next.length;
      in_garbage = false;
      continue;
    }
    if (is_surrogate || !in_garbage) out += kReplacementCharacter;
    in_garbage = !is_surrogate;
    repaired.lost = true;
    i += unit.length > 0 ? unit.length : 1;
  }
  return repaired;
}

}  // namespace bellwether
