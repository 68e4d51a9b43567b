#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/import_job.hpp"
#include "cli/serve.hpp"
#include "cli/settings.hpp"
#include "cli/temporary_folder.hpp"
#include "events/chdb_engine.hpp"

namespace bellwether::cli {

namespace {

struct Arguments {
  std::vector<std::string> files;
  ImportTarget target{.url = "http://127.0.0.1:8090"};
  std::string secret;
  ImportColumns columns;
  std::optional<std::string> rejects;
};

/// An engine of its own for reading tables: the publisher holds the one with the data.
class ReadingEngine {
 public:
  Result<std::shared_ptr<events::Engine>> open() {
    if (engine_) return engine_;
    auto settings = TRY(load_settings(std::nullopt));
    const auto library = TRY(find_engine_library(settings.publisher.chdb.library));
    folder_.emplace("bellwether-import");
    auto opened = events::ChdbEngine::open({.library = library, .folder = folder_->path() + "/events"});
    if (!opened) return fail(opened.error().message);
    engine_ = std::move(*opened);
    return engine_;
  }

 private:
  std::optional<TemporaryFolder> folder_;
  std::shared_ptr<events::Engine> engine_;
};

int run(const Arguments& arguments) {
  ImportTarget target = arguments.target;
  if (!arguments.secret.empty()) target.user = arguments.secret;
  if (target.user.empty()) {
    return complain(
        "say by what right: the project's secret in BELLWETHER_IMPORT_SECRET (or --secret), or a service "
        "account with "
        "--user and BELLWETHER_IMPORT_PASSWORD");
  }
  ReadingEngine engine;
  for (const std::string& file : arguments.files) {
    const auto source = open_import_source(file, arguments.columns, [&] { return engine.open(); });
    if (!source) return complain(source.error().message.c_str());
    const std::string rejects = arguments.rejects.value_or(file + ".rejected");
    const auto counts = ImportJob(target, file, rejects).run(**source);
    if (!counts) {
      complain(counts.error().message.c_str());
      return complain("the same command goes on where this one stopped");
    }
    fmt::print("{}: {} events imported, {} rejected{}\n", file, counts->imported, counts->rejected,
               counts->rejected > 0 ? fmt::format(" (see {})", rejects) : "");
  }
  return EXIT_SUCCESS;
}

}  // namespace

void add_import_command(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("import", "Bring events from files into a running publisher");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("FILE", arguments->files, "NDJSON as Mixpanel exports it, .csv or .parquet")
      ->required();
  command->add_option("--project", arguments->target.project, "The project's id")->required();
  command->add_option("--url", arguments->target.url, "The publisher")->capture_default_str();
  command->add_option("--secret", arguments->secret, "The project's secret; better in the environment")
      ->envname("BELLWETHER_IMPORT_SECRET");
  command->add_option("--user", arguments->target.user, "A service account, in place of the secret");
  command->add_option("--password", arguments->target.password, "Its password; better in the environment")
      ->envname("BELLWETHER_IMPORT_PASSWORD");
  command->add_option("--ca-file", arguments->target.ca_file,
                      "PEM file of the authority that signed its certificate");
  command->add_option("--rejects", arguments->rejects,
                      "Where rejected records go; beside the file by default");
  command->add_option("--event", arguments->columns.event_name,
                      "The event's name, for tables without a column of it");
  command->add_option("--event-column", arguments->columns.event, "Column of the event's name")
      ->capture_default_str();
  command->add_option("--time-column", arguments->columns.time, "Column of the time")->capture_default_str();
  command->add_option("--id-column", arguments->columns.distinct_id, "Column of the distinct id")
      ->capture_default_str();
  command->add_option("--insert-id-column", arguments->columns.insert_id, "Column of the insert id")
      ->capture_default_str();
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace bellwether::cli
