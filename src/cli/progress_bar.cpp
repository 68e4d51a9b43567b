#include "cli/progress_bar.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

namespace bellwether::cli {

namespace {
constexpr std::size_t kCells = 24;
constexpr std::chrono::milliseconds kBetween(100);
constexpr std::chrono::seconds kUntilFirstLine(1);
constexpr std::chrono::seconds kBetweenLines(10);

double part_of(std::uint64_t done, std::uint64_t of) {
  return std::min(1.0, static_cast<double>(done) / static_cast<double>(of));
}

}  // namespace

ProgressBar::ProgressBar()
    : terminal_(isatty(STDERR_FILENO) == 1),
      next_line_at_(std::chrono::steady_clock::now() + kUntilFirstLine) {}

std::string ProgressBar::render(std::uint64_t done, std::uint64_t of, const std::string& text) {
  if (of == 0) return text;
  const double part = part_of(done, of);
  const auto full = static_cast<std::size_t>(part * kCells);
  return fmt::format("[{}{}] {:3.0f} %  {}", std::string(full, '#'), std::string(kCells - full, '-'),
                     part * 100, text);
}

std::string ProgressBar::render_line(std::uint64_t done, std::uint64_t of, const std::string& text) {
  return of == 0 ? text : fmt::format("{:3.0f} %  {}", part_of(done, of) * 100, text);
}

void ProgressBar::say(const std::string& text) {
  clear();
  std::fprintf(stderr, "%s\n", text.c_str());
  next_line_at_ = std::chrono::steady_clock::now() + kBetweenLines;
}

void ProgressBar::show(std::uint64_t done, std::uint64_t of, const std::string& text) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_) {
    if (now >= next_line_at_) say(render_line(done, of, text));
    return;
  }
  line_ = render(done, of, text);
  if (now - drawn_at_ < kBetween) return;
  drawn_at_ = now;
  draw();
}

void ProgressBar::draw() {
  const std::size_t width = line_.size();
  std::fprintf(stderr, "\r%s%s", line_.c_str(),
               std::string(drawn_width_ - std::min(drawn_width_, width), ' ').c_str());
  std::fflush(stderr);
  drawn_width_ = width;
}

void ProgressBar::clear() {
  if (drawn_width_ == 0) return;
  std::fprintf(stderr, "\r%s\r", std::string(drawn_width_, ' ').c_str());
  drawn_width_ = 0;
}

void ProgressBar::finish() {
  if (!terminal_ || line_.empty()) return;
  draw();
  std::fputc('\n', stderr);
  line_.clear();
  drawn_width_ = 0;
}

}  // namespace bellwether::cli
