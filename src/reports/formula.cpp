#include "reports/formula.hpp"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/parse_error.hpp"

namespace bellwether::reports {

namespace {

constexpr std::size_t kLongest = 1000;
constexpr std::size_t kDeepest = 50;

std::optional<double> apply(char what, double left, double right) {
  switch (what) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    default:
      return right == 0 ? std::nullopt : std::optional(left / right);
  }
}

}  // namespace

/// sum: product (("+" | "-") product)*; product: factor (("*" | "/") factor)*; factor: "-" factor, "(" sum
/// ")", a number, a letter.
class FormulaParser {
 public:
  FormulaParser(std::string_view text, std::size_t metrics) : text_(text), metrics_(metrics) {}

  std::vector<Formula::Token> parse() {
    sum();
    if (peek() != '\0') refuse("+, -, * or /");
    return std::move(tokens_);
  }

 private:
  using Token = Formula::Token;

  char peek() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  [[noreturn]] void refuse(std::string_view expected) const {
    throw ParseError{"", fmt::format("expected {} at character {}", expected, at_ + 1)};
  }

  void sum() {
    product();
    for (char c = peek(); c == '+' || c == '-'; c = peek()) {
      ++at_;
      product();
      tokens_.push_back({c});
    }
  }

  void product() {
    factor();
    for (char c = peek(); c == '*' || c == '/'; c = peek()) {
      ++at_;
      factor();
      tokens_.push_back({c});
    }
  }

  void factor() {
    if (++depth_ > kDeepest) throw ParseError{"", "it is nested too deeply"};
    const char c = peek();
    if (c == '-') {
      ++at_;
      factor();
      tokens_.push_back({'~'});
    } else if (c == '(') {
      ++at_;
      sum();
      if (peek() != ')') refuse("\")\"");
      ++at_;
    } else if (c >= 'A' && c <= 'Z') {
      metric(c);
    } else {
      number();
    }
    --depth_;
  }

  void metric(char letter) {
    const auto index = static_cast<std::size_t>(letter - 'A');
    if (index >= metrics_)
      throw ParseError{"", fmt::format("there is no metric {}; the report has {}", letter, metrics_)};
    ++at_;
    tokens_.push_back({'m', 0, index});
  }

  void number() {
    double value = 0;
    const char* begin = text_.data() + at_;
    const auto [end, error] =
        std::from_chars(begin, text_.data() + text_.size(), value, std::chars_format::fixed);
    if (error != std::errc()) refuse("a number, a metric's letter or \"(\"");
    at_ += static_cast<std::size_t>(end - begin);
    tokens_.push_back({'n', value});
  }

  std::string_view text_;
  const std::size_t metrics_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::vector<Token> tokens_;
};

std::expected<Formula, std::string> Formula::parse(std::string_view text, std::size_t metrics) {
  if (text.size() > kLongest)
    return std::unexpected(fmt::format("must not be longer than {} bytes", kLongest));
  try {
    Formula formula;
    formula.tokens_ = FormulaParser(text, metrics).parse();
    formula.text_ = text;
    return formula;
  } catch (const ParseError& wrong) {
    return std::unexpected(wrong.message);
  }
}

std::optional<std::size_t> Formula::divisor() const {
  for (std::size_t i = 1; i < tokens_.size(); ++i) {
    if (tokens_[i].what == '/' && tokens_[i - 1].what == 'm') return tokens_[i - 1].metric;
  }
  return std::nullopt;
}

std::optional<double> Formula::evaluate(std::span<const std::optional<double>> metrics) const {
  std::vector<double> stack;
  stack.reserve(tokens_.size());
  for (const Token& token : tokens_) {
    if (token.what == 'n') {
      stack.push_back(token.number);
    } else if (token.what == 'm') {
      if (!metrics[token.metric]) return std::nullopt;
      stack.push_back(*metrics[token.metric]);
    } else if (token.what == '~') {
      stack.back() = -stack.back();
    } else {
      const double right = stack.back();
      stack.pop_back();
      const auto value = apply(token.what, stack.back(), right);
      if (!value) return std::nullopt;
      stack.back() = *value;
    }
  }
  return std::isfinite(stack.back()) ? std::optional(stack.back()) : std::nullopt;
}

}  // namespace bellwether::reports
