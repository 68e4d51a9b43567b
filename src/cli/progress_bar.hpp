#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace bellwether::cli {

/// One line that fills up, on standard error: drawn over itself on a terminal, left out elsewhere.
class ProgressBar {
 public:
  ProgressBar();

  /// `of` 0: the end is not known. Drawn at most ten times a second.
  void show(std::uint64_t done, std::uint64_t of, const std::string& text);
  /// Ends the line; the last state stays.
  void finish();

  /// "[#####-----]  50 %  text"
  static std::string render(std::uint64_t done, std::uint64_t of, const std::string& text);

 private:
  void draw();

  const bool terminal_;
  std::string line_;
  std::size_t drawn_width_ = 0;
  std::chrono::steady_clock::time_point drawn_at_;
};

}  // namespace bellwether::cli
