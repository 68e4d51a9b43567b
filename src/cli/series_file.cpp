#include "cli/series_file.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/written_time.hpp"

namespace bellwether::cli {

namespace {

/// A field, without the quotes that it may have.
std::string_view bare(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\"";
  while (!text.empty() && kBlank.contains(text.front())) text.remove_prefix(1);
  while (!text.empty() && kBlank.contains(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<Timestamp> read_time(std::string_view text) {
  constexpr double kMs = 1000;
  constexpr double kLatest = 1e11;
  if (const auto seconds = parse_number(text); seconds && std::abs(*seconds) < kLatest)
    return from_unix_ms(static_cast<std::int64_t>(*seconds * kMs));
  const auto written = parse_written_time(text);
  if (!written || !written->zone.empty()) return std::nullopt;
  return Timestamp(written->local - written->ahead.value_or(Millis(0)));
}

/// No value for a heading.
Result<std::optional<SeriesPoint>> read_line(std::string_view line, bool may_be_heading) {
  const std::size_t comma = line.find(',');
  if (comma == std::string_view::npos) return fail("two columns are needed, a time and a value");
  const std::string_view time = bare(line.substr(0, comma));
  const std::string_view rest = line.substr(comma + 1);
  const std::string_view value = bare(rest.substr(0, rest.find(',')));
  const auto at = read_time(time);
  const auto number = parse_number(value);
  if (!at && may_be_heading) return std::nullopt;
  if (!at) return fail(fmt::format("\"{}\" is no time such as 2026-02-06 10:53:30", time));
  if (!number && !value.empty()) return fail(fmt::format("\"{}\" is no number", value));
  return SeriesPoint{std::string(time), *at, number};
}

Result<std::vector<SeriesPoint>> read_lines(std::istream& in) {
  std::vector<SeriesPoint> points;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (bare(line).empty()) continue;
    auto point = read_line(line, number == 1);
    if (!point) return fail(fmt::format("line {}: {}", number, point.error().message));
    if (!*point) continue;
    if (!points.empty() && (*point)->at < points.back().at)
      return fail(fmt::format("line {}: the time goes backwards", number));
    points.push_back(std::move(**point));
  }
  if (points.empty()) return fail("there are no values");
  return points;
}

}  // namespace

Result<std::vector<SeriesPoint>> read_series_file(const std::string& file) {
  if (file == "-") return read_lines(std::cin);
  std::ifstream in(file);
  if (!in) return fail("cannot be read");
  return read_lines(in);
}

Millis step_of(const std::vector<SeriesPoint>& points) {
  std::vector<Millis> gaps;
  for (std::size_t i = 1; i < points.size(); ++i) gaps.push_back(points[i].at - points[i - 1].at);
  if (gaps.empty()) return std::chrono::hours(1);
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return std::max(*middle, Millis(1));
}

}  // namespace bellwether::cli
