#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "ingestion/rejection.hpp"

namespace bellwether::publisher {

/// What came in and was not taken as it was sent: counted by project and reason, the last thousand kept in memory, and
/// told in the log at most once a minute. Thread-safe.
class Rejects {
 public:
  struct Entry {
    std::int64_t id = 0;  ///< counts up
    Timestamp at;
    std::string path;  ///< "/track"
    ingestion::Rejection what;
  };

  void add(std::string_view path, const std::vector<ingestion::Rejection>& rejections, Timestamp now);
  void add(std::string_view path, ingestion::Rejection rejection, Timestamp now);

  /// Newest first. `project_id` empty: of all, also of what names no project.
  std::vector<Entry> list(const std::string& project_id, std::optional<std::int64_t> before_id,
                          std::size_t limit) const;

  /// Those behind an id, oldest first.
  std::vector<Entry> after(std::int64_t id) const;
  std::int64_t last_id() const;

  struct Kind {
    std::string path;
    std::string project_id;
    ingestion::Reason reason;
    auto operator<=>(const Kind&) const = default;
  };
  std::map<Kind, std::uint64_t> counts() const;

 private:
  void keep(std::string_view path, ingestion::Rejection rejection, Timestamp now);
  void tell(std::string_view path, const ingestion::Rejection& example);

  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
  std::int64_t last_id_ = 0;
  std::map<Kind, std::uint64_t> counts_;
  std::uint64_t untold_ = 0;
  std::optional<std::chrono::steady_clock::time_point> told_at_;
};

}  // namespace bellwether::publisher
