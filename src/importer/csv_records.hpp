#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "base/csv_reader.hpp"
#include "importer/line_reader.hpp"

namespace bellwether::importer {

/// A record of a CSV file: its fields, or what is wrong with it.
struct CsvRecord {
  CsvReader::Record fields;
  std::string fault;       ///< empty: there are as many fields as columns
  std::string text;        ///< the line (all of them, when quotes hold line ends) as it is written
  std::uint64_t line = 0;  ///< where it begins, from 1
  Place behind;
};

/// Makes records of lines, in such a way that a broken record costs no other: when a quote runs over line ends into what does
/// not have the right number of fields, or does not end within 1 MiB or 1,000 lines, its first line alone is the fault, and reading goes on at
/// the second. One thread.
class CsvRecords {
 public:
  using OnRecord = std::function<bool(CsvRecord&& record)>;
  /// No event may be larger (ingestion.event_bytes).
  static constexpr std::size_t kMaxRecordBytes = 1UL << 20U;

  CsvRecords(char separator, std::size_t columns)
      : separator_(separator), reader_(separator), columns_(columns) {}

  /// The records that end with this line. False when `on_record` wants no more.
  bool take(const Line& line, const OnRecord& on_record);
  /// What was left open at the end of the file.
  bool finish(const OnRecord& on_record);

 private:
  struct Held {
    std::string text;
    std::uint64_t number;
    Place behind;
  };
  bool read_waiting(const OnRecord& on_record);
  bool read(Held line, const OnRecord& on_record);
  bool give(std::vector<CsvReader::Record> records, const OnRecord& on_record);
  bool refuse_first(const OnRecord& on_record);
  std::string count_fault(std::size_t fields) const;

  const char separator_;
  CsvReader reader_;
  const std::size_t columns_;
  std::deque<Held> waiting_;  ///< lines to read
  std::deque<Held> open_;     ///< the lines of the record that has not ended
  std::size_t open_bytes_ = 0;
};

/// The separator of a heading: comma, semicolon, tab or bar, whichever it has most of outside quotes.
char find_separator(std::string_view heading);

}  // namespace bellwether::importer
