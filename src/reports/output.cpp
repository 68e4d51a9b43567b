#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/json_writer.hpp"
#include "base/shorten.hpp"
#include "reports/report.hpp"

namespace bellwether::reports {

namespace {

void value_or_null(JsonWriter& json, const auto& value) {
  if (value) {
    json.value(*value);
  } else {
    json.null();
  }
}

void render_buckets(JsonWriter& json, const std::vector<Timestamp>& bounds) {
  json.key("buckets").begin_array();
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) json.value(format_iso8601(bounds[i]));
  json.end_array().key("end").value(format_iso8601(bounds.back()));
}

void render_series(JsonWriter& json, const SeriesTable& table) {
  render_buckets(json, table.bounds);
  json.key("series").begin_array();
  for (const Series& series : table.series) {
    json.begin_object().key("metric").value(series.metric).key("format").value(to_string(series.format));
    json.key("segment");
    render(json, series.segment);
    json.key("values").begin_array();
    for (const auto& value : series.values) value_or_null(json, value);
    json.end_array().end_object();
  }
  json.end_array().key("truncated").value(table.truncated);
}

/// One funnel bucket's steps: count, conversion from the first and from the one before, time to convert.
void render_steps(JsonWriter& json, const FunnelTable& table, const FunnelCounts& counts) {
  json.begin_array();
  for (std::size_t i = 0; i < table.steps.size(); ++i) {
    const auto share = [&](std::size_t of) {
      json.value(counts.counts[of] == 0 ? 0.0
                                        : 100.0 * static_cast<double>(counts.counts[i]) /
                                              static_cast<double>(counts.counts[of]));
    };
    json.begin_object().key("step").value(table.steps[i]).key("count").value(counts.counts[i]);
    json.key("percent_of_first");
    share(0);
    json.key("percent_of_previous");
    share(i == 0 ? 0 : i - 1);
    json.key("median_seconds");
    value_or_null(json, i < counts.median_seconds.size() ? counts.median_seconds[i] : std::nullopt);
    json.end_object();
  }
  json.end_array();
}

void render_funnel(JsonWriter& json, const FunnelReport& report) {
  json.key("funnel").begin_array();
  for (const FunnelSegment& segment : report.overall.segments) {
    json.begin_object();
    json.key("segment");
    render(json, segment.segment);
    json.key("steps");
    render_steps(json, report.overall, segment.buckets.front());
    json.end_object();
  }
  json.end_array().key("trend").begin_object();
  render_series(json, to_series(report.trend));
  json.end_object();
}

void render_retention(JsonWriter& json, const RetentionTable& table) {
  render_buckets(json, table.bounds);
  json.key("retention").begin_array();
  for (const RetentionSegment& segment : table.segments) {
    json.begin_object();
    json.key("segment");
    render(json, segment.segment);
    json.key("cohorts").begin_array();
    for (const RetentionCounts& counts : segment.buckets) {
      json.begin_object().key("size").value(counts.born).key("retained").begin_array();
      for (const auto& retained : counts.retained) value_or_null(json, retained);
      json.end_array().end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().key("truncated").value(table.truncated);
}

/// A label is repeated in each of its rows, so a long one is shortened.
std::string csv_field(std::string_view text) {
  std::string field;
  append_csv_text(field, shorten(text, kDetailCharacters));
  return field;
}

std::string csv_number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? fmt::format("{}", *value) : "";
}

std::string csv_of(const SeriesTable& table) {
  std::string csv = "time,metric,segment,value\n";
  for (const Series& series : table.series) {
    for (std::size_t i = 0; i < series.values.size(); ++i) {
      csv += fmt::format("{},{},{},{}\n", format_iso8601(table.bounds[i]), csv_field(series.metric),
                         csv_field(describe(series.segment, "")), csv_number(series.values[i]));
    }
  }
  return csv;
}

std::string csv_of(const FunnelReport& report) {
  std::string csv = "segment,step,name,count,median_seconds\n";
  for (const FunnelSegment& segment : report.overall.segments) {
    const FunnelCounts& counts = segment.buckets.front();
    for (std::size_t i = 0; i < report.overall.steps.size(); ++i) {
      csv +=
          fmt::format("{},{},{},{},{}\n", csv_field(describe(segment.segment, "")), i + 1,
                      csv_field(report.overall.steps[i]), counts.counts[i],
                      csv_number(i < counts.median_seconds.size() ? counts.median_seconds[i] : std::nullopt));
    }
  }
  return csv;
}

std::string csv_of(const RetentionTable& table) {
  std::string csv = "time,segment,size,period,retained\n";
  for (const RetentionSegment& segment : table.segments) {
    for (std::size_t i = 0; i < segment.buckets.size(); ++i) {
      const RetentionCounts& counts = segment.buckets[i];
      for (std::size_t period = 0; period < counts.retained.size(); ++period) {
        csv += fmt::format("{},{},{},{},{}\n", format_iso8601(table.bounds[i]),
                           csv_field(describe(segment.segment, "")), counts.born, period,
                           counts.retained[period] ? std::to_string(*counts.retained[period]) : "");
      }
    }
  }
  return csv;
}

}  // namespace

std::string to_json(const Report& report) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  if (const auto* table = std::get_if<SeriesTable>(&report.result)) render_series(json, *table);
  if (const auto* funnel = std::get_if<FunnelReport>(&report.result)) render_funnel(json, *funnel);
  if (const auto* retention = std::get_if<RetentionTable>(&report.result)) render_retention(json, *retention);
  json.key("complete_until").value(format_iso8601(report.complete_until)).end_object();
  return body;
}

std::string to_csv(const Report& report) {
  return std::visit([](const auto& result) { return csv_of(result); }, report.result);
}

}  // namespace bellwether::reports
