#include "importer/answer.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace bellwether::importer {

namespace {

namespace json = boost::json;

const json::value* member_of(const json::value& object, std::string_view key) {
  return object.is_object() ? object.get_object().if_contains(key) : nullptr;
}

std::string text_at(const json::value& object, std::string_view key) {
  const json::value* value = member_of(object, key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

/// An integer from 0 to `most`.
std::optional<std::size_t> count_at(const json::value& object, std::string_view key, std::size_t most) {
  const json::value* value = member_of(object, key);
  const std::int64_t* number = value == nullptr ? nullptr : value->if_int64();
  if (number == nullptr || *number < 0 || static_cast<std::uint64_t>(*number) > most) return std::nullopt;
  return static_cast<std::size_t>(*number);
}

}  // namespace

Result<ImportAnswer> parse_import_answer(std::string_view body, std::size_t records) {
  boost::system::error_code wrong;
  const json::value parsed = json::parse(body, wrong);
  if (wrong || !parsed.is_object()) return fail("it is not a JSON object");
  const auto imported = count_at(parsed, "num_records_imported", records);
  if (!imported)
    return fail(
        fmt::format("num_records_imported is not an integer from 0 to {}, the records sent", records));
  ImportAnswer answer{.imported = *imported, .failures = {}};
  const json::value* failed = member_of(parsed, "failed_records");
  if (failed == nullptr) return answer;
  if (!failed->is_array()) return fail("failed_records is not an array");
  std::vector<bool> seen(records, false);
  for (const json::value& record : failed->get_array()) {
    const auto index = count_at(record, "index", records);
    if (!index || *index == records || seen[*index])
      return fail("failed_records has an index that no record has, or one twice");
    seen[*index] = true;
    answer.failures.push_back({*index, text_at(record, "field"), text_at(record, "message")});
  }
  if (answer.imported + answer.failures.size() > records)
    return fail("it counts more records than were sent");
  return answer;
}

std::string import_error(std::string_view body) {
  boost::system::error_code wrong;
  const json::value parsed = json::parse(body, wrong);
  return wrong ? "" : text_at(parsed, "error");
}

}  // namespace bellwether::importer
