#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "mirror_file.hpp"

/// A complete session of one 1,000-member page, as adds to a cohort and as a full load of it.
namespace {

double median_session(bellwether::bench::MirrorFile& file, const std::string& action, int runs) {
  std::vector<double> times;
  for (int run = 0; run < runs; ++run) {
    const bellwether::bench::PageOf page{
        .action = action, .cohort = action, .session = fmt::format("{}-{}", action, run)};
    // Adds are of new members; of a full load a tenth is new.
    const std::uint64_t step = action == "members" ? 100 : 1000;
    const auto made =
        bellwether::bench::MirrorFile::make_page(page, static_cast<std::uint64_t>(run) * step, 1000);
    times.push_back(bellwether::bench::seconds_of([&] { file.receive(made); }));
  }
  return bellwether::bench::median(std::move(times));
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder;
  int runs = 201;
  CLI::App app("A session of one page");
  app.add_option("--folder", folder)->required();
  app.add_option("--runs", runs);
  CLI11_PARSE(app, argc, argv);
  bellwether::bench::MirrorFile file(folder);
  const double adds = median_session(file, "add_members", runs);
  const double full = median_session(file, "members", runs);
  fmt::print("{{\"adds_seconds\":{:.6f},\"full_load_seconds\":{:.6f}}}\n", adds, full);
  return 0;
}
