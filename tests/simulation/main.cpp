#include <cstdio>
#include <cstdlib>
#include <filesystem>
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
  std::uint64_t checks = 0;
  std::uint64_t exact = 0;
  std::uint64_t in_doubt = 0;
  std::uint64_t failed_runs = 0;
  std::uint64_t kills = 0;

  void take(const Outcome& outcome) {
    checks += static_cast<std::uint64_t>(outcome.checks);
    exact += static_cast<std::uint64_t>(outcome.exact);
    in_doubt += static_cast<std::uint64_t>(outcome.in_doubt);
    failed_runs += static_cast<std::uint64_t>(outcome.failed_runs);
    kills += static_cast<std::uint64_t>(outcome.kills);
  }
};

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
  Sums sums;
  for (std::uint64_t seed = arguments.first; seed < arguments.first + arguments.count; ++seed) {
    const Outcome outcome =
        arguments.both_ends
            ? bellwether::simulation::play_both_ends(seed, folder.path(), !arguments.no_revert)
            : bellwether::simulation::play(seed, folder.path(), !arguments.no_revert);
    sums.take(outcome);
    if (arguments.tell || !outcome.right) print_story(seed, outcome);
    if (outcome.right) continue;
    fmt::print("to play it alone: simulation --first {} --count 1{}{}\n", seed,
               arguments.no_revert ? " --no-revert" : "", arguments.both_ends ? " --both-ends" : "");
    return false;
  }
  fmt::print(
      "{} histories: {} runs failed, {} kills; after {} successful runs the mirror was exact {} times "
      "({:.2f} %), and differed only in members that it reports as in doubt {} times\n",
      arguments.count, sums.failed_runs, sums.kills, sums.checks, sums.exact,
      100.0 * static_cast<double>(sums.exact) / static_cast<double>(sums.checks), sums.in_doubt);
  return true;
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
