#include "importer/json_array.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"

namespace bellwether::importer {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t kKeptOfLargeElement = 1024;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

Result<bool> JsonArray::take(std::string_view piece, const OnElement& on_element) {
  std::size_t noted = 0;  // of the piece, in at_
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const char c = piece[i];
    const bool ends = nesting_.depth() == 0 && !nesting_.in_string() && (c == ',' || c == ']');
    if (state_ == State::kElement && ends) {
      at_.move_behind(piece.substr(noted, i + 1 - noted));
      noted = i + 1;
      if (!end_element(on_element)) return false;
    }
    if (state_ == State::kElement) {
      nesting_.take(c);
      keep(c);
    } else {
      TRY(take_outside(c));
    }
    if (c == '\n') ++line_;
  }
  at_.move_behind(piece.substr(noted));
  return true;
}

Result<void> JsonArray::take_outside(char c) {
  if (is_blank(c)) return {};
  if (state_ == State::kBehind) return fail(fmt::format("line {}: something stands behind the array", line_));
  if (state_ == State::kBefore) {
    if (kByteOrderMark.find(c) != std::string_view::npos) return {};
    if (c != '[') return fail("it is not an array");
    state_ = State::kBetween;
  } else if (c == ']') {
    state_ = State::kBehind;
  } else if (c != ',') {
    state_ = State::kElement;
    begins_at_line_ = line_;
    nesting_.take(c);
    keep(c);
  }
  return {};
}

bool JsonArray::end_element(const OnElement& on_element) {
  const std::string_view text =
      size_ > max_element_bytes_ ? std::string_view(element_).substr(0, kKeptOfLargeElement) : trim(element_);
  const bool wants_more = on_element({.text = text, .size = size_, .line = begins_at_line_, .behind = at_});
  state_ = State::kBetween;
  nesting_ = {};
  element_.clear();
  size_ = 0;
  return wants_more;
}

void JsonArray::keep(char c) {
  ++size_;
  if (size_ <= max_element_bytes_) element_ += c;
}

Result<void> JsonArray::finish() const {
  if (state_ == State::kBehind) return {};
  return fail(fmt::format(
      "the array that began does not end: the file is cut off in line {}, or a quote or bracket before it does not end",
      line_));
}

}  // namespace bellwether::importer
