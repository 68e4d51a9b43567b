#include "publisher/upload.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/json_writer.hpp"
#include "base/utf8.hpp"
#include "publisher/sql.hpp"

namespace bellwether::publisher {

namespace {

constexpr std::size_t kMaxId = 255;
constexpr std::size_t kInsertBytes = 8UL << 20U;
constexpr std::array<std::string_view, 3> kHeadings{"distinct_id", "$distinct_id", "mixpanel_distinct_id"};

/// Takes the first field of a record off `rest`, and the rest of the record. No value for a quote that does
/// not end.
std::optional<std::string> take_record(std::string_view& rest) {
  std::string field;
  if (rest.front() != '"') {
    const std::size_t end = std::min(rest.find_first_of(",\r\n"), rest.size());
    field = rest.substr(0, end);
    rest.remove_prefix(end);
  } else {
    rest.remove_prefix(1);
    for (;;) {
      const std::size_t quote = rest.find('"');
      if (quote == std::string_view::npos) return std::nullopt;
      field += rest.substr(0, quote);
      rest.remove_prefix(quote + 1);
      if (!rest.starts_with('"')) break;
      field += '"';
      rest.remove_prefix(1);
    }
  }
  bool quoted = false;
  while (!rest.empty() && (quoted || rest.front() != '\n')) {
    quoted = quoted != (rest.front() == '"');
    rest.remove_prefix(1);
  }
  if (!rest.empty()) rest.remove_prefix(1);
  return field;
}

}  // namespace

std::expected<std::vector<std::string>, std::string> read_id_list(std::string_view csv) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (csv.starts_with(kByteOrderMark)) csv.remove_prefix(kByteOrderMark.size());
  if (!is_utf8(csv)) return std::unexpected("the list is not UTF-8");
  std::vector<std::string> ids;
  for (std::size_t record = 1; !csv.empty(); ++record) {
    auto id = take_record(csv);
    if (!id) return std::unexpected(fmt::format("record {}: the quote does not end", record));
    if (id->empty()) continue;
    if (record == 1 && std::ranges::find(kHeadings, *id) != kHeadings.end()) continue;
    if (id->size() > kMaxId)
      return std::unexpected(fmt::format("record {}: an id has at most {} bytes", record, kMaxId));
    ids.push_back(std::move(*id));
  }
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
