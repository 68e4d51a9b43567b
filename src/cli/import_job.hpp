#pragma once

#include <cstdint>
#include <expected>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/import_source.hpp"
#include "cli/progress_bar.hpp"
#include "net/http_client.hpp"

namespace bellwether::cli {

/// Where the events go, and by what right.
struct ImportTarget {
  std::string url;  ///< of the publisher's public listener
  std::string project;
  std::string user;  ///< a service account, or the project's secret with an empty password
  std::string password;
  std::string ca_file;
};

struct ImportCounts {
  std::uint64_t imported = 0;
  std::uint64_t rejected = 0;
};

/// Brings one file in, in batches. How far it got is kept beside the file after each batch, so that the same
/// command goes on where it was cut off; a batch that is sent again is the same events, which count once.
/// A batch that the publisher refuses as a whole is halved until the records that it refuses stand alone:
/// those are rejected, and the rest goes on.
class ImportJob {
 public:
  ImportJob(const ImportTarget& target, std::string file, std::string rejects_file);

  /// Fails when the publisher does not take it (after retries); the next call goes on there.
  Result<ImportCounts> run(ImportSource& source);

 private:
  struct Pending {
    std::uint64_t record;
    std::string event;
  };
  ImportPosition load_progress();
  void save_progress(const ImportPosition& at);
  Result<void> flush(const ImportPosition& at);
  Result<void> deliver(std::span<const Pending> part);
  std::expected<net::ClientResponse, net::ClientFailure> post(std::span<const Pending> part);
  Result<void> take_answer(std::span<const Pending> part, const net::ClientResponse& answer);
  void reject(std::uint64_t record, const std::string& field, const std::string& message,
              const std::string& event);

  const ImportTarget& target_;
  const std::string file_;
  const std::string progress_file_;
  const std::string rejects_file_;
  net::HttpClient client_;
  std::vector<Pending> batch_;
  std::size_t batch_bytes_ = 0;
  std::ofstream rejects_;
  ImportCounts counts_;
};

}  // namespace bellwether::cli
