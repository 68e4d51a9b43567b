#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace bellwether::ingestion {

/// The events that were stored last, in the order in which they were, for those who watch them come in. Nothing is kept
/// while nobody watches. Bounded; one who reads too slowly is told how many were missed. For any thread.
class RecentEvents {
 public:
  struct Limits {
    std::size_t count = 1000;
    std::size_t bytes = 4UL << 20U;
  };
  RecentEvents() : RecentEvents(Limits()) {}
  explicit RecentEvents(const Limits& limits) : limits_(limits) {}

  /// Rows as `EventBatch` has them.
  void add(std::string_view rows);

  /// What came behind a position.
  struct Slice {
    std::vector<std::string> rows;
    std::uint64_t missed = 0;    ///< came behind it too, and are no longer here
    std::uint64_t position = 0;  ///< behind these
  };

  /// Somebody who watches, from now on.
  class Watch {
   public:
    /// `recent` outlives it.
    explicit Watch(RecentEvents& recent);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    /// What came since the last call.
    Slice take();

   private:
    RecentEvents& recent_;
    std::uint64_t position_;
  };

  Slice after(std::uint64_t position) const;
  /// Behind the last one.
  std::uint64_t end() const;

 private:
  const Limits limits_;
  mutable std::mutex mutex_;
  std::size_t watching_ = 0;
  std::deque<std::string> rows_;
  std::size_t bytes_ = 0;
  std::uint64_t first_ = 0;  ///< the position before `rows_[0]`
};

}  // namespace bellwether::ingestion
