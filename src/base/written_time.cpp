#include "base/written_time.hpp"

#include <charconv>

namespace bellwether {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes `digits` decimal digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc() || end != text.data() + digits || text.front() == '-') return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

std::optional<int> take_number(std::string_view& text, std::size_t digits, int most) {
  const auto value = take_number(text, digits);
  return value && *value <= most ? value : std::nullopt;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Parts are divided by `-` or `/`, or not at all.
std::optional<Millis> take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || text.empty()) return std::nullopt;
  const std::string_view divider = text.substr(0, is_digit(text.front()) ? 0 : 1);
  if (!divider.empty() && divider != "-" && divider != "/") return std::nullopt;
  text.remove_prefix(divider.size());
  const auto month = take_number(text, 2);
  if (!month || !text.starts_with(divider)) return std::nullopt;
  text.remove_prefix(divider.size());
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch();
}

std::optional<Millis> take_fraction(std::string_view& text) {
  if (!take(text, ".,")) return Millis(0);
  int millis = 0;
  int scale = 100;
  std::size_t digits = 0;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), ++digits, scale /= 10)
    millis += (text.front() - '0') * scale;
  if (digits == 0) return std::nullopt;
  return Millis(millis);
}

/// Hours, minutes and, but for the shortest form, seconds: divided by `:` or not at all.
std::optional<Millis> take_time_of_day(std::string_view& text) {
  const auto hour = take_number(text, 2, 23);
  const bool divided = hour && take(text, ":");
  const auto minute = hour ? take_number(text, 2, 59) : std::nullopt;
  if (!minute) return std::nullopt;
  const Millis until_minute = hours(*hour) + minutes(*minute);
  if (divided && !take(text, ":")) return until_minute;
  const auto second = take_number(text, 2, 60);
  if (!second) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  return until_minute + seconds(*second) + *fraction;
}

std::optional<Millis> take_offset(std::string_view& text) {
  const bool negative = text.front() == '-';
  text.remove_prefix(1);
  const auto hour = take_number(text, 2, 23);
  if (!hour) return std::nullopt;
  Millis offset = hours(*hour);
  if (!text.empty()) {
    take(text, ":");
    const auto minute = take_number(text, 2, 59);
    if (!minute) return std::nullopt;
    offset += minutes(*minute);
  }
  return negative ? -offset : offset;
}

bool is_utc(std::string_view zone) {
  return zone == "Z" || zone == "z" || zone == "UTC" || zone == "GMT";
}

/// What stands behind the time: nothing, an offset, or a name.
bool take_zone(std::string_view text, WrittenTime& time) {
  take(text, " ");
  if (text.empty()) return true;
  if (is_utc(text)) {
    time.ahead = Millis(0);
    return true;
  }
  if (text.front() == '+' || text.front() == '-') {
    time.ahead = take_offset(text);
    return time.ahead && text.empty();
  }
  time.zone = text;
  return (text.front() >= 'A' && text.front() <= 'Z') || (text.front() >= 'a' && text.front() <= 'z');
}

}  // namespace

std::optional<WrittenTime> parse_written_time(std::string_view written) {
  std::string_view text = written;
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  const bool is_undivided = text.data() == written.data() + std::string_view("20261120").size();
  WrittenTime time{.local = *date, .is_date = text.empty(), .ahead = {}, .zone = {}};
  if (time.is_date) return time;
  if (!take(text, "Tt ") && !is_undivided) return std::nullopt;
  const auto time_of_day = take_time_of_day(text);
  if (!time_of_day || !take_zone(text, time)) return std::nullopt;
  time.local += *time_of_day;
  return time;
}

}  // namespace bellwether
