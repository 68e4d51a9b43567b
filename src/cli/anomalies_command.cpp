#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "anomalies/detector.hpp"
#include "anomalies/novelty.hpp"
#include "base/visible.hpp"
#include "cli/chart.hpp"
#include "cli/commands.hpp"
#include "cli/series_file.hpp"

namespace bellwether::cli {

namespace {

constexpr std::size_t kChartWidth = 110;
constexpr std::size_t kChartHeight = 20;

struct Arguments {
  std::string file;
  double confidence = 0.99;
  bool plot = false;
};

void print_row(const SeriesPoint& point, const anomalies::Judgement& judgement, double score) {
  const std::string written = visible(point.written);
  const std::string value = point.value ? fmt::format("{}", *point.value) : "";
  if (judgement.is_ready) {
    fmt::print("{},{},{:.6g},{:.6g},{:.6g},{:.6f}\n", written, value, judgement.expected, judgement.lower,
               judgement.upper, score);
  } else {
    fmt::print("{},{},,,,{:.6f}\n", written, value, score);
  }
}

ChartPoint to_chart(const anomalies::Judgement& judgement) {
  ChartPoint point{.value = judgement.value, .is_marked = judgement.is_outside()};
  if (judgement.is_ready) {
    point.lower = judgement.lower;
    point.upper = judgement.upper;
  }
  return point;
}

int run(const Arguments& arguments) {
  const auto points = read_series_file(arguments.file);
  if (!points) return complain(fmt::format("{}: {}", arguments.file, points.error().message).c_str());
  anomalies::Detector detector(step_of(*points), arguments.confidence);
  anomalies::Novelty novelty{anomalies::Season(step_of(*points))};
  std::vector<ChartPoint> chart;
  std::size_t marked = 0;
  if (!arguments.plot) std::puts("timestamp,value,expected,lower,upper,anomaly_score");
  for (const SeriesPoint& point : *points) {
    const anomalies::Judgement judgement = detector.observe(point.at, point.value);
    marked += judgement.is_outside() ? 1 : 0;
    if (arguments.plot) {
      chart.push_back(to_chart(judgement));
    } else {
      print_row(point, judgement, point.value ? novelty.observe(point.at, *point.value) : 0);
    }
  }
  if (arguments.plot) {
    fmt::print("{}", draw_chart(chart, kChartWidth, kChartHeight));
    fmt::print("{} to {}: {} values, {} (×) outside of the band (░) that holds {:g} %\n",
               points->front().written, points->back().written, points->size(), marked,
               arguments.confidence * 100);
  }
  if (points->size() <= detector.needed()) {
    fmt::print(stderr, "bellwether: too little history: nothing is said before {} values were seen\n",
               detector.needed());
  }
  return EXIT_SUCCESS;
}

}  // namespace

void add_anomalies_command(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("anomalies", "Judge each value of a series by those before it");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("FILE", arguments->file, "CSV of timestamp and value; - reads standard input")
      ->required();
  command
      ->add_option("--confidence", arguments->confidence, "The share of ordinary values that the band holds")
      ->check(CLI::Range(anomalies::kLeastConfidence, anomalies::kMaxConfidence))
      ->capture_default_str();
  command->add_flag("--plot", arguments->plot, "A chart in place of CSV");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace bellwether::cli
