#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/settings.hpp"
#include "subscriber/recorded_requests.hpp"
#include "subscriber/store.hpp"

namespace bellwether::cli {

namespace {

namespace recorded = subscriber::recorded_requests;

struct Arguments {
  std::optional<std::string> file;
  std::optional<std::string> config;
  std::optional<std::string> data;
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// Writes to `out`; how many, or no value when it cannot be written.
std::optional<std::size_t> write_all(storage::Database& database, std::FILE* out) {
  std::size_t count = 0;
  recorded::for_each(database, [&](const recorded::RecordedRequest& request) {
    const std::string line = recorded::to_json(request) + "\n";
    std::fwrite(line.data(), 1, line.size(), out);
    ++count;
  });
  if (std::fflush(out) != 0 || std::ferror(out) != 0) return std::nullopt;
  return count;
}

int run(const Arguments& arguments) {
  const auto settings = load_settings(arguments.config);
  if (!settings) return complain(settings.error().message.c_str());
  const std::string data = arguments.data.value_or(settings->subscriber.data_dir);
  const std::string file = data + "/" + subscriber::kDatabaseFile;
  if (!std::filesystem::exists(file)) return complain(fmt::format("there is no data file {}", file).c_str());
  // Created for its owner alone (main.cpp's umask): what people send is personal data.
  std::unique_ptr<std::FILE, CloseFile> made;
  if (arguments.file) {
    made.reset(std::fopen(arguments.file->c_str(), "wxe"));
    if (made == nullptr)
      return complain(fmt::format("cannot create {}; it must not exist yet", *arguments.file).c_str());
  }
  try {
    storage::Database database(file, {.access = storage::Database::Access::kReadOnly});
    const auto count = write_all(database, made ? made.get() : stdout);
    if (!count) return complain("cannot write the recorded requests");
    fmt::print(stderr, "{} recorded requests{}\n", *count,
               *count > 0 ? "" : "; set data.record_bytes to have them kept");
    return EXIT_SUCCESS;
  } catch (const storage::StorageError& error) {
    return complain(error.what());
  }
}

}  // namespace

void add_record_command(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "record",
      "Write the requests that a subscriber kept as they came, one line of JSON each, also while it runs.\n"
      "It keeps them only while data.record_bytes is more than 0. They hold what people sent of others");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("FILE", arguments->file, "Where to; must not exist. Without it: to standard output");
  command->add_option("--config", arguments->config, "Configuration file");
  command->add_option("--data", arguments->data, "Folder of the data");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace bellwether::cli
