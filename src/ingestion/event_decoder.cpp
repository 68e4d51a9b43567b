#include "ingestion/event_decoder.hpp"

#include <cmath>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/encoding.hpp"
#include "base/json_writer.hpp"
#include "base/random_key.hpp"

namespace bellwether::ingestion {

namespace {

namespace dom = simdjson::dom;

/// 10^11 seconds are the year 5138, 10^11 milliseconds March 1973.
constexpr double kFirstMilliseconds = 1e11;
/// The engine's times begin with 1900 and end with 2299; nothing earlier than 1971 is an event's time.
constexpr double kFirstSecond = 31'536'000;
constexpr std::size_t kReadAtOnce = 16UL << 20U;

struct Refused {
  std::string field;
  std::string message;
};

/// A string, or an integer's digits.
std::optional<std::string> id_text(dom::element value) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  if (value.is_int64() || value.is_uint64()) return simdjson::to_string(value);
  return std::nullopt;
}

/// What of an event's properties is not a property: it becomes a column, or says whose it is.
struct Head {
  std::string token;
  std::optional<dom::element> time;
  std::string distinct_id;
  std::string device_id;
  std::string user_id;
  std::string insert_id;
  std::string identified_id;
  std::string anonymous_id;
  std::string alias;

  /// True when the key is a column and not kept among the properties.
  bool take(std::string_view key, dom::element value) {
    if (key == "time") {
      time = value;
      return true;
    }
    if (key == "token") return text(token, value);
    if (key == "distinct_id") return text(distinct_id, value);
    if (key == "$insert_id") return text(insert_id, value);
    if (key == "$device_id") return text(device_id, value), false;
    if (key == "$user_id") return text(user_id, value), false;
    if (key == "$identified_id") return text(identified_id, value), false;
    if (key == "$anon_id") return text(anonymous_id, value), false;
    if (key == "alias") return text(alias, value), false;
    return false;
  }

  std::string who() const {
    if (!distinct_id.empty()) return distinct_id;
    if (!user_id.empty()) return user_id;
    return device_id.empty() ? "" : "$device:" + device_id;
  }

 private:
  static bool text(std::string& place, dom::element value) {
    place = id_text(value).value_or("");
    return true;
  }
};

class Decoder {
 public:
  Decoder(const EventSource& source, EventBatch& batch) : source_(source), batch_(batch) {}

  void take(dom::element record) {
    const std::size_t index = index_++;
    Head head;
    if (const auto refused = event(record, head)) {
      batch_.failed.push_back({index, head.insert_id, refused->field, refused->message});
    } else {
      ++batch_.events;
    }
  }

  void refuse(std::string message) { batch_.failed.push_back({index_++, "", "", std::move(message)}); }
  std::size_t seen() const { return index_; }

 private:
  std::optional<Refused> event(dom::element record, Head& head) {
    dom::object object;
    if (record.get(object) != simdjson::SUCCESS) return Refused{"", "an event must be a JSON object"};
    std::string_view name;
    if (object["event"].get(name) != simdjson::SUCCESS || name.empty())
      return Refused{"event", "'event' is invalid: must be a name, not missing or empty"};
    if (name.size() > source_.limits.name_bytes) {
      return Refused{"event", fmt::format("'event' is invalid: must not be longer than {} bytes",
                                          source_.limits.name_bytes)};
    }
    dom::object properties;
    if (object["properties"].get(properties) != simdjson::SUCCESS)
      return Refused{"properties", "'properties' is invalid: must be a JSON object"};
    properties_.clear();
    if (auto refused = read_properties(properties, head)) return refused;
    return write(name, head);
  }

  std::optional<Refused> read_properties(dom::object properties, Head& head) {
    std::size_t count = 0;
    properties_ += '{';
    for (const auto& [key, value] : properties) {
      if (++count > source_.limits.properties) {
        return Refused{"properties",
                       fmt::format("'properties' is invalid: must not hold more than {} properties",
                                   source_.limits.properties)};
      }
      if (head.take(key, value)) continue;
      if (properties_.size() > 1) properties_ += ',';
      append_json_string(properties_, key);
      properties_ += ':';
      properties_ += simdjson::minify(value);
      if (properties_.size() > source_.limits.event_bytes) {
        return Refused{"properties",
                       fmt::format("the event is larger than {} bytes", source_.limits.event_bytes)};
      }
    }
    properties_ += '}';
    return std::nullopt;
  }

