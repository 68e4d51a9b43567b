#include <fmt/format.h>

#include "base/utf8.hpp"
#include "importer/csv_records.hpp"
#include "importer/exported_event.hpp"
#include "importer/file_bytes.hpp"
#include "importer/line_reader.hpp"
#include "importer/source.hpp"

namespace bellwether::importer {

namespace {

/// Types are found within this much of the file, so that a column without values does not make it be read twice.
constexpr std::uint64_t kBytesForTypes = 256UL << 20U;

struct Heading {
  std::vector<std::string> names;
  char separator = ',';
};

Result<Heading> parse_heading(const std::string& file, std::string_view line) {
  Heading heading{.names = {}, .separator = find_separator(line)};
  CsvReader reader(heading.separator);
  const auto records = reader.take(fmt::format("{}\n", line));
  if (records.size() != 1) return fail(fmt::format("{}: its first line is no heading", file));
  for (const auto& name : records[0]) heading.names.push_back(name.value_or(""));
  return heading;
}

/// The first line that is not blank.
Result<Heading> read_heading(const std::string& file, LineReader& lines) {
  for (Line line; TRY(lines.next(line));) {
    if (line.text.starts_with("\xff\xfe") || line.text.starts_with("\xfe\xff"))
      return fail(fmt::format("{} is UTF-16; save it as UTF-8", file));
    if (!is_utf8(line.text)) return fail(fmt::format("{}: its heading {}", file, kNotUtf8));
    if (line.text.find_first_not_of(" \t\r") != std::string_view::npos) return parse_heading(file, line.text);
  }
  return fail(fmt::format("{} is empty: its first line names the columns", file));
}

struct Table {
  Heading heading;
  std::vector<ColumnType> types;
};

/// Reads the heading, and as much behind it as shows what the columns hold.
Result<Table> look_into(const std::string& file, bool decimal_comma) {
  const auto bytes = TRY(FileBytes::open(file));
  LineReader lines(*bytes, CsvRecords::kMaxRecordBytes);
  Heading heading = TRY(read_heading(file, lines));
  TypeGuess guess(heading.names.size(), decimal_comma);
  CsvRecords records(heading.separator, heading.names.size());
  const auto take = [&](const CsvRecord& record) {
    if (record.fault.empty()) guess.take(record.fields);
    return !guess.decided() && record.behind.bytes < kBytesForTypes;
  };
  // A file that is damaged further on is imported until there.
  for (Line line; lines.next(line).value_or(false);) {
    if (!records.take(line, take)) break;
  }
  return Table{std::move(heading), guess.types()};
}

std::vector<Cell> cells_of(CsvReader::Record&& fields) {
  std::vector<Cell> cells(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i]) cells[i] = {Cell::Kind::kText, *std::move(fields[i])};
  }
  return cells;
}

class CsvSource final : public Source {
 public:
  CsvSource(std::string file, std::unique_ptr<FileBytes> bytes, RowReader rows)
      : file_(std::move(file)), bytes_(std::move(bytes)), rows_(std::move(rows)) {}

  Result<void> read(const Position& from, const OnRecord& on_record) override {
    LineReader lines(*bytes_, CsvRecords::kMaxRecordBytes);
    const Heading heading = TRY(read_heading(file_, lines));
    TRY(lines.skip_to(from.place));
    Position at = from.place.bytes > 0 ? from : Position();
    CsvRecords records(heading.separator, heading.names.size());
    const auto take = [&](CsvRecord&& record) {
      at = {at.records + 1, record.behind};
      return at.records <= from.records || on_record(record_of(std::move(record), at));
    };
    for (Line line; TRY(lines.next(line));) {
      if (!records.take(line, take)) return {};
    }
    records.finish(take);
    return {};
  }
  std::uint64_t done() const override { return bytes_->position(); }
  std::uint64_t whole() const override { return bytes_->size(); }

 private:
  Record record_of(CsvRecord&& row, const Position& at) const {
    Event event = std::unexpected(Fault{"", std::move(row.fault)});
    if (!is_utf8(row.text)) {
      event = not_utf8();
    } else if (event.error().message.empty()) {
      event = rows_.event_of(cells_of(std::move(row.fields)), made_insert_id(row.text, at.records));
    }
    return make_record(row.line, std::move(event), row.text, at);
  }

  const std::string file_;
  const std::unique_ptr<FileBytes> bytes_;
  const RowReader rows_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_csv(const std::string& file, const TableOptions& options) {
  Table table = TRY(look_into(file, options.decimal_comma));
  auto rows = RowReader::make(options, std::move(table.heading.names), std::move(table.types));
  if (!rows) return fail(fmt::format("{}: {}", file, rows.error().message));
  return std::make_unique<CsvSource>(file, TRY(FileBytes::open(file)), *std::move(rows));
}

}  // namespace bellwether::importer
