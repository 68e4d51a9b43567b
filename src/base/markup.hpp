#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

/// HTML and SVG that cannot be injected into.
namespace bellwether {

/// The text of a template, known when compiling, with as many `{}` as there are values. That it cannot be
/// made of anything else is what makes `markup` safe.
template <std::size_t Count>
class MarkupPattern {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a literal is meant to be one
  consteval MarkupPattern(const char* text) : text_(text) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text_.find("{}", at)) != std::string_view::npos; at += 2) ++count;
    if (count != Count) throw "as many {} as values are needed";
  }
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// A piece of HTML or SVG: made by `markup` alone, so that it is safe wherever an element may stand.
class Markup {
 public:
  Markup() = default;
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  Markup& operator+=(const Markup& more) {
    text_ += more.text_;
    return *this;
  }

 private:
  explicit Markup(std::string text) : text_(std::move(text)) {}
  template <typename... Args>
  friend Markup markup(std::type_identity_t<MarkupPattern<sizeof...(Args)>> pattern, const Args&... args);
  std::string text_;
};

namespace markup_detail {

/// With &, <, >, " and ' escaped, and without the control characters that XML does not take.
std::string piece(std::string_view text);
inline std::string piece(const Markup& markup) {
  return markup.text();
}
/// A coordinate: at most two decimals.
std::string piece(double number);
template <std::integral Number>
  requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
std::string piece(Number number) {
  return std::to_string(number);
}
std::string fill(std::string_view pattern, std::span<const std::string> pieces);

}  // namespace markup_detail

/// Fills a template: texts are escaped, for the content of an element or an attribute in double quotes;
/// numbers and other Markup stand as they are.
///
///     markup("<a href=\"/reports/{}\">{}</a>", report.id, report.name)
template <typename... Args>
Markup markup(std::type_identity_t<MarkupPattern<sizeof...(Args)>> pattern, const Args&... args) {
  const std::array<std::string, sizeof...(Args)> pieces{markup_detail::piece(args)...};
  return Markup(markup_detail::fill(pattern.text(), pieces));
}

}  // namespace bellwether
