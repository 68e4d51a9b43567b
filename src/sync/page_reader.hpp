#pragma once

#include <cstddef>
#include <deque>
#include <expected>
#include <future>
#include <string>
#include <vector>

#include "sync/ledger.hpp"

namespace bellwether::sync {

/// Reads a run's frozen changes page by page, many pages in one query, and the next ones while these are
/// sent.
class PageReader {
 public:
  /// The ledger outlives it. `pages_at_once`: how many pages one query reads.
  PageReader(Ledger& ledger, std::string sync_key, std::string change_set, std::size_t pages_at_once)
      : ledger_(ledger),
        sync_key_(std::move(sync_key)),
        change_set_(std::move(change_set)),
        at_once_(pages_at_once * kPageMembers) {}

  /// The members of a page, which begins behind `behind` (at the beginning of its action's changes for the
  /// first of the action). Pages are asked for in order.
  std::expected<std::vector<FrozenMember>, events::EngineError> take(const Slice& slice,
                                                                     const Cursor& behind);

 private:
  using Chunk = std::expected<std::vector<FrozenMember>, events::EngineError>;
  Chunk read(const Slice& slice, const Cursor& behind) const;
  void read_ahead(const Slice& slice);

  Ledger& ledger_;
  const std::string sync_key_;
  const std::string change_set_;
  const std::size_t at_once_;
  std::deque<FrozenMember> buffer_;
  std::future<Chunk> ahead_;
  bool exhausted_ = true;  ///< there is no more to read: the last query gave fewer than it could
};

}  // namespace bellwether::sync
