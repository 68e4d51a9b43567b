#include "cli/serve.hpp"

#include <array>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <malloc.h>

namespace bellwether::cli {

void ServiceArguments::add_options(CLI::App& command, const std::string& what) {
  command.add_option("--config", config, "Configuration file (see: bellwether config)");
  command.add_option("--data", data, "Folder for the data");
  command.add_option("--listen", listen, fmt::format("ADDR:PORT for {}; port 0 takes any free one", what));
  command.add_option("--admin-listen", admin_listen, "ADDR:PORT of the private listener");
}

sigset_t block_signals() {
  // A full disk or a broken pipe is an error to handle, not a reason to end.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  sigset_t awaited;
  sigemptyset(&awaited);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&awaited, signal);
  pthread_sigmask(SIG_BLOCK, &awaited, nullptr);
  return awaited;
}

void return_freed_memory() {
  // glibc raises its threshold with each large block that is freed, and keeps what is below it.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  mallopt(M_ARENA_MAX, 4);
}

void wait_for_stop(const sigset_t& awaited, const std::function<void()>& reload) {
  for (;;) {
    int signal = 0;
    if (sigwait(&awaited, &signal) != 0) continue;
    if (signal != SIGHUP) return;
    reload();
  }
}

Result<void> take_address(const std::optional<std::string>& text, net::Address& place) {
  if (!text) return {};
  auto address = TRY(net::parse_address(*text));
  place = address;
  return {};
}

Result<std::string> find_engine_library(const std::string& configured) {
  if (!configured.empty()) return configured;
  std::error_code unknown;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path();
  const std::array<std::filesystem::path, 3> places{
      program / "libchdb.so", program / "../lib/bellwether/libchdb.so",
      program / "../../engine/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so"};
  for (const auto& place : places) {
    std::error_code missing;
    if (std::filesystem::exists(place, missing)) return std::filesystem::weakly_canonical(place).string();
  }
  return fail(
      "the embedded event engine is not installed: `make run` fetches it, or set engine.library to the path "
      "of libchdb.so");
}

}  // namespace bellwether::cli
