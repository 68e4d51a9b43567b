#include "cli/import_source.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "cli/line_splitter.hpp"
#include "cli/sql.hpp"
#include "cli/temporary_folder.hpp"

namespace bellwether::cli {

namespace {

class LinesSource final : public ImportSource {
 public:
  LinesSource(std::string file, std::uint64_t bytes) : file_(std::move(file)), bytes_(bytes) {}

  Result<void> read(const ImportPosition& from, const OnEvent& on_event) override {
    std::ifstream stream(file_, std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(from.bytes));
    if (!stream) return fail(fmt::format("{} cannot be read", file_));
    ImportPosition at = from;
    for (std::string line; std::getline(stream, line);) {
      at.bytes += line.size() + (stream.eof() ? 0 : 1);
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      ++at.records;
      if (!on_event(complete_event(line, at.records), at)) return {};
    }
    if (stream.bad()) return fail(fmt::format("{} cannot be read to its end", file_));
    return {};
  }
  std::uint64_t done(const ImportPosition& at) const override { return at.bytes; }
  std::uint64_t whole() const override { return bytes_; }

 private:
  const std::string file_;
  const std::uint64_t bytes_;
};

/// A name for a file without the characters that the engine takes for a pattern (`*`, `?`, `{a,b}`), which it
/// knows no way to escape: a link in a folder of its own.
class LiteralName {
 public:
  LiteralName(const std::string& file, const char* end)
      : folder_("bellwether-import"), path_(folder_.path() + "/table" + end) {
    std::filesystem::create_symlink(std::filesystem::absolute(file), path_, failed_);
  }
  const std::string& path() const { return path_; }
  const std::error_code& failed() const { return failed_; }

 private:
  TemporaryFolder folder_;
  std::string path_;
  std::error_code failed_;
};

constexpr Millis kWithin = std::chrono::hours(12);

class TableSource final : public ImportSource {
 public:
  TableSource(std::unique_ptr<LiteralName> name, std::shared_ptr<events::Engine> engine,
              events::Parameters parameters, std::uint64_t rows, ImportColumns columns)
      : name_(std::move(name)),
        engine_(std::move(engine)),
        parameters_(std::move(parameters)),
        rows_(rows),
        columns_(std::move(columns)) {}

  Result<void> read(const ImportPosition& from, const OnEvent& on_event) override {
    LineSplitter lines;
    ImportPosition at;
    const auto take = [&](std::string_view row) {
      if (row.empty()) return true;
      ++at.records;
      return at.records <= from.records || on_event(event_of_row(row, at.records, columns_), at);
    };
    const auto done = engine_->stream(sql::kReadFile, parameters_, "JSONEachRow", {.timeout = kWithin},
                                      [&](std::string_view piece) { return lines.take(piece, take); });
    if (!done) return fail(done.error().message);
    return {};
  }
  std::uint64_t done(const ImportPosition& at) const override { return at.records; }
  std::uint64_t whole() const override { return rows_; }

 private:
  const std::unique_ptr<LiteralName> name_;
  const std::shared_ptr<events::Engine> engine_;
  const events::Parameters parameters_;
  const std::uint64_t rows_;
  const ImportColumns columns_;
};

}  // namespace

Result<std::unique_ptr<ImportSource>> open_import_source(
    const std::string& file, const ImportColumns& columns,
    const std::function<Result<std::shared_ptr<events::Engine>>()>& open_engine) {
  std::error_code missing;
  const auto bytes = std::filesystem::file_size(file, missing);
  if (missing) return fail(fmt::format("{} cannot be read: {}", file, missing.message()));
  const bool parquet = file.ends_with(".parquet");
  if (!parquet && !file.ends_with(".csv")) return std::make_unique<LinesSource>(file, bytes);
  const auto engine = TRY(open_engine());
  auto name = std::make_unique<LiteralName>(file, parquet ? ".parquet" : ".csv");
  if (name->failed()) return fail(fmt::format("{} cannot be linked to: {}", file, name->failed().message()));
  const auto parameters =
      events::Parameters().add("file", name->path()).add("format", parquet ? "Parquet" : "CSVWithNames");
  const auto rows = (engine)->run(sql::kCountFile, parameters, "TabSeparated", {.timeout = kWithin});
  if (!rows) return fail(fmt::format("{} cannot be read: {}", file, rows.error().message));
  const auto count = parse_integer(std::string_view(*rows).substr(0, rows->find('\n')));
  return std::make_unique<TableSource>(std::move(name), engine, parameters,
                                       static_cast<std::uint64_t>(count.value_or(0)), columns);
}

}  // namespace bellwether::cli
