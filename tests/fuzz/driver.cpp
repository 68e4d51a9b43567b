#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

/// Runs a fuzzer without coverage, for compilers that have no libFuzzer: every seed, then seeds mutated
/// blindly. Takes the options of libFuzzer that tests/fuzz/run.sh uses. The input that ends the process stays
/// in the artifact folder.

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::chrono::seconds time{60};
  std::size_t length = 8192;
  std::string artifacts;
  std::vector<std::string> seeds;
};

/// The value of `-name=value`; empty for another argument.
std::string value_of(std::string_view argument, std::string_view name) {
  const std::string prefix = "-" + std::string(name) + "=";
  return argument.starts_with(prefix) ? std::string(argument.substr(prefix.size())) : std::string();
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Options parse(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (const auto time = value_of(argument, "max_total_time"); !time.empty())
      options.time = std::chrono::seconds(std::stol(time));
    if (const auto length = value_of(argument, "max_len"); !length.empty())
      options.length = std::stoul(length);
    if (const auto prefix = value_of(argument, "artifact_prefix"); !prefix.empty())
      options.artifacts = prefix;
    if (argument.starts_with('-')) continue;
    if (std::filesystem::is_directory(argument)) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(argument)) {
        if (entry.is_regular_file()) options.seeds.push_back(read(entry.path()));
      }
    } else {
      options.seeds.push_back(read(argument));
    }
  }
  if (options.seeds.empty()) options.seeds.emplace_back();
  return options;
}

class Mutator {
 public:
  explicit Mutator(const Options& options) : options_(options) {}

  std::string next() {
    std::string input = seed();
    for (std::size_t i = 1 + below(4); i > 0; --i) mutate(input);
    if (input.size() > options_.length) input.resize(options_.length);
    return input;
  }

 private:
  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  const std::string& seed() { return options_.seeds[below(options_.seeds.size())]; }

  void mutate(std::string& input) {
    const std::size_t at = below(input.size() + 1);
    const std::size_t length = std::min(input.size() - at, 1 + below(16));
    const char byte = static_cast<char>(below(256));
    switch (below(6)) {
      case 0:
        input.insert(at, 1 + below(8), byte);
        break;
      case 1:
        input.erase(at, length);
        break;
      case 2:
        if (at < input.size()) input[at] = byte;
        break;
      case 3:
        input.insert(below(input.size() + 1), std::string(input, at, length));
        break;
      case 4: {
        const std::string& other = seed();
        input = input.substr(0, at) + other.substr(below(other.size() + 1));
        break;
      }
      default:
        input.insert(at, std::to_string(std::int64_t{1} << below(63)));
    }
  }

  const Options& options_;
  std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace

int main(int count, char** arguments) {
  const Options options = parse(count, arguments);
  const std::string kept = options.artifacts + "last-input";
  std::size_t runs = 0;
  const auto run = [&](const std::string& input) {
    std::ofstream(kept, std::ios::binary | std::ios::trunc) << input;
    LLVMFuzzerTestOneInput(reinterpret_cast<const unsigned char*>(input.data()), input.size());
    ++runs;
  };
  for (const std::string& seed : options.seeds) run(seed);
  Mutator mutator(options);
  for (const auto end = Clock::now() + options.time; Clock::now() < end;) run(mutator.next());
  std::filesystem::remove(kept);
  std::printf("stat::number_of_executed_units: %zu\n", runs);
}
