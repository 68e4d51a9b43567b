#include "publisher/upload.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/csv_reader.hpp"
#include "base/json_writer.hpp"
#include "base/utf8.hpp"
#include "publisher/sql.hpp"

namespace bellwether::publisher {

namespace {

constexpr std::size_t kMaxId = 255;
constexpr std::size_t kInsertBytes = 8UL << 20U;
constexpr std::array<std::string_view, 3> kHeadings{"distinct_id", "$distinct_id", "mixpanel_distinct_id"};

/// What is held as records at once.
constexpr std::size_t kPieceBytes = 64UL << 10U;

}  // namespace

std::expected<std::vector<std::string>, std::string> read_id_list(std::string_view csv) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (csv.starts_with(kByteOrderMark)) csv.remove_prefix(kByteOrderMark.size());
  if (!is_utf8(csv)) return std::unexpected("the list is not UTF-8");
  std::vector<std::string> ids;
  std::size_t record = 0;
  const auto take = [&](std::vector<CsvReader::Record> records) -> std::expected<void, std::string> {
    for (CsvReader::Record& fields : records) {
      ++record;
      if (!fields[0] || fields[0]->empty()) continue;
      if (record == 1 && std::ranges::find(kHeadings, *fields[0]) != kHeadings.end()) continue;
      if (fields[0]->size() > kMaxId)
        return std::unexpected(fmt::format("record {}: an id has at most {} bytes", record, kMaxId));
      ids.push_back(*std::move(fields[0]));
    }
    return {};
  };
  CsvReader reader;
  for (std::size_t at = 0; at < csv.size(); at += kPieceBytes) {
    if (auto taken = take(reader.take(csv.substr(at, kPieceBytes))); !taken)
      return std::unexpected(taken.error());
  }
  auto last = reader.finish();
  if (!last) return std::unexpected(fmt::format("record {}: the quote does not end", record + 1));
  if (auto taken = take(*std::move(last)); !taken) return std::unexpected(taken.error());
  return ids;
}

std::expected<void, events::EngineError> store_id_list(events::Engine& engine, const std::string& project_id,
                                                       const std::string& upload,
                                                       const std::vector<std::string>& ids) {
  std::string rows;
  const auto flush = [&]() -> std::expected<void, events::EngineError> {
    if (rows.empty()) return {};
    auto stored = engine.insert(sql::kInsertStaticMembers, rows, {});
    rows.clear();
    return stored;
  };
  for (const std::string& id : ids) {
    JsonWriter json(rows);
    json.begin_object().key("project_id").value(project_id).key("upload").value(upload);
    json.key("distinct_id").value(id).end_object();
    rows += '\n';
    if (rows.size() < kInsertBytes) continue;
    if (auto stored = flush(); !stored) return stored;
  }
  return flush();
}

}  // namespace bellwether::publisher
