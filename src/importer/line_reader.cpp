#include "importer/line_reader.hpp"

#include <algorithm>

namespace bellwether::importer {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

Result<bool> LineReader::refill() {
  piece_ = TRY(bytes_.next());
  return !piece_.empty();
}

void LineReader::keep(std::string_view text) {
  const std::size_t room = max_line_bytes_ + 1 - std::min(max_line_bytes_ + 1, held_.size());
  held_.append(text.substr(0, room));
  held_bytes_ += text.size();
}

Result<bool> LineReader::next(Line& line) {
  held_.clear();
  held_bytes_ = 0;
  std::size_t feed = piece_.find('\n');
  while (feed == std::string_view::npos) {
    keep(piece_);
    at_.move_behind(piece_);
    if (!TRY(refill())) break;
    feed = piece_.find('\n');
  }
  const bool ended = feed != std::string_view::npos;
  if (!ended && held_bytes_ == 0) return false;
  std::string_view text = piece_.substr(0, ended ? feed : 0);
  if (held_bytes_ > 0) {
    keep(text);
    text = held_;
  }
  line.size = held_bytes_ > 0 ? held_bytes_ : text.size();
  if (ended) {
    at_.move_behind(piece_.substr(0, feed + 1));
    piece_.remove_prefix(feed + 1);
  }
  if (number_ == 0 && text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
    line.size -= kByteOrderMark.size();
  }
  line.text = line.size > max_line_bytes_ ? text.substr(0, kKeptOfLongLine) : text;
  line.number = ++number_;
  line.behind = at_;
  return true;
}

Result<void> LineReader::skip_to(const Place& place) {
  Line line;
  while (at_.bytes < place.bytes) {
    if (!TRY(next(line))) break;
  }
  return check_unchanged(at_, place);
}

}  // namespace bellwether::importer
