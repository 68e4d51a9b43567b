#include "importer/event_time.hpp"

#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/written_time.hpp"

namespace bellwether::importer {

namespace {

/// Numbers below the first are seconds (until the year 5138), below the second milliseconds, then microseconds, then nanoseconds.
constexpr std::array kUnitEnds{1e11, 1e14, 1e17};
constexpr double kMillis = 1000;
constexpr std::int64_t kEarliest = 31'536'000'000;  ///< 1971
constexpr std::int64_t kSurelyMillis = 100'000'000'000;

std::optional<std::int64_t> from_number(std::string_view text) {
  auto number = parse_number(text);
  if (!number) return std::nullopt;
  double millis_per_unit = kMillis;
  for (const double end : kUnitEnds) {
    if (std::abs(*number) >= end) millis_per_unit /= kMillis;
  }
  return static_cast<std::int64_t>(std::floor(*number * millis_per_unit));
}

std::optional<std::int64_t> from_written(std::string_view text, const calendar::TimeZone& zone) {
  const auto time = parse_written_time(text);
  if (!time) return std::nullopt;
  if (time->ahead) return (time->local - *time->ahead).count();
  if (time->zone.empty()) return to_unix_ms(zone.instant(time->local));
  const auto named = calendar::TimeZone::find(time->zone);
  if (!named) return std::nullopt;
  return to_unix_ms(named->instant(time->local));
}

}  // namespace

std::expected<std::int64_t, std::string> parse_event_time(std::string_view text,
                                                          const calendar::TimeZone& zone) {
  text = trim(text);
  // First, so that 20261120 is a day. As seconds it would lie in 1970.
  auto time = from_written(text, zone);
  if (!time) time = from_number(text);
  if (time && *time >= kEarliest) return *time;
  if (time)
    return std::unexpected(fmt::format("\"{}\" lies before 1971, and no event does", for_message(text)));
  return std::unexpected(fmt::format(
      "\"{}\" is not read as a time; use seconds or milliseconds since 1970, or 2026-11-20 10:00:00 with or "
      "without a zone (Z, +01:00)",
      for_message(text)));
}

std::string time_as_json(std::int64_t milliseconds) {
  if (milliseconds >= kSurelyMillis) return std::to_string(milliseconds);
  const auto millis_per_second = static_cast<std::int64_t>(kMillis);
  return fmt::format("{}.{:03}", milliseconds / millis_per_second, milliseconds % millis_per_second);
}

}  // namespace bellwether::importer
