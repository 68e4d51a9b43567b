#include "events/impl/part_check.hpp"

#include <algorithm>
#include <filesystem>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "events/sql.hpp"

namespace bellwether::events::impl {

namespace {

namespace fs = std::filesystem;

struct Part {
  std::string name;
  std::string folder;
  std::uintmax_t bytes = 0;
  std::int64_t last_block = 0;
};

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const std::size_t end = line.find('\t');
    fields.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

std::vector<Part> read_parts(std::string_view rows) {
  std::vector<Part> parts;
  for (std::size_t end = rows.find('\n'); end != std::string_view::npos; end = rows.find('\n')) {
    const auto fields = fields_of(rows.substr(0, end));
    rows.remove_prefix(end + 1);
    if (fields.size() != 4) continue;
    parts.push_back({std::string(fields[0]), std::string(fields[1]),
                     static_cast<std::uintmax_t>(parse_integer(fields[2]).value_or(0)),
                     parse_integer(fields[3]).value_or(0)});
  }
  return parts;
}

}  // namespace

std::optional<std::string> inserted_table(std::string_view statement) {
  constexpr std::string_view kBegin = "INSERT INTO bellwether.";
  const std::size_t begin = statement.find(kBegin);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view rest = statement.substr(begin + kBegin.size());
  return std::string(rest.substr(0, rest.find_first_of(" (\n")));
}

bool is_whole(const std::string& folder, std::uintmax_t bytes) {
  std::error_code gone;
  std::uintmax_t found = 0;
  for (fs::directory_iterator file(folder, gone), end; !gone && file != end; file.increment(gone)) {
    std::error_code unknown;
    const std::uintmax_t size = file->file_size(unknown);
    if (!unknown) found += size;
  }
  return gone || found >= bytes;
}

PartCheck::Table& PartCheck::table_of(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  return tables_[name];
}

std::expected<void, EngineError> PartCheck::watch(
    const std::string& table, const Run& run,
    const std::function<std::expected<void, EngineError>()>& insert) {
  Table& watched = table_of(table);
  const std::scoped_lock lock(watched.mutex);
  const auto new_parts = [&](std::int64_t after) -> std::expected<std::vector<Part>, EngineError> {
    const std::string rows =
        TRY(run(sql::kListNewParts, Parameters().add("table", table).add("after", after), "TabSeparatedRaw"));
    return read_parts(rows);
  };
  if (!watched.last_block) {
    std::int64_t last = 0;
    for (const Part& part : TRY(new_parts(-1))) last = std::max(last, part.last_block);
    watched.last_block = last;
  }
  TRY(insert());
  bool whole = true;
  for (const Part& part : TRY(new_parts(*watched.last_block))) {
    watched.last_block = std::max(*watched.last_block, part.last_block);
    if (is_whole(part.folder, part.bytes)) continue;
    whole = false;
    log::error("the event engine could not write all of a part; its rows are refused",
               {{"table", table}, {"part", part.name}});
    std::ignore = run(fmt::format("ALTER TABLE bellwether.{} DROP PART '{}'", table, part.name), {}, "Null");
  }
  if (whole) return {};
  return std::unexpected(
      EngineError{EngineError::Kind::kUnavailable, 0,
                  "the event engine could not write all rows: is there room on its disk?"});
}

std::expected<void, EngineError> PartCheck::heal(const Run& run) {
  const std::string tables = TRY(run(sql::kListMergedTables, {}, "TabSeparatedRaw"));
  for (std::string_view rest = tables; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
    const std::string table(rest.substr(0, rest.find('\n')));
    const std::scoped_lock lock(table_of(table).mutex);
    const std::string rows =
        TRY(run(sql::kListRecentParts, Parameters().add("table", table), "TabSeparatedRaw"));
    const auto parts = read_parts(rows);
    const auto damaged =
        std::ranges::find_if(parts, [](const Part& part) { return !is_whole(part.folder, part.bytes); });
    if (damaged == parts.end()) continue;
    log::error(
        "the event engine could not write all of a merged part; the parts that it merged are taken back",
        {{"table", table}, {"part", damaged->name}});
    std::ignore = TRY(run(fmt::format("DETACH TABLE bellwether.{}", table), {}, "Null"));
    std::ignore = TRY(run(fmt::format("ATTACH TABLE bellwether.{}", table), {}, "Null"));
  }
  return {};
}

}  // namespace bellwether::events::impl
