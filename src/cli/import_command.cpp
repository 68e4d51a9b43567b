#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/temporary_folder.hpp"
#include "base/visible.hpp"
#include "calendar/calendar.hpp"
#include "cli/commands.hpp"
#include "cli/progress_bar.hpp"
#include "cli/serve.hpp"
#include "cli/settings.hpp"
#include "events/chdb_engine.hpp"
#include "importer/job.hpp"
#include "importer/source.hpp"

namespace bellwether::cli {

namespace {

struct Arguments {
  std::vector<std::string> files;
  importer::Target target{.url = "http://127.0.0.1:8090"};
  std::string secret;
  importer::TableOptions table;
  std::vector<std::string> types;
  std::string time_zone = "UTC";
  std::string wait = "10m";
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

/// "amount=number" and the like. The last `=` divides: a column's name may have others.
Result<void> take_type(const std::string& given, importer::TableOptions& table) {
  const std::size_t divider = given.rfind('=');
  const auto type =
      importer::parse_column_type(divider == std::string::npos ? "" : given.substr(divider + 1));
  if (!type)
    return fail(fmt::format("--type {}: write NAME=text, NAME=number, NAME=boolean or NAME=json", given));
  table.types[given.substr(0, divider)] = *type;
  return {};
}

/// What the options say as text, made sense of.
Result<void> complete(Arguments& arguments) {
  for (const std::string& type : arguments.types) TRY(take_type(type, arguments.table));
  arguments.table.time_zone = TRY(calendar::TimeZone::find(arguments.time_zone));
  const auto wait = parse_duration(arguments.wait);
  if (!wait) return fail(fmt::format("--wait {}: write it as 30s, 10m or 12h", arguments.wait));
  arguments.target.wait = *wait;
  // A user that is named is meant, though the environment has a secret.
  if (arguments.target.user.empty()) {
    arguments.target.user = arguments.secret;
    arguments.target.password.clear();
  }
  if (arguments.target.user.empty()) {
    return fail(
        "say by what right: the project's secret in BELLWETHER_IMPORT_SECRET (or --secret), or a service account with "
        "--user and BELLWETHER_IMPORT_PASSWORD");
  }
  return {};
}

/// What an import that was cut off goes on under.
std::string terms_of(const Arguments& arguments) {
  const importer::TableOptions& table = arguments.table;
  std::string terms =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", arguments.target.url, arguments.target.project,
                  arguments.time_zone, table.event, table.time, table.distinct_id, table.insert_id,
                  table.event_name.value_or(""), table.decimal_comma);
  for (const std::string& type : arguments.types) terms += "\n" + type;
  return terms;
}

/// Tells how far a file is.
class Display {
 public:
  explicit Display(std::string file) : file_(std::move(file)) {}

  void show(const importer::Progress& progress) {
    const bool waits = !progress.waiting_for.empty();
    if (waits && !waits_) bar_.say(fmt::format("{}: waiting: {}", file_, visible(progress.waiting_for)));
    if (waits_ && !waits) bar_.say(fmt::format("{}: going on", file_));
    waits_ = waits;
    std::string text =
        fmt::format("{}: {} events, {} rejected", file_, progress.counts.imported, progress.counts.rejected);
    if (waits)
      text += fmt::format("; waiting for {} s",
                          std::chrono::duration_cast<std::chrono::seconds>(progress.waited).count());
    bar_.show(progress.done, progress.whole, text);
  }
  void finish() { bar_.finish(); }

 private:
  const std::string file_;
  ProgressBar bar_;
  bool waits_ = false;
};

enum class End : std::uint8_t {
  kImported,
  kFailed,   ///< this file, for reasons of its own
  kStopped,  ///< the publisher does not take it, nor would it the next
};

End import_file(const Arguments& arguments, const std::string& file, ReadingEngine& engine) {
  const auto source = importer::open_source(file, arguments.table, [&] { return engine.open(); });
  if (!source) {
    complain(source.error().message.c_str());
    return End::kFailed;
  }
  const std::string rejects = arguments.rejects.value_or(file + ".rejected");
  Display display(file);
  importer::Job job(arguments.target, file, rejects, terms_of(arguments),
                    [&](const auto& progress) { display.show(progress); });
  const auto counts = job.run(**source);
  display.finish();
  if (!counts) {
    complain(counts.error().message.c_str());
    complain("the same command goes on where this one stopped");
    return counts.error().by_file ? End::kFailed : End::kStopped;
  }
  fmt::print("{}: {} events imported, {} rejected{}\n", file, counts->imported, counts->rejected,
             counts->rejected > 0 ? fmt::format(" (see {})", rejects) : "");
  return counts->imported > 0 || counts->rejected == 0 ? End::kImported : End::kFailed;
}

int run(const std::shared_ptr<Arguments>& arguments) {
  if (const auto completed = complete(*arguments); !completed)
    return complain(completed.error().message.c_str());
  ReadingEngine engine;
  int status = EXIT_SUCCESS;
  for (const std::string& file : arguments->files) {
    const End end = import_file(*arguments, file, engine);
    if (end != End::kImported) status = EXIT_FAILURE;
    if (end == End::kStopped) break;
  }
  return status;
}

}  // namespace

void add_import_command(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("import", "Bring events from files into a running publisher");
  const auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("FILE", arguments->files,
                   "NDJSON as Mixpanel exports it, a JSON array, .csv or Parquet; also packed (.gz, .zst)")
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
  command->add_option("--event", arguments->table.event_name,
                      "The event's name, for tables without a column of it");
  command->add_option("--event-column", arguments->table.event, "Column of the event's name")
      ->excludes("--event")
      ->capture_default_str();
  command->add_option("--time-column", arguments->table.time, "Column of the time")->capture_default_str();
  command->add_option("--id-column", arguments->table.distinct_id, "Column of the distinct id")
      ->capture_default_str();
  command->add_option("--insert-id-column", arguments->table.insert_id, "Column of the insert id")
      ->capture_default_str();
  command->add_option("--type", arguments->types,
                      "What a column holds, such as amount=number: text, number, boolean or json");
  command->add_flag("--decimal-comma", arguments->table.decimal_comma, "Numbers in CSV are written 12,50");
  command->add_option("--time-zone", arguments->time_zone, "Of times that do not say where")
      ->capture_default_str();
  command->add_option("--wait", arguments->wait, "How long a publisher is waited for that is away or busy")
      ->capture_default_str();
  command->callback([arguments, &action] { action = [arguments] { return run(arguments); }; });
}

}  // namespace bellwether::cli
