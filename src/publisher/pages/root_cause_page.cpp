#include "publisher/pages/root_cause_page.hpp"

#include <cmath>

#include <fmt/format.h>

#include "base/shorten.hpp"
#include "charts/bar_chart.hpp"
#include "charts/line_chart.hpp"
#include "publisher/pages/page.hpp"

namespace bellwether::publisher {

namespace {

constexpr std::size_t kMaxDimensions = 12;
constexpr std::size_t kMaxSegments = 8;

Markup draw_course(const alerts::Alert& alert, const RootCause& cause) {
  charts::LineChart chart{.title = alert.watch.metric,
                          .format = [&](double value) { return reports::format_value(value, cause.format); }};
  for (const Timestamp start : cause.starts)
    chart.labels.push_back(calendar::label(cause.unit, start, cause.zone));
  chart.lines.push_back({alert.watch.metric, cause.values});
  chart.levels.push_back({cause.movement.mean, "mean of the buckets before"});
  if (!cause.values.empty()) chart.marks.push_back(cause.values.size() - 1);
  return charts::draw(chart);
}

/// A baseline that never moved gives any number.
std::string deviations(double score) {
  constexpr double kMax = 100;
  if (std::abs(score) > kMax) return score > 0 ? "over 100 σ" : "over -100 σ";
  constexpr double kTenth = 10;
  return fmt::format("{:.1f} σ", std::round(score * kTenth) / kTenth + 0.0);
}

Markup fact(std::string_view value, std::string_view name) {
  return markup("<div><b>{}</b><span>{}</span></div>", value, name);
}

Markup render_facts(const RootCause& cause) {
  const alerts::Movement& movement = cause.movement;
  const auto shown = [&](double value) { return reports::format_value(value, cause.format); };
  Markup out = fact(shown(movement.value), "in this bucket");
  out += fact(shown(movement.mean), fmt::format("mean of the {} buckets before", cause.baseline));
  if (movement.change) out += fact(fmt::format("{:+.1f} %", 100 * *movement.change), "change");
  if (movement.z_score)
    out +=
        fact(deviations(*movement.z_score), movement.is_real ? "more than chance" : "within what is usual");
  if (movement.like_for_like_mean)
    out += fact(shown(*movement.like_for_like_mean),
                fmt::format("at such times in earlier weeks{}", !movement.stands_like_for_like ? ""
                                                                : *movement.stands_like_for_like
                                                                    ? ": unusual also then"
                                                                    : ": usual then"));
  return markup("<div class=\"facts\">{}</div>", out);
}

std::string tell(const alerts::SegmentShift& shift, const alerts::Dimension& dimension,
                 const RootCause& cause) {
  const auto shown = [&](double value) { return reports::format_value(value, cause.format); };
  std::string text =
      fmt::format("{:+.0f} %: {} → {}", 100 * shift.contribution, shown(shift.before), shown(shift.after));
  if (dimension.is_mix) text += fmt::format(", mix {:+.0f} %", 100 * shift.mix);
  return text;
}

Markup render_dimension(const alerts::Dimension& dimension, const RootCause& cause) {
  charts::BarChart chart{.title = "Contributions by " + dimension.property};
  for (std::size_t i = 0; i < dimension.segments.size() && i < kMaxSegments; ++i) {
    const alerts::SegmentShift& shift = dimension.segments[i];
    chart.bars.push_back(
        {shift.label.value_or("(not set)"), shift.contribution, tell(shift, dimension, cause)});
  }
  const std::size_t left = dimension.segments.size() - chart.bars.size();
  return markup("<h2>{} <span class=\"label\">{}</span></h2><div class=\"card\">{}{}</div>",
                readable(dimension.property),
                fmt::format("{}, {}", dimension.is_mix ? "the mix moved" : "segments moved",
                            deviations(dimension.score)),
                charts::draw(chart),
                left == 0 ? Markup() : markup("<p class=\"note\">And {} more.</p>", left));
}

Markup render_skipped(const RootCause& cause) {
  if (cause.skipped.empty()) return {};
  std::string names;
  for (const std::string& name : cause.skipped)
    names += (names.empty() ? "" : ", ") + shorten(name, kReadableCharacters);
  return markup("<p class=\"note\">Left out, as they have too many values: {}.</p>", names);
}

}  // namespace

Markup render_root_cause(const alerts::Alert& alert, const RootCause& cause) {
  const std::string_view confidence = alerts::to_string(cause.confidence);
  Markup out = markup(
      "<h1>Why {} moved</h1><p class=\"meta\">{} to {} ({}) · alert <a href=\"/alerts/{}/edit\">{}</a> · <a "
      "href=\"/reports/{}\">report</a></p>",
      readable(alert.watch.metric), cause.zone.format(cause.bucket), cause.zone.format(cause.bucket_end),
      cause.zone.name(), alert.id, alert.name, alert.report_id);
  out += markup("<p class=\"lead\">{} <span class=\"label {}\">{} confidence</span></p>", cause.sentence,
                confidence, confidence);
  out += render_facts(cause);
  out += markup("<div class=\"card\">{}</div>", draw_course(alert, cause));
  if (cause.dimensions.empty())
    out += markup("<p class=\"card\">The events have no property with few enough values to compare.</p>");
  for (std::size_t i = 0; i < cause.dimensions.size() && i < kMaxDimensions; ++i)
    out += render_dimension(cause.dimensions[i], cause);
  out += render_skipped(cause);
  out += markup(
      "<p class=\"note\">Each bar is a segment's part of the whole change: 100 % is all of it, and what went "
      "against it "
      "is negative. High confidence: three deviations or more, also against such times in earlier weeks, and "
      "one property whose "
      "at most three segments make 60 % of the change. Medium: two deviations or more and a property that "
      "stands out.</p>");
  return out;
}

}  // namespace bellwether::publisher
