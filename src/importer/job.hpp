#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <fstream>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "importer/source.hpp"
#include "importer/verdict.hpp"
#include "net/http_client.hpp"

namespace bellwether::importer {

/// Where the events go, and by what right.
struct Target {
  std::string url;  ///< of the publisher's public listener
  std::string project;
  std::string user;  ///< a service account, or the project's secret with an empty password
  std::string password;
  std::string ca_file;
  /// How long a publisher is waited for that is away or busy; until it has answered once, 30 seconds at most.
  Millis wait = std::chrono::minutes(10);
};

struct Counts {
  std::uint64_t imported = 0;
  std::uint64_t rejected = 0;
};

/// What an import ended by before the end of its file. The next one goes on there.
struct Stopped {
  std::string message;
  bool by_file = false;  ///< it cannot be read further; else nothing can be delivered, of other files neither
};

/// How far an import is.
struct Progress {
  std::uint64_t done = 0;  ///< of `whole`, in the file's measure
  std::uint64_t whole = 0;
  Counts counts;
  std::string waiting_for = {};  ///< why it waits, if it does
  Millis waited{0};
};

/// Brings one file in, in batches. How far it got is kept beside the file after each batch, so that the same
/// command goes on where it was cut off; a batch that is sent again is the same events, which count once.
/// What answers mean is in verdict.hpp: no record that cannot be sent, and no answer that is not understood, stops
/// the others. One thread.
class Job {
 public:
  using OnProgress = std::function<void(const Progress&)>;

  /// `terms`: all that makes this import another one than the next of the same file, such as the project and how a table is
  /// read. What was cut off goes on under the same terms only.
  Job(const Target& target, std::string file, std::string rejects_file, const std::string& terms,
      OnProgress on_progress);

  /// All that stands before a fault in the file is imported too.
  std::expected<Counts, Stopped> run(Source& source);

 private:
  struct Pending {
    std::uint64_t record;
    std::uint64_t line;
    std::string event;
  };
  Result<Position> load_progress();
  void save_progress(const Position& at);
  Result<void> take(Record record);
  Result<void> flush(const Position& at);
  Result<void> deliver(std::span<const Pending> part, std::size_t strange_tries);
  Verdict ask(std::span<const Pending> part, std::size_t strange_tries);
  Verdict post(std::span<const Pending> part);
  bool publisher_answers();
  bool pause(const Verdict& verdict);
  void reject(const Pending& record, const Fault& why);
  void show(const std::string& waiting_for = {}, Millis waited = {});

  const Target& target_;
  const std::string progress_file_;
  const std::string rejects_file_;
  const std::uint32_t terms_;  ///< their digest
  const OnProgress on_progress_;
  net::HttpClient client_;
  Source* source_ = nullptr;  ///< of the present run
  std::vector<Pending> batch_;
  std::size_t batch_bytes_ = 0;
  std::ofstream rejects_;
  Counts counts_;
  bool understood_ = false;  ///< the publisher has answered once
  std::optional<std::chrono::steady_clock::time_point> waiting_since_;
  std::size_t pauses_ = 0;
};

}  // namespace bellwether::importer
