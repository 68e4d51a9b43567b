#include "ingestion/recent_events.hpp"

#include <algorithm>
#include <utility>

namespace bellwether::ingestion {

void RecentEvents::add(std::string_view rows) {
  const std::scoped_lock lock(mutex_);
  if (watching_ == 0) return;
  const auto total = static_cast<std::size_t>(std::ranges::count(rows, '\n'));
  // Of many rows only the last will be kept: the others are not copied.
  std::size_t skipped = total - std::min(total, limits_.count);
  if (skipped > 0) {
    first_ += rows_.size() + skipped;
    rows_.clear();
    bytes_ = 0;
  }
  while (!rows.empty()) {
    const std::size_t end = std::min(rows.find('\n'), rows.size());
    if (skipped > 0) {
      --skipped;
    } else {
      bytes_ += end;
      rows_.emplace_back(rows.substr(0, end));
    }
    rows.remove_prefix(std::min(end + 1, rows.size()));
  }
  while (rows_.size() > limits_.count || bytes_ > limits_.bytes) {
    bytes_ -= rows_.front().size();
    rows_.pop_front();
    ++first_;
  }
}

RecentEvents::Watch::Watch(RecentEvents& recent) : recent_(recent) {
  const std::scoped_lock lock(recent_.mutex_);
  ++recent_.watching_;
  position_ = recent_.first_ + recent_.rows_.size();
}

RecentEvents::Watch::~Watch() {
  const std::scoped_lock lock(recent_.mutex_);
  --recent_.watching_;
}

RecentEvents::Slice RecentEvents::Watch::take() {
  Slice slice = recent_.after(position_);
  position_ = slice.position;
  return slice;
}

RecentEvents::Slice RecentEvents::after(std::uint64_t position) const {
  const std::scoped_lock lock(mutex_);
  Slice slice{.position = first_ + rows_.size()};
  if (position < first_) slice.missed = first_ - position;
  const std::uint64_t from = std::max(position, first_) - first_;
  for (std::uint64_t i = from; i < rows_.size(); ++i) slice.rows.push_back(rows_[i]);
  return slice;
}

std::uint64_t RecentEvents::end() const {
  const std::scoped_lock lock(mutex_);
  return first_ + rows_.size();
}

}  // namespace bellwether::ingestion
