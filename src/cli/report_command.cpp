#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/exact_json.hpp"
#include "base/visible.hpp"
#include "cli/chart.hpp"
#include "cli/commands.hpp"
#include "cli/remote.hpp"
#include "cli/table.hpp"
#include "reports/number_format.hpp"

namespace bellwether::cli {

namespace {

namespace json = boost::json;

constexpr std::size_t kChartWidth = 100;
constexpr std::size_t kChartHeight = 16;
constexpr std::size_t kMaxRows = 60;

struct Arguments {
  Remote remote{kPublisher};
  std::string project;
  std::string name;
  bool csv = false;
};

std::string joined(const json::value& segment) {
  std::string text;
  for (const auto& label : segment.as_array())
    text += (text.empty() ? "" : ", ") + (label.is_null() ? "(not set)" : std::string(label.as_string()));
  return text;
}

std::string segment_of(const json::value& segment) {
  return visible(joined(segment));
}

std::string heading_of(const json::value& series) {
  const std::string segment = segment_of(series.at("segment"));
  return visible(series.at("metric").as_string()) + (segment.empty() ? "" : ": " + segment);
}

std::string shown(const json::value& value, const reports::NumberFormat& format) {
  return value.is_null() ? "-" : reports::format_value(value.to_number<double>(), format);
}

std::string percent(const json::value& value) {
  return reports::format_number(value.to_number<double>()) + "%";
}

void print_series(const json::value& table) {
  constexpr std::size_t kMaxColumns = 6;
  const auto& all = table.at("series").as_array();
  const std::size_t columns = std::min(all.size(), kMaxColumns);
  if (all.empty()) {
    std::puts("no events");
    return;
  }
  std::vector<ChartPoint> points;
  for (const auto& value : all[0].at("values").as_array())
    points.push_back({.value = value.is_null() ? std::nullopt : std::optional(value.to_number<double>())});
  fmt::print("{}\n{}\n", heading_of(all[0]), draw_chart(points, kChartWidth, kChartHeight));
  std::vector<std::string> heading{"TIME"};
  for (std::size_t i = 0; i < columns; ++i) heading.push_back(heading_of(all[i]));
  Table rows(heading);
  const auto& buckets = table.at("buckets").as_array();
  const std::size_t first = buckets.size() > kMaxRows ? buckets.size() - kMaxRows : 0;
  for (std::size_t bucket = first; bucket < buckets.size(); ++bucket) {
    std::vector<std::string> row{std::string(buckets[bucket].as_string())};
    for (std::size_t i = 0; i < columns; ++i) {
      const auto format = reports::parse_number_format(all[i].at("format").as_string());
      row.push_back(shown(all[i].at("values").at(bucket), format.value_or(reports::NumberFormat{})));
    }
    rows.add(row);
  }
  fmt::print("{}", rows.to_string());
  if (first > 0) fmt::print("({} earlier rows are in --csv and --json)\n", first);
  if (columns < all.size()) fmt::print("({} more series are in --csv and --json)\n", all.size() - columns);
}

void print_funnel(const json::value& report) {
  for (const auto& segment : report.at("funnel").as_array()) {
    const std::string name = segment_of(segment.at("segment"));
    if (!name.empty()) fmt::print("{}\n", name);
    Table rows({"STEP", "COUNT", "OF FIRST", "OF PREVIOUS", "MEDIAN TIME"});
    for (const auto& step : segment.at("steps").as_array()) {
      rows.add({std::string(step.at("step").as_string()),
                reports::format_number(step.at("count").to_number<double>()),
                percent(step.at("percent_of_first")), percent(step.at("percent_of_previous")),
                shown(step.at("median_seconds"), {reports::NumberFormat::Kind::kDuration})});
    }
    fmt::print("{}\n", rows.to_string());
  }
  print_series(report.at("trend"));
}

void print_retention(const json::value& report) {
  const auto& buckets = report.at("buckets").as_array();
  for (const auto& segment : report.at("retention").as_array()) {
    const std::string name = segment_of(segment.at("segment"));
    if (!name.empty()) fmt::print("{}\n", name);
    const auto& cohorts = segment.at("cohorts").as_array();
    std::vector<std::string> heading{"SINCE", "SIZE"};
    for (std::size_t i = 0; i < cohorts.at(0).at("retained").as_array().size(); ++i)
      heading.push_back(std::to_string(i));
    Table rows(heading);
    for (std::size_t i = 0; i < cohorts.size(); ++i) {
      const auto size = cohorts[i].at("size").to_number<double>();
      std::vector<std::string> row{std::string(buckets[i].as_string()), reports::format_number(size)};
      for (const auto& retained : cohorts[i].at("retained").as_array()) {
        const bool known = !retained.is_null() && size > 0;
        row.push_back(known ? fmt::format("{:.1f}%", 100 * retained.to_number<double>() / size) : "-");
      }
      rows.add(row);
    }
    fmt::print("{}\n", rows.to_string());
  }
}

/// The path of the report's result; the name may be an id.
Result<std::string> find_report(const Arguments& arguments) {
  const auto list =
      TRY(arguments.remote.get("/v1/reports?project=" + to_percent_encoding(arguments.project)));
  const json::value answer = parse_exact_json(list);
  for (const auto& report : answer.at("data").as_array()) {
    const auto id = report.at("id").as_int64();
    if (report.at("name").as_string() == arguments.name || std::to_string(id) == arguments.name)
      return fmt::format("/v1/reports/{}/result", id);
  }
  return fail(fmt::format("project {} has no report \"{}\"", arguments.project, arguments.name));
}

int run(const Arguments& arguments) {
  const auto path = find_report(arguments);
  if (!path) return complain(path.error().message.c_str());
  const auto body = arguments.remote.get(*path + (arguments.csv ? "?format=csv" : ""));
  if (!body) return complain(body.error().message.c_str());
  if (arguments.csv) {
    fmt::print("{}", visible_lines(*body));
    return EXIT_SUCCESS;
  }
  if (arguments.remote.json) {
    fmt::print("{}\n", *body);
    return EXIT_SUCCESS;
  }
  const json::value report = parse_exact_json(*body);
  const auto& fields = report.as_object();
  if (fields.contains("funnel")) {
    print_funnel(report);
  } else if (fields.contains("retention")) {
    print_retention(report);
  } else {
    print_series(report);
  }
  return EXIT_SUCCESS;
}

}  // namespace

void add_report_command(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("report", "Run a publisher's report: a chart and a table");
  const auto arguments = std::make_shared<Arguments>();
  arguments->remote.add_options(*command);
  command->add_option("NAME", arguments->name, "The report's name or id")->required();
  command->add_option("--project", arguments->project, "The project's id")->required();
  command->add_flag("--csv", arguments->csv, "CSV in place of chart and table");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace bellwether::cli
