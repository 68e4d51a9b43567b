#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "contract/asyncapi.hpp"

namespace bellwether::cli {

void add_contract_command(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("contract", "Print the wire's AsyncAPI document");
  const auto version = std::make_shared<std::string>("3.1");
  command->add_option("--version", *version, "AsyncAPI version")
      ->check(CLI::IsMember({"2.6", "3.1"}))
      ->capture_default_str();
  command->callback([version, &action] {
    action = [version] {
      const auto document = contract::asyncapi_document(*version);
      std::fwrite(document->data(), 1, document->size(), stdout);
      return EXIT_SUCCESS;
    };
  });
}

}  // namespace bellwether::cli
