#include "base/time.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/written_time.hpp"

namespace bellwether {

Timestamp system_now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string format_iso8601(Timestamp t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{t - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

std::optional<Timestamp> parse_iso8601(std::string_view text) {
  const auto time = parse_written_time(text);
  if (!time || !time->zone.empty() || (!time->ahead && !time->is_date)) return std::nullopt;
  return Timestamp(time->local - time->ahead.value_or(Millis(0)));
}

std::optional<Millis> parse_duration(std::string_view text) {
  std::int64_t amount = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (error != std::errc() || amount < 0 || amount > 1'000'000'000) return std::nullopt;
  const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  if (unit == "ms") return Millis(amount);
  if (unit == "s") return std::chrono::seconds(amount);
  if (unit == "m") return std::chrono::minutes(amount);
  if (unit == "h") return std::chrono::hours(amount);
  if (unit == "d") return std::chrono::days(amount);
  return std::nullopt;
}

}  // namespace bellwether
