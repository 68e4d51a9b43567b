#include <filesystem>
#include <set>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <simdjson.h>

#include "base/encoding.hpp"
#include "base/line_splitter.hpp"
#include "base/temporary_folder.hpp"
#include "base/utf8.hpp"
#include "importer/exported_event.hpp"
#include "importer/source.hpp"
#include "importer/sql.hpp"

namespace bellwether::importer {

namespace {

namespace ondemand = simdjson::ondemand;

constexpr Millis kWithin = std::chrono::hours(12);

/// A name for a file without the characters that the engine takes for a pattern (`*`, `?`, `{a,b}`), which it
/// knows no way to escape: a link in a folder of its own.
class LiteralName {
 public:
  explicit LiteralName(const std::string& file)
      : folder_("bellwether-import"), path_(folder_.path() + "/table.parquet") {
    std::filesystem::create_symlink(std::filesystem::absolute(file), path_, failed_);
  }
  const std::string& path() const { return path_; }
  const std::error_code& failed() const { return failed_; }

 private:
  TemporaryFolder folder_;
  std::string path_;
  std::error_code failed_;
};

/// How a column's value comes out of the engine.
enum class Timestamps : std::uint8_t { kNone, kUtc, kLocal };

struct Columns {
  std::vector<std::string> names;
  std::vector<Timestamps> timestamps;
};

/// "2026-11-20 10:00:00.123000" as ISO 8601, which says UTC where the file does.
std::string iso8601(std::string text, Timestamps kind) {
  if (const std::size_t blank = text.find(' '); blank != std::string::npos) text[blank] = 'T';
  if (kind == Timestamps::kUtc) text += 'Z';
  return text;
}

std::optional<Cell> cell_of(ondemand::value value, Timestamps kind) {
  switch (value.type().value_unsafe()) {
    case ondemand::json_type::null:
      return Cell{};
    case ondemand::json_type::string: {
      std::string_view text;
      if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
      return Cell{Cell::Kind::kText,
                  kind == Timestamps::kNone ? std::string(text) : iso8601(std::string(text), kind)};
    }
    default: {
      std::string_view raw;
      if (simdjson::to_json_string(value).get(raw) != simdjson::SUCCESS) return std::nullopt;
      return Cell{Cell::Kind::kJson, std::string(trim(raw))};
    }
  }
}

/// A row as the engine writes it: an object with all columns in their order.
std::optional<std::vector<Cell>> cells_of(std::string_view row, const Columns& columns) {
  static thread_local ondemand::parser parser;
  const simdjson::padded_string text(row);
  ondemand::document document;
  ondemand::object object;
  if (parser.iterate(text).get(document) != simdjson::SUCCESS ||
      document.get_object().get(object) != simdjson::SUCCESS)
    return std::nullopt;
  std::vector<Cell> cells;
  cells.reserve(columns.names.size());
  for (auto field : object) {
    ondemand::value value;
    if (field.value().get(value) != simdjson::SUCCESS || cells.size() == columns.names.size())
      return std::nullopt;
    auto cell = cell_of(value, columns.timestamps[cells.size()]);
    if (!cell) return std::nullopt;
    cells.push_back(*std::move(cell));
  }
  if (cells.size() != columns.names.size()) return std::nullopt;
  return cells;
}

class ParquetSource final : public Source {
 public:
  ParquetSource(std::unique_ptr<LiteralName> name, std::shared_ptr<events::Engine> engine,
                std::uint64_t count, Columns columns, RowReader rows)
      : name_(std::move(name)),
        engine_(std::move(engine)),
        count_(count),
        columns_(std::move(columns)),
        rows_(std::move(rows)) {}

