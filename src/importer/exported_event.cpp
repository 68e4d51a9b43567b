#include "importer/exported_event.hpp"

#include <optional>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/encoding.hpp"
#include "base/utf8.hpp"
#include "importer/event_time.hpp"
#include "importer/json_nesting.hpp"

namespace bellwether::importer {

namespace {

namespace ondemand = simdjson::ondemand;

/// FNV-1a: the same on every machine.
std::uint64_t digest(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

/// `text` on one line, as NDJSON needs it. No value when it is not one object by its braces.
std::optional<std::string> on_one_line(std::string_view text) {
  if (!trim(text).starts_with('{')) return std::nullopt;
  std::string line(trim(text));
  JsonNesting nesting;
  for (char& c : line) {
    nesting.take(c);
    if (nesting.depth() == 0) return &c == &line.back() ? std::optional(std::move(line)) : std::nullopt;
    if (c != '\n' && c != '\r') continue;
    if (nesting.in_string()) return std::nullopt;
    c = ' ';
  }
  return std::nullopt;
}

/// Where the parts of an event stand in its text.
struct Places {
  std::size_t properties = 0;  ///< behind their opening brace
  bool empty = true;           ///< they are
  bool has_insert_id = false;
  std::size_t time = 0;  ///< of its text with quotes; size 0: it is none
  std::size_t time_size = 0;
  std::string time_text;
};

std::optional<Places> find_places(const simdjson::padded_string& text) {
  static thread_local ondemand::parser parser;
  Places places;
  ondemand::document document;
  ondemand::object properties;
  if (parser.iterate(text).get(document) != simdjson::SUCCESS) return std::nullopt;
  if (document["properties"].get_object().get(properties) != simdjson::SUCCESS) return std::nullopt;
  std::string_view raw;
  if (properties.raw_json().get(raw) != simdjson::SUCCESS) return std::nullopt;
  places.properties = static_cast<std::size_t>(raw.data() - text.data()) + 1;
  if (properties.reset().error() != simdjson::SUCCESS) return std::nullopt;
  for (auto field : properties) {
    std::string_view key;
    ondemand::value value;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS || field.value().get(value) != simdjson::SUCCESS)
      return std::nullopt;
    places.empty = false;
    places.has_insert_id = places.has_insert_id || key == "$insert_id";
    if (key != "time" || value.type().value_unsafe() != ondemand::json_type::string) continue;
    const std::string_view token = trim(value.raw_json_token());
    std::string_view written;
    if (value.get_string().get(written) != simdjson::SUCCESS) return std::nullopt;
    places.time = static_cast<std::size_t>(token.data() - text.data());
    places.time_size = token.size();
    places.time_text = written;
  }
  return places;
}

}  // namespace

std::unexpected<Fault> not_utf8() {
  return std::unexpected(Fault{"", fmt::format("the record {}", kNotUtf8)});
}

std::string made_insert_id(std::string_view text, std::uint64_t record) {
  return fmt::format("{:016x}-{:x}", digest(text), record);
}

Event complete_event(std::string_view text, std::uint64_t record, const calendar::TimeZone& zone) {
  if (!is_utf8(text)) return not_utf8();
  auto event = on_one_line(text);
  if (!event)
    return std::unexpected(
        Fault{"", "it is not a JSON object; a file has one event a line, or an array of them"});
  const auto places = find_places(simdjson::padded_string(*event));
  if (!places) return *std::move(event);
  // From the back to the front: what stands before keeps its place.
  if (places->time_size > 0) {
    if (const auto time = parse_event_time(places->time_text, zone))
      event->replace(places->time, places->time_size, time_as_json(*time));
  }
  if (!places->has_insert_id)
    event->insert(places->properties, fmt::format("\"$insert_id\":\"{}\"{}", made_insert_id(text, record),
                                                  places->empty ? "" : ","));
  return *std::move(event);
}

Event exported_event(std::string_view text, std::uint64_t size, std::uint64_t record,
                     const calendar::TimeZone& zone) {
  if (size <= kMaxEventBytes) return complete_event(text, record, zone);
  return std::unexpected(
      Fault{"", fmt::format("a record of more than {} bytes is not sent", kMaxEventBytes)});
}

}  // namespace bellwether::importer
