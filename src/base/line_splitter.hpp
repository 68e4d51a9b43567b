#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace bellwether {

/// Splits what comes in pieces into lines.
class LineSplitter {
 public:
  /// False when `on_line` wants no more.
  bool take(std::string_view piece, const std::function<bool(std::string_view)>& on_line) {
    pending_ += piece;
    std::size_t from = 0;
    for (std::size_t end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n', from)) {
      if (!on_line(std::string_view(pending_).substr(from, end - from))) return false;
      from = end + 1;
    }
    pending_.erase(0, from);
    return true;
  }

 private:
  std::string pending_;
};

}  // namespace bellwether
