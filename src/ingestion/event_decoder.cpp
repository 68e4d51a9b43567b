#include "ingestion/event_decoder.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/encoding.hpp"
#include "base/utf8.hpp"
#include "ingestion/impl/event_reader.hpp"
#include "ingestion/json_repair.hpp"
#include "ingestion/record_splitter.hpp"

namespace bellwether::ingestion {

namespace {

namespace dom = simdjson::dom;
using impl::EventReader;

/// 10^11 seconds are the year 5138, 10^11 milliseconds March 1973.
constexpr double kFirstMilliseconds = 1e11;
/// The engine's times begin with 1900 and end with 2299; nothing earlier than 1971 is an event's time.
constexpr double kFirstSecond = 31'536'000;
/// A larger body is parsed record by record: a parsed document is up to eight times as large as its text.
constexpr std::size_t kParsedWhole = 4UL << 20U;

std::string too_many(const EventSource& source) {
  return fmt::format("a request must not hold more than {} events", source.limits.events);
}

simdjson::simdjson_result<dom::element> parse(std::string_view text) {
  thread_local dom::parser parser;
  return parser.parse(text.data(), text.size(), true);
}

/// Larger than any record that is taken, blanks between its values included.
bool is_too_large(std::string_view record, const EventSource& source) {
  return record.size() > std::min(2 * source.limits.event_bytes, kParsedWhole);
}

void decode_record(std::string_view text, std::size_t lost, const EventSource& source, EventReader& reader) {
  if (is_too_large(text, source)) {
    return reader.reject(Reason::kLimit,
                         fmt::format("the event is larger than {} bytes", source.limits.event_bytes), text);
  }
  dom::element record;
  auto code = parse(text).get(record);
  if (code == simdjson::SUCCESS) return reader.take(record, lost, text);
  if (code == simdjson::DEPTH_ERROR) {
    return reader.reject(Reason::kLimit,
                         fmt::format("'properties' is invalid: must not nest more than {} arrays and objects",
                                     source.limits.shape.depth),
                         text);
  }
  const RepairedJson repaired = repair_json(text);
  code = parse(repaired.text).get(record);
  if (code == simdjson::SUCCESS) return reader.take(record, repaired.changed + lost, text);
  reader.reject(Reason::kJson, fmt::format("not JSON: {}", simdjson::error_message(code)), text);
}

/// Each record parsed by itself.
std::expected<void, std::string> decode_records(std::string_view body, bool lost, const EventSource& source,
                                                EventReader& reader) {
  bool full = false;
  const auto take = [&](std::string_view text) {
    full = reader.seen() >= source.limits.events;
    if (full) return false;
    const bool has_lost = lost && text.contains(kReplacementCharacter);
    decode_record(text, has_lost ? 1 : 0, source, reader);
    return true;
  };
  const auto split = split_records(body, take);
  if (full) return std::unexpected(too_many(source));
  if (!split) {
    if (reader.seen() == 0) return std::unexpected("the body is not JSON: " + split.error());
    reader.reject(Reason::kJson, "the rest of the body is not JSON: " + split.error(), "");
  }
  return {};
}

/// A body that is small enough to be parsed at once, which is fastest; false when it cannot be.
bool decode_whole(std::string_view body, const EventSource& source, EventReader& reader) {
  dom::element document;
  if (body.size() > kParsedWhole || parse(body).get(document) != simdjson::SUCCESS) return false;
  dom::array records;
  if (document.get(records) != simdjson::SUCCESS) {
    reader.take(document);
    return true;
  }
  if (records.size() > source.limits.events) return false;
  for (const dom::element record : records) reader.take(record);
  return true;
}

}  // namespace

std::optional<Timestamp> read_event_time(double number) {
  const double milliseconds = std::abs(number) < kFirstMilliseconds ? number * 1000 : number;
  constexpr double kYear2299 = 10'382'400'000'000;
  if (!(milliseconds >= kFirstSecond * 1000) || milliseconds > kYear2299) return std::nullopt;
  return from_unix_ms(static_cast<std::int64_t>(std::llround(milliseconds)));
}

std::expected<EventBatch, std::string> decode_events(std::string_view body, const EventSource& source) {
  EventBatch batch;
  batch.rows.reserve(body.size() + body.size() / 4);
  EventReader reader(source, batch);
  const std::string_view text = trim(body);
  if (text.empty()) return std::unexpected("there is no event in the request");
  if (decode_whole(text, source, reader)) return batch;
  std::expected<void, std::string> decoded;
  if (is_utf8(text)) {
    decoded = decode_records(text, false, source, reader);
  } else {
    const RepairedUtf8 repaired = repair_utf8(text);
    if (!repaired.lost && decode_whole(repaired.text, source, reader)) return batch;
    decoded = decode_records(repaired.text, repaired.lost, source, reader);
  }
  if (!decoded) return std::unexpected(std::move(decoded.error()));
  // One record that cannot be read as JSON at all: nobody meant an event by it.
  const bool unread = batch.events == 0 && batch.rejected.size() == 1 &&
                      batch.rejected[0].reason == Reason::kJson && !text.starts_with('[');
  if (unread) return std::unexpected("the body is not JSON: " + batch.rejected[0].message);
  return batch;
}

}  // namespace bellwether::ingestion
