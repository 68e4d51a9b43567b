#include "sync/page_reader.hpp"

#include <algorithm>
#include <iterator>

namespace bellwether::sync {

std::expected<std::vector<FrozenMember>, events::EngineError> PageReader::take(const Slice& slice,
                                                                               const Cursor& behind) {
  if (slice.begins) {
    ahead_ = {};
    buffer_.clear();
    exhausted_ = true;
  }
  while (buffer_.size() < slice.members) {
    const Cursor from = buffer_.empty() ? (slice.begins ? Cursor{} : behind)
                                        : Cursor{buffer_.back().change, buffer_.back().distinct_id};
    Chunk chunk = ahead_.valid() ? ahead_.get() : read(slice, from);
    if (!chunk) return chunk;
    if (chunk->empty()) {
      return std::unexpected(events::EngineError{events::EngineError::Kind::kUnavailable, 0,
                                                 "the frozen changes are not all there any more"});
    }
    exhausted_ = chunk->size() < at_once_;
    std::ranges::move(*chunk, std::back_inserter(buffer_));
  }
  const bool read_on = !exhausted_ && !ahead_.valid() && buffer_.size() - slice.members < at_once_ / 2;
  if (read_on) read_ahead(slice);
  const auto end = buffer_.begin() + slice.members;
  std::vector<FrozenMember> page(std::make_move_iterator(buffer_.begin()), std::make_move_iterator(end));
  buffer_.erase(buffer_.begin(), end);
  return page;
}

void PageReader::read_ahead(const Slice& slice) {
  const Cursor from{buffer_.back().change, buffer_.back().distinct_id};
  ahead_ = std::async(std::launch::async, [this, slice, from] { return read(slice, from); });
}

PageReader::Chunk PageReader::read(const Slice& slice, const Cursor& behind) const {
  return ledger_.read(sync_key_, change_set_, slice, behind, at_once_);
}

}  // namespace bellwether::sync
