#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "both_ends.hpp"
#include "history.hpp"
#include "publisher.hpp"
#include "subscriber.hpp"

/// Plays histories of a sender, a network and a subscriber, each from a seed, and stops at the first that
/// breaks the mirror's guarantee, with its story.
namespace {

using bellwether::simulation::Outcome;

struct Arguments {
  std::uint64_t first = 1;
  std::uint64_t count = 1000;
  bool tell = false;
  bool no_revert = false;
  bool both_ends = false;
};

struct Sums {
  std::uint64_t histories = 0;
  std::uint64_t checks = 0;
  std::uint64_t exact = 0;
  std::uint64_t in_doubt = 0;
  std::uint64_t wrong = 0;
  std::uint64_t failed_runs = 0;
  std::uint64_t kills = 0;

  void take(const Outcome& outcome) {
    ++histories;
    checks += static_cast<std::uint64_t>(outcome.checks);
    exact += static_cast<std::uint64_t>(outcome.exact);
    in_doubt += static_cast<std::uint64_t>(outcome.in_doubt);
    wrong += static_cast<std::uint64_t>(outcome.wrong);
    failed_runs += static_cast<std::uint64_t>(outcome.failed_runs);
    kills += static_cast<std::uint64_t>(outcome.kills);
  }
  double percent(std::uint64_t part) const {
    return checks == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(checks);
  }
};

void print_sums(const Sums& all, const Sums& telling, const std::map<std::string, Sums>& by_class) {
  fmt::print(
      "{} histories, {} runs failed, {} kills. After a run that the sender saw succeed the mirror was:\n",
      all.histories, all.failed_runs, all.kills);
  fmt::print("{:<48} {:>9} {:>9} {:>9} {:>7}\n", "", "checks", "exact %", "in doubt", "wrong");
  const auto row = [](const std::string& name, const Sums& sums) {
    fmt::print("{:<48} {:>9} {:>9.2f} {:>9} {:>7}\n", name, sums.checks, sums.percent(sums.exact),
               sums.in_doubt, sums.wrong);
  };
  for (const auto& [name, sums] : by_class) row(name, sums);
  row("where lost answers can show", telling);
  row("all", all);
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    // In memory where the machine has it: the simulation kills processes, not machines.
    const char* base = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
    std::string name = fmt::format("{}/bellwether-simulation-XXXXXX", base);
    if (mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("cannot make a folder in " + std::string(base));
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void print_story(std::uint64_t seed, const Outcome& outcome) {
  for (const std::string& line : outcome.story) std::puts(line.c_str());
  if (!outcome.right) fmt::print("seed {}: {}", seed, outcome.fault);
}

/// True when the guarantee held in every history.
bool play_all(const Arguments& arguments) {
  const TemporaryFolder folder;
  bellwether::simulation::make_template(folder.path() + "/template.db");
  bellwether::simulation::make_publisher_template(folder.path() + "/publisher-template.db");
  Sums all;
  Sums telling;
  std::map<std::string, Sums> by_class;
  for (std::uint64_t seed = arguments.first; seed < arguments.first + arguments.count; ++seed) {
    const Outcome outcome =
        arguments.both_ends
            ? bellwether::simulation::play_both_ends(seed, folder.path(), !arguments.no_revert)
            : bellwether::simulation::play(seed, folder.path(), !arguments.no_revert);
    all.take(outcome);
    if (outcome.demands_exactness) telling.take(outcome);
    by_class[outcome.scenario_class].take(outcome);
    if (arguments.tell || !outcome.right) print_story(seed, outcome);
    if (outcome.right) continue;
    fmt::print("to play it alone: simulation --first {} --count 1{}{}\n", seed,
               arguments.no_revert ? " --no-revert" : "", arguments.both_ends ? " --both-ends" : "");
    return false;
  }
  print_sums(all, telling, by_class);
  // A mirror that is always in doubt would be of no use.
  constexpr double kExactPercent = 99;
  constexpr std::uint64_t kEnoughChecks = 10'000;
  if (telling.checks < kEnoughChecks || telling.percent(telling.exact) >= kExactPercent) return true;
  fmt::print("that is less than {} % exact\n", kExactPercent);
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Plays histories of a sender, a network and a subscriber against the mirror's guarantee");
  app.add_option("--first", arguments.first, "The first seed");
  app.add_option("--count", arguments.count, "How many seeds");
  app.add_flag("--tell", arguments.tell, "Print every history's events");
  app.add_flag("--no-revert", arguments.no_revert, "Switch reverting off, to see the guarantee break");
  app.add_flag("--both-ends", arguments.both_ends, "Our own publisher in place of senders of all kinds");
  CLI11_PARSE(app, argc, argv);
  return play_all(arguments) ? EXIT_SUCCESS : EXIT_FAILURE;
}
