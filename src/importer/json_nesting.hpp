#pragma once

#include <cstddef>

namespace bellwether::importer {

/// Follows JSON byte by byte: how deep it is in brackets of both kinds, and whether it is within a string. Says nothing of
/// whether it is valid.
class JsonNesting {
 public:
  void take(char c) {
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
      return;
    }
    if (c == '"') in_string_ = true;
    if (c == '{' || c == '[') ++depth_;
    if ((c == '}' || c == ']') && depth_ > 0) --depth_;
  }

  std::size_t depth() const { return depth_; }
  bool in_string() const { return in_string_; }

 private:
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

}  // namespace bellwether::importer