  std::optional<Refused> write(std::string_view name, Head& head) {
    std::string project_id = source_.project_id;
    if (source_.project_of_token) {
      auto found = source_.project_of_token(head.token);
      if (!found) {
        return Refused{"properties.token", head.token.empty() ? "'properties.token' is missing"
                                                              : "'properties.token' is no project's token"};
      }
      project_id = std::move(*found);
    }
    Timestamp at = source_.now;
    if (auto refused = read_time(head, at)) return refused;
    const std::string who = head.who();
    if (who.empty() && source_.strict)
      return Refused{"properties.distinct_id", "'properties.distinct_id' is invalid: must not be missing"};
    if (auto refused = check_insert_id(head)) return refused;
    append_row(project_id, name, who, at, head);
    note_links(project_id, name, head);
    return std::nullopt;
  }

  std::optional<Refused> read_time(const Head& head, Timestamp& at) const {
    if (!head.time && !source_.strict) return std::nullopt;
    double number = 0;
    const bool is_number = head.time && head.time->get(number) == simdjson::SUCCESS;
    const auto read = is_number ? read_event_time(number) : std::nullopt;
    if (!read) {
      return Refused{"properties.time",
                     "'properties.time' is invalid: must be seconds or milliseconds since 1970, in UTC"};
    }
    at = std::min(*read, source_.now);
    return std::nullopt;
  }

  std::optional<Refused> check_insert_id(Head& head) const {
    if (head.insert_id.empty()) {
      if (source_.strict)
        return Refused{"properties.$insert_id", "'properties.$insert_id' is invalid: must not be missing"};
      head.insert_id = random_key();
    }
    if (head.insert_id.size() <= source_.limits.insert_id_bytes || !source_.strict) return std::nullopt;
    return Refused{"properties.$insert_id",
                   fmt::format("'properties.$insert_id' is invalid: must not be longer than "
                               "{} bytes",
                               source_.limits.insert_id_bytes)};
  }

  void append_row(std::string_view project_id, std::string_view name, std::string_view who, Timestamp at,
                  const Head& head) {
    JsonWriter json(batch_.rows);
    json.begin_object().key("project_id").value(project_id).key("event").value(name);
    json.key("distinct_id").value(who).key("time").value(to_unix_ms(at));
    json.key("insert_id").value(head.insert_id).key("properties").raw(properties_);
    json.key("received_at").value(to_unix_ms(source_.now)).end_object();
    batch_.rows += '\n';
  }

  void note_links(const std::string& project_id, std::string_view name, const Head& head) {
    const auto link = [&](const std::string& alias, const std::string& person) {
      if (!alias.empty() && !person.empty() && alias != person)
        batch_.links.push_back({project_id, alias, person});
    };
    if (name == "$identify") {
      link(head.anonymous_id, head.identified_id.empty() ? head.who() : head.identified_id);
    } else if (name == "$create_alias") {
      link(head.alias, head.who());
    } else if (!head.device_id.empty() && !head.user_id.empty()) {
      link(head.device_id, head.user_id);
      link("$device:" + head.device_id, head.user_id);
    }
  }

  const EventSource& source_;
  EventBatch& batch_;
  std::string properties_;
  std::size_t index_ = 0;
};

std::string too_many(const EventSource& source) {
  return fmt::format("a request must not hold more than {} events", source.limits.events);
}

/// The parser's buffers grow to its largest message; one that was very large is not kept.
dom::parser& parser_for(std::size_t bytes) {
  thread_local dom::parser parser;
  if (bytes < kReadAtOnce && parser.capacity() > kReadAtOnce) parser = dom::parser();
  return parser;
}

std::expected<void, std::string> decode_lines(std::string_view body, const EventSource& source,
                                              Decoder& decoder) {
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    const std::string_view line = trim(body.substr(0, end));
    body.remove_prefix(std::min(end + 1, body.size()));
    if (line.empty()) continue;
    if (decoder.seen() >= source.limits.events) return std::unexpected(too_many(source));
    dom::element record;
    const auto code = parser_for(line.size()).parse(line.data(), line.size(), true).get(record);
    if (code == simdjson::SUCCESS) {
      decoder.take(record);
    } else {
      decoder.refuse(fmt::format("not JSON: {}", simdjson::error_message(code)));
    }
  }
  return {};
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
  Decoder decoder(source, batch);
  const std::string_view text = trim(body);
  if (text.empty()) return std::unexpected("there is no event in the request");
  dom::element document;
  const auto code = parser_for(text.size()).parse(text.data(), text.size(), true).get(document);
  if (code != simdjson::SUCCESS) {
    if (!text.starts_with('{') || text.find('\n') == std::string_view::npos)
      return std::unexpected(fmt::format("the body is not JSON: {}", simdjson::error_message(code)));
    if (auto read = decode_lines(text, source, decoder); !read) return std::unexpected(read.error());
    return batch;
  }
  dom::array records;
  if (document.get(records) != simdjson::SUCCESS) {
    decoder.take(document);
    return batch;
  }
  if (records.size() > source.limits.events) return std::unexpected(too_many(source));
  for (const dom::element record : records) decoder.take(record);
  return batch;
}

}  // namespace bellwether::ingestion
