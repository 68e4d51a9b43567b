#include "contract/json_text.hpp"

#include <cstring>

namespace bellwether::contract {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Recursive descent over the text; `rest_` is what has not been read. Depth is bounded by the caller's
/// limit.
class Checker {
 public:
  Checker(std::string_view text, std::size_t string_bytes) : rest_(text), string_bytes_(string_bytes) {}

  JsonTextFault check(std::size_t depth) {
    const JsonTextFault fault = value(depth);
    if (fault != JsonTextFault::kNone) return fault;
    return rest_.empty() ? JsonTextFault::kNone : JsonTextFault::kSyntax;
  }

 private:
  JsonTextFault value(std::size_t depth) {
    if (rest_.empty()) return JsonTextFault::kSyntax;
    switch (rest_.front()) {
      case '{':
        return depth == 0 ? JsonTextFault::kDepth : object(depth - 1);
      case '[':
        return depth == 0 ? JsonTextFault::kDepth : array(depth - 1);
      case '"':
        return string();
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        return number();
    }
  }

  JsonTextFault object(std::size_t depth) {
    advance(1);
    skip_blanks();
    if (take('}')) return JsonTextFault::kNone;
    for (;;) {
      skip_blanks();
      if (rest_.empty() || rest_.front() != '"') return JsonTextFault::kSyntax;
      if (const auto fault = string(); fault != JsonTextFault::kNone) return fault;
      skip_blanks();
      if (!take(':')) return JsonTextFault::kSyntax;
      skip_blanks();
      if (const auto fault = value(depth); fault != JsonTextFault::kNone) return fault;
      skip_blanks();
      if (take('}')) return JsonTextFault::kNone;
      if (!take(',')) return JsonTextFault::kSyntax;
    }
  }

  JsonTextFault array(std::size_t depth) {
    advance(1);
    skip_blanks();
    if (take(']')) return JsonTextFault::kNone;
    for (;;) {
      skip_blanks();
      if (const auto fault = value(depth); fault != JsonTextFault::kNone) return fault;
      skip_blanks();
      if (take(']')) return JsonTextFault::kNone;
      if (!take(',')) return JsonTextFault::kSyntax;
    }
  }

  JsonTextFault string() {
    const std::size_t whole = rest_.size();
    advance(1);
    for (;;) {
      const std::size_t stop = rest_.find_first_of("\"\\");
      if (stop == std::string_view::npos) return JsonTextFault::kSyntax;
      const bool closes = rest_[stop] == '"';
      advance(stop + 1);
      if (closes) break;
      if (!escape()) return JsonTextFault::kSyntax;
    }
    return whole - rest_.size() > string_bytes_ + 2 ? JsonTextFault::kLength : JsonTextFault::kNone;
  }

  bool escape() {
    if (rest_.empty()) return false;
    const char kind = rest_.front();
    advance(1);
    if (std::strchr("\"\\/bfnrt", kind) != nullptr && kind != '\0') return true;
    if (kind != 'u' || rest_.size() < 4) return false;
    for (std::size_t i = 0; i < 4; ++i) {
      if (!is_hex(rest_[i])) return false;
    }
    advance(4);
    return true;
  }

  JsonTextFault number() {
    const std::size_t whole = rest_.size();
    take('-');
    if (!take('0') && !digits()) return JsonTextFault::kSyntax;
    if (take('.') && !digits()) return JsonTextFault::kSyntax;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return JsonTextFault::kSyntax;
    }
    return whole - rest_.size() > string_bytes_ ? JsonTextFault::kLength : JsonTextFault::kNone;
  }

  bool digits() {
    std::size_t count = 0;
    while (count < rest_.size() && is_digit(rest_[count])) ++count;
    advance(count);
    return count > 0;
  }

  JsonTextFault literal(std::string_view word) {
    if (!rest_.starts_with(word)) return JsonTextFault::kSyntax;
    advance(word.size());
    return JsonTextFault::kNone;
  }

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    advance(1);
    return true;
  }
  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) advance(1);
  }
  void advance(std::size_t count) { rest_.remove_prefix(count); }

  std::string_view rest_;
  std::size_t string_bytes_;
};

}  // namespace

JsonTextFault check_json_value(std::string_view text, std::size_t depth, std::size_t string_bytes) {
  return Checker(text, string_bytes).check(depth);
}

}  // namespace bellwether::contract
