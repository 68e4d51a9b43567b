#include <cstdio>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "base/visible.hpp"
#include "cli/commands.hpp"
#include "cli/remote.hpp"
#include "cli/yaml_json.hpp"

namespace bellwether::cli {

namespace {

struct Arguments {
  Remote remote{kPublisher};
  std::string file;
  bool dry_run = false;
};

void print_change(const boost::json::value& change, bool dry_run) {
  std::string line(dry_run ? "would " : "");
  line += std::string(change.at("verb").as_string()) + " " + std::string(change.at("what").as_string());
  std::string fields;
  for (const auto& field : change.at("fields").as_array())
    fields += (fields.empty() ? "" : ", ") + std::string(field.as_string());
  if (!fields.empty()) line += " (" + fields + ")";
  std::puts(visible(line).c_str());
}

int run(const Arguments& arguments) {
  auto wanted = read_yaml_as_json(arguments.file);
  if (!wanted) return complain(wanted.error().message.c_str());
  const auto answer = arguments.remote.send("POST", arguments.dry_run ? "/v1/apply?dry_run=1" : "/v1/apply",
                                            std::move(*wanted));
  if (!answer) return complain(answer.error().message.c_str());
  if (arguments.remote.json) {
    std::puts(answer->c_str());
    return EXIT_SUCCESS;
  }
  const boost::json::value read = boost::json::parse(*answer);
  const auto& changes = read.at("changes").as_array();
  for (const auto& change : changes) print_change(change, arguments.dry_run);
  if (changes.empty()) std::puts("nothing differs");
  return EXIT_SUCCESS;
}

}  // namespace

void add_apply_command(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "apply", "Make a publisher's projects, cohorts, reports, alerts, destinations and syncs match a file");
  const auto arguments = std::make_shared<Arguments>();
  arguments->remote.add_options(*command);
  command->add_option("FILE", arguments->file, "YAML file (see: examples/publisher.yaml)")->required();
  command->add_flag("--dry-run", arguments->dry_run, "Say what would change, and change nothing");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace bellwether::cli
