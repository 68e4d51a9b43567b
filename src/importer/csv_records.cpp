#include "importer/csv_records.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace bellwether::importer {

namespace {

/// Of what seems to be quoted. Each line of it may be read as often.
constexpr std::size_t kMaxRecordLines = 1000;

}  // namespace

bool CsvRecords::take(const Line& line, const OnRecord& on_record) {
  if (line.size <= kMaxRecordBytes) {
    waiting_.push_back({std::string(line.text), line.number, line.behind});
    return read_waiting(on_record);
  }
  if (!finish(on_record)) return false;
  return on_record(
      {.fields = {},
       .fault = fmt::format("a line of {} bytes; a record has at most {}", line.size, kMaxRecordBytes),
       .text = std::string(line.text),
       .line = line.number,
       .behind = line.behind});
}

bool CsvRecords::finish(const OnRecord& on_record) {
  while (!open_.empty()) {
    if (!refuse_first(on_record) || !read_waiting(on_record)) return false;
  }
  return true;
}

bool CsvRecords::read_waiting(const OnRecord& on_record) {
  while (!waiting_.empty()) {
    Held line = std::move(waiting_.front());
    waiting_.pop_front();
    if (!read(std::move(line), on_record)) return false;
  }
  return true;
}

bool CsvRecords::read(Held line, const OnRecord& on_record) {
  if (open_.empty() && line.text.find_first_not_of(" \t\r") == std::string::npos) return true;
  auto records = reader_.take(line.text + "\n");
  open_bytes_ += line.text.size() + 1;
  open_.push_back(std::move(line));
  if (!records.empty()) return give(std::move(records), on_record);
  return (open_bytes_ <= kMaxRecordBytes && open_.size() < kMaxRecordLines) || refuse_first(on_record);
}

bool CsvRecords::give(std::vector<CsvReader::Record> records, const OnRecord& on_record) {
  std::string text = open_.front().text;
  for (std::size_t i = 1; i < open_.size(); ++i) text.append("\n").append(open_[i].text);
  // A lone carriage return ends a record too, so that one line can have several.
  const bool fits =
      std::ranges::all_of(records, [&](const auto& fields) { return fields.size() == columns_; });
  if (open_.size() > 1 && !(fits && CsvReader::has_clean_quotes(text, separator_)))
    return refuse_first(on_record);
  const std::uint64_t line = open_.front().number;
  const Place behind = open_.back().behind;
  open_.clear();
  open_bytes_ = 0;
  return std::ranges::all_of(records, [&](auto& fields) {
    std::string fault = fields.size() == columns_ ? "" : count_fault(fields.size());
    return on_record({.fields = std::move(fields),
                      .fault = std::move(fault),
                      .text = text,
                      .line = line,
                      .behind = behind});
  });
}

/// The lines behind the first are read again.
bool CsvRecords::refuse_first(const OnRecord& on_record) {
  Held first = std::move(open_.front());
  open_.pop_front();
  waiting_.insert(waiting_.begin(), std::make_move_iterator(open_.begin()),
                  std::make_move_iterator(open_.end()));
  open_.clear();
  open_bytes_ = 0;
  reader_ = CsvReader(separator_);
  return on_record({.fields = {},
                    .fault = "a quote in this line does not end",
                    .text = std::move(first.text),
                    .line = first.number,
                    .behind = first.behind});
}

std::string CsvRecords::count_fault(std::size_t fields) const {
  return fmt::format("it has {} fields, and the heading {}", fields, columns_);
}

char find_separator(std::string_view heading) {
  constexpr std::array kSeparators{',', ';', '\t', '|'};
  std::array<std::size_t, kSeparators.size()> counts{};
  bool quoted = false;
  for (const char c : heading) {
    if (c == '"') quoted = !quoted;
    const auto* const found = std::ranges::find(kSeparators, c);
    if (!quoted && found != kSeparators.end())
      ++counts[static_cast<std::size_t>(found - kSeparators.begin())];
  }
  return kSeparators[static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin())];
}

}  // namespace bellwether::importer
