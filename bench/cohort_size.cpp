#include <algorithm>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "mirror_file.hpp"

/// A session of 1,000 changes on a small cohort and on a large one: it must not cost what the cohort's size
/// costs.
namespace {

/// Receives sessions of 500 entering and 500 leaving, spread over all ids; the median of their times.
double median_session(bellwether::bench::MirrorFile& file, const std::string& cohort, std::uint64_t members,
                      int runs) {
  std::vector<double> times;
  for (int run = 0; run < runs; ++run) {
    const std::string session = fmt::format("run-{}", run);
    const std::uint64_t enters = members + static_cast<std::uint64_t>(run) * 500;
    const std::uint64_t leaves = static_cast<std::uint64_t>(run) * 500;
    using bellwether::bench::MirrorFile;
    const auto adds = MirrorFile::make_page(
        {.action = "add_members", .cohort = cohort, .session = session, .page = 1, .total = 2}, enters, 500);
    const auto removals = MirrorFile::make_page(
        {.action = "remove_members", .cohort = cohort, .session = session, .page = 2, .total = 2}, leaves,
        500);
    times.push_back(bellwether::bench::seconds_of([&] {
      file.receive(adds);
      file.receive(removals);
    }));
  }
  return bellwether::bench::median(std::move(times));
}

double measure(const std::string& folder, std::uint64_t members, int runs) {
  bellwether::bench::MirrorFile file(folder);
  file.receive_load("1", members);
  file.merge();
  file.collect_garbage();
  return median_session(file, "1", members, runs);
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder;
  std::uint64_t members = 100'000;
  int runs = 41;
  CLI::App app("Session on a cohort of some size");
  app.add_option("--folder", folder)->required();
  app.add_option("--members", members);
  app.add_option("--runs", runs);
  CLI11_PARSE(app, argc, argv);
  const double seconds = measure(folder, members, runs);
  fmt::print("{{\"members\":{},\"session_seconds\":{:.5f}}}\n", members, seconds);
  return 0;
}
