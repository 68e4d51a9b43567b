#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace bellwether::cli {

/// How far something is, on standard error: on a terminal a line that fills up and is drawn over itself, elsewhere (a log) a
/// line after the first second and then every ten.
class ProgressBar {
 public:
  ProgressBar();

  /// `of` 0: the end is not known. Drawn at most ten times a second.
  void show(std::uint64_t done, std::uint64_t of, const std::string& text);
  /// A line of its own, at once.
  void say(const std::string& text);
  /// Ends the line; the last state stays.
  void finish();

  /// "[#####-----]  50 %  text"
  static std::string render(std::uint64_t done, std::uint64_t of, const std::string& text);
  /// " 50 %  text"
  static std::string render_line(std::uint64_t done, std::uint64_t of, const std::string& text);

 private:
  void draw();
  void clear();

  const bool terminal_;
  std::string line_;
  std::size_t drawn_width_ = 0;
  std::chrono::steady_clock::time_point drawn_at_;
  std::chrono::steady_clock::time_point next_line_at_;
};

}  // namespace bellwether::cli