  Result<void> read(const Position& from, const OnRecord& on_record) override {
    LineSplitter lines;
    done_ = 0;
    Position at;
    Result<void> unchanged;
    const auto take = [&](std::string_view row) {
      if (row.empty()) return true;
      at.records = ++done_;
      at.place.move_behind(row);
      if (at.records == from.records) unchanged = check_unchanged(at.place, from.place);
      if (at.records <= from.records) return unchanged.has_value();
      return on_record(record_of(row, at));
    };
    const auto read = engine_->stream(sql::kReadRows, parameters(), "JSONEachRow", {.timeout = kWithin},
                                      [&](std::string_view piece) { return lines.take(piece, take); });
    if (!read) return fail(read.error().message);
    return unchanged;
  }
  std::uint64_t done() const override { return done_; }
  std::uint64_t whole() const override { return count_; }

 private:
  events::Parameters parameters() const { return events::Parameters().add("file", name_->path()); }

  Record record_of(std::string_view row, const Position& at) const {
    // Parquet's binary columns are any bytes.
    const std::string text = is_utf8(row) ? std::string(row) : repair_utf8(row).text;
    const auto cells = cells_of(text, columns_);
    return make_record(0,
                       cells ? rows_.event_of(*cells, made_insert_id(row, at.records))
                             : std::unexpected(Fault{"", "the row cannot be read"}),
                       text, at);
  }

  const std::unique_ptr<LiteralName> name_;
  const std::shared_ptr<events::Engine> engine_;
  const std::uint64_t count_;
  const Columns columns_;
  const RowReader rows_;
  std::uint64_t done_ = 0;
};

/// The objects of JSONEachRow.
std::vector<boost::json::object> rows_of(std::string_view result) {
  std::vector<boost::json::object> rows;
  LineSplitter lines;
  lines.take(result, [&](std::string_view row) {
    rows.push_back(boost::json::parse(row).as_object());
    return true;
  });
  return rows;
}

bool is_timestamp(std::string_view type) {
  constexpr std::string_view kNullable = "Nullable(";
  if (type.starts_with(kNullable)) type.remove_prefix(kNullable.size());
  return type.starts_with("DateTime");
}

std::expected<Columns, events::EngineError> read_columns(events::Engine& engine,
                                                         const events::Parameters& parameters) {
  const std::string local_times =
      TRY(engine.run(sql::kFindLocalTimes, parameters, "JSONEachRow", {.timeout = kWithin}));
  const std::string described =
      TRY(engine.run(sql::kReadColumns, parameters, "JSONEachRow", {.timeout = kWithin}));
  std::set<std::string> local;
  for (const auto& row : rows_of(local_times)) local.emplace(row.at("name").as_string());
  Columns columns;
  for (const auto& row : rows_of(described)) {
    const std::string name(row.at("name").as_string());
    const Timestamps timestamps = local.contains(name) ? Timestamps::kLocal : Timestamps::kUtc;
    columns.names.push_back(name);
    columns.timestamps.push_back(is_timestamp(row.at("type").as_string()) ? timestamps : Timestamps::kNone);
  }
  return columns;
}

}  // namespace

Result<std::unique_ptr<Source>> open_parquet(const std::string& file, const TableOptions& options,
                                             std::shared_ptr<events::Engine> engine) {
  auto name = std::make_unique<LiteralName>(file);
  if (name->failed()) return fail(fmt::format("{} cannot be linked to: {}", file, name->failed().message()));
  const auto parameters = events::Parameters().add("file", name->path());
  const auto rows = engine->run(sql::kCountRows, parameters, "TabSeparated", {.timeout = kWithin});
  if (!rows) return fail(fmt::format("{} cannot be read: {}", file, rows.error().message));
  auto columns = read_columns(*engine, parameters);
  if (!columns) return fail(fmt::format("{} cannot be read: {}", file, columns.error().message));
  const auto count = static_cast<std::uint64_t>(parse_integer(trim(*rows)).value_or(0));
  auto reader =
      RowReader::make(options, columns->names, std::vector(columns->names.size(), ColumnType::kText));
  if (!reader) return fail(fmt::format("{}: {}", file, reader.error().message));
  return std::make_unique<ParquetSource>(std::move(name), std::move(engine), count, *std::move(columns),
                                         *std::move(reader));
}

}  // namespace bellwether::importer
