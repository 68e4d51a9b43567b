#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bellwether::reports {

/// Arithmetic over a report's metrics, which are called A, B, C, … in their order:
///
///     (A - B) / A * 100
///
/// A value that is missing, or a division by zero, makes the result missing.
class Formula {
 public:
  /// Numbers, letters up to `metrics`, + - * /, a sign, parentheses. The error says where it stops.
  static std::expected<Formula, std::string> parse(std::string_view text, std::size_t metrics);

  std::optional<double> evaluate(std::span<const std::optional<double>> metrics) const;
  const std::string& text() const { return text_; }
  /// The metric that something is divided by, the first of them; none in a formula that only adds up.
  std::optional<std::size_t> divisor() const;

 private:
  friend class FormulaParser;
  /// In postfix order.
  struct Token {
    char what;  ///< 'n' a number, 'm' a metric, '~' the sign, or an operator
    double number = 0;
    std::size_t metric = 0;
  };
  std::string text_;
  std::vector<Token> tokens_;
};

}  // namespace bellwether::reports
