#include "ingestion/json_repair.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "ingestion/impl/string_end.hpp"

namespace bellwether::ingestion {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kTokenCharacters =
    "+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whose values are ids: an id of many digits must not become another one's.
constexpr std::array<std::string_view, 9> kIds{"\"distinct_id\"",    "\"$distinct_id\"", "\"$user_id\"",
                                               "\"$device_id\"",     "\"$insert_id\"",   "\"alias\"",
                                               "\"$identified_id\"", "\"$anon_id\"",     "\"$group_id\""};

enum class Kind : std::uint8_t {
  kFine,
  kNone,  ///< no number that can be stored
  kLong,  ///< an integer beyond 64 bits
};

bool is_not_a_number(std::string_view token) {
  if (token.starts_with('-') || token.starts_with('+')) token.remove_prefix(1);
  std::string lower(token);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower == "nan" || lower == "inf" || lower == "infinity";
}

bool fits_64_bits(std::string_view integer) {
  const auto fits = [&](auto value) {
    return std::from_chars(integer.data(), integer.data() + integer.size(), value).ec == std::errc();
  };
  return integer.starts_with('-') ? fits(std::int64_t{}) : fits(std::uint64_t{});
}

/// Numbers that are too small for a double are nothing that a parser refuses.
bool is_too_large(std::string_view number) {
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  return error == std::errc::result_out_of_range && !number.contains("e-") && !number.contains("E-");
}

Kind kind_of(std::string_view token) {
  if (is_not_a_number(token)) return Kind::kNone;
  const std::size_t sign = token.starts_with('-') ? 1 : 0;
  if (token.size() > sign && token.find_first_not_of("0123456789", sign) == std::string_view::npos)
    return fits_64_bits(token) ? Kind::kFine : Kind::kLong;
  const bool numeric = token.find_first_not_of("+-.eE0123456789") == std::string_view::npos;
  return numeric && is_too_large(token) ? Kind::kNone : Kind::kFine;
}

class Repairer {
 public:
  explicit Repairer(std::string_view text) : text_(text) { out_.text.reserve(text.size()); }

  RepairedJson repair() {
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '"') return string();
    if (kTokenCharacters.contains(c)) return token();
    if (c == ':') {
      key_ = last_string_;
      key_at_ = last_string_at_;
    } else if (!kBlanks.contains(c)) {
      key_.reset();
    }
    out_.text += c;
    ++at_;
  }

  void string() {
    const std::size_t end = impl::string_end(text_, at_);
    const std::string_view given = text_.substr(at_, end - at_);
    last_string_ = given;
    last_string_at_ = out_.text.size();
    const std::string whole = replace_lone_surrogates(given);
    if (whole != given) ++out_.changed;
    out_.text += whole;
    at_ = end;
  }

  void token() {
    const std::size_t end = std::min(text_.find_first_not_of(kTokenCharacters, at_), text_.size());
    const std::string_view given = text_.substr(at_, end - at_);
    at_ = end;
    const Kind kind = kind_of(given);
    if (kind == Kind::kFine) {
      out_.text += given;
      return;
    }
    ++out_.changed;
    const bool is_id = key_ && std::ranges::find(kIds, *key_) != kIds.end();
    const auto nearest = parse_number(given);
    if (kind == Kind::kLong && is_id) {
      out_.text += fmt::format("\"{}\"", given);
    } else if (kind == Kind::kLong && nearest) {
      out_.text += fmt::format("{:.17g}", *nearest);
    } else if (key_) {
      leave_out_member();
    } else {
      out_.text += "null";
    }
  }

  /// Behind the value; what of the member was written already goes, and one of the commas around it.
  void leave_out_member() {
    out_.text.resize(key_at_);
    at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size());
    if (at_ < text_.size() && text_[at_] == ',') {
      ++at_;
      return;
    }
    const std::size_t last = out_.text.find_last_not_of(kBlanks);
    if (last != std::string::npos && out_.text[last] == ',') out_.text.resize(last);
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  RepairedJson out_;
  std::string_view last_string_;
  std::size_t last_string_at_ = 0;       ///< in what is written
  std::optional<std::string_view> key_;  ///< of the value that comes now
  std::size_t key_at_ = 0;
};

}  // namespace

RepairedJson repair_json(std::string_view text) {
  return Repairer(text).repair();
}

std::string values_were_changed(std::size_t count) {
  return fmt::format("{} of its values cannot be stored as sent and {} replaced or left out", count,
                     count == 1 ? "was" : "were");
}

}  // namespace bellwether::ingestion
