#include "ingestion/event_decoder.hpp"

#include <cmath>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/encoding.hpp"
#include "base/json_writer.hpp"
#include "base/random_key.hpp"
#include "contract/json_text.hpp"
#include "ingestion/record_splitter.hpp"

namespace bellwether::ingestion {

namespace {

namespace dom = simdjson::dom;

/// 10^11 seconds are the year 5138, 10^11 milliseconds March 1973.
constexpr double kFirstMilliseconds = 1e11;
/// The engine's times begin with 1900 and end with 2299; nothing earlier than 1971 is an event's time.
constexpr double kFirstSecond = 31'536'000;
/// A larger body is parsed record by record: a parsed document is up to eight times as large as its text.
constexpr std::size_t kParsedWhole = 4UL << 20U;

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

/// Adds up the keys in `value`; says what in it is over a limit.
std::optional<std::string> misshape(dom::element value, const ShapeLimits& limits, std::size_t depth,
                                    std::size_t& keys) {
  dom::array array;
  dom::object object;
  const bool is_array = value.get(array) == simdjson::SUCCESS;
  if (!is_array && value.get(object) != simdjson::SUCCESS) return std::nullopt;
  if (depth == limits.depth)
    return fmt::format("must not nest more than {} arrays and objects", limits.depth);
  if (is_array) {
    for (const dom::element item : array) {
      if (auto wrong = misshape(item, limits, depth + 1, keys)) return wrong;
    }
    return std::nullopt;
  }
  for (const auto& [key, item] : object) {
    if (++keys > limits.keys)
      return fmt::format("must not hold more than {} properties, nested ones counted", limits.keys);
    if (key.size() > limits.key_bytes)
      return fmt::format("must not have names longer than {} bytes", limits.key_bytes);
    if (auto wrong = misshape(item, limits, depth + 1, keys)) return wrong;
  }
  return std::nullopt;
}

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
    const ShapeLimits& shape = source_.limits.shape;
    std::size_t count = 0;
    std::size_t keys = 0;
    properties_ += '{';
    for (const auto& [key, value] : properties) {
      if (++count > source_.limits.properties) {
        return Refused{"properties",
                       fmt::format("'properties' is invalid: must not hold more than {} properties",
                                   source_.limits.properties)};
      }
      if (key.size() > shape.key_bytes) {
        return Refused{"properties",
                       fmt::format("'properties' is invalid: must not have names longer than {} bytes",
                                   shape.key_bytes)};
      }
      ++keys;
      if (auto wrong = misshape(value, shape, 0, keys)) {
        const std::string field = fmt::format("properties.{}", for_message(key));
        return Refused{field, fmt::format("'{}' is invalid: {}", field, *wrong)};
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
    if (auto refused = check_ids(head)) return refused;
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

  std::optional<Refused> check_ids(const Head& head) const {
    const std::size_t most = source_.limits.id_bytes;
    const auto long_id = [&](std::string_view name, const std::string& id) -> std::optional<Refused> {
      if (id.size() <= most) return std::nullopt;
      const std::string field = fmt::format("properties.{}", name);
      return Refused{field, fmt::format("'{}' is invalid: must not be longer than {} bytes", field, most)};
    };
    for (const auto& [name, id] :
         {std::pair<std::string_view, const std::string&>("distinct_id", head.distinct_id),
          {"$device_id", head.device_id},
          {"$user_id", head.user_id},
          {"$identified_id", head.identified_id},
          {"$anon_id", head.anonymous_id},
          {"alias", head.alias},
          {"$insert_id", head.insert_id}}) {
      if (auto refused = long_id(name, id)) return refused;
    }
    return std::nullopt;
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

simdjson::simdjson_result<dom::element> parse(std::string_view text) {
  thread_local dom::parser parser;
  return parser.parse(text.data(), text.size(), true);
}

/// Larger than any record that is taken, blanks between its values included.
bool is_too_large(std::string_view record, const EventSource& source) {
  return record.size() > std::min(2 * source.limits.event_bytes, kParsedWhole);
}

std::string too_large(const EventSource& source) {
  return fmt::format("the event is larger than {} bytes", source.limits.event_bytes);
}

/// Whether text that the parser refuses is JSON all the same: it nests more deeply or has a larger number
/// than the parser takes. Then its record is refused alone; otherwise nothing of the body can be trusted.
bool is_json(std::string_view text, simdjson::error_code code) {
  if (code == simdjson::DEPTH_ERROR) return true;
  if (code != simdjson::NUMBER_ERROR) return false;
  constexpr std::size_t kDepth = 1000;
  return contract::check_json_value(text, kDepth, text.size()) != contract::JsonTextFault::kSyntax;
}

std::expected<void, std::string> decode_lines(std::string_view body, const EventSource& source,
                                              Decoder& decoder) {
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    const std::string_view line = trim(body.substr(0, end));
    body.remove_prefix(std::min(end + 1, body.size()));
    if (line.empty()) continue;
    if (decoder.seen() >= source.limits.events) return std::unexpected(too_many(source));
    if (is_too_large(line, source)) {
      decoder.refuse(too_large(source));
      continue;
    }
    dom::element record;
    const auto code = parse(line).get(record);
    if (code == simdjson::SUCCESS) {
      decoder.take(record);
    } else {
      decoder.refuse(fmt::format("not JSON: {}", simdjson::error_message(code)));
    }
  }
  return {};
}

/// The elements of an array, or a body that is one record, each parsed by itself.
std::expected<void, std::string> decode_records(std::string_view body, const EventSource& source,
                                                Decoder& decoder) {
  std::optional<std::string> broken;
  const auto take = [&](std::string_view text) {
    if (decoder.seen() >= source.limits.events) {
      broken = too_many(source);
      return false;
    }
    if (is_too_large(text, source)) {
      decoder.refuse(too_large(source));
      return true;
    }
    dom::element record;
    const auto code = parse(text).get(record);
    if (code == simdjson::SUCCESS) {
      decoder.take(record);
    } else if (is_json(text, code)) {
      decoder.refuse(
          code == simdjson::DEPTH_ERROR
              ? fmt::format("'properties' is invalid: must not nest more than {} arrays and objects",
                            source.limits.shape.depth)
              : "the event has a number that is too large");
    } else {
      broken = fmt::format("the body is not JSON: {}", simdjson::error_message(code));
    }
    return !broken;
  };
  if (auto split = split_records(body, take); !split)
    return std::unexpected("the body is not JSON: " + split.error());
  if (broken) return std::unexpected(std::move(*broken));
  return {};
}

/// A body that is small enough to be parsed at once, which is fastest; false when it cannot be.
bool decode_whole(std::string_view body, const EventSource& source, Decoder& decoder) {
  dom::element document;
  if (body.size() > kParsedWhole || parse(body).get(document) != simdjson::SUCCESS) return false;
  dom::array records;
  if (document.get(records) != simdjson::SUCCESS) {
    decoder.take(document);
    return true;
  }
  if (records.size() > source.limits.events) return false;
  for (const dom::element record : records) decoder.take(record);
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
  Decoder decoder(source, batch);
  const std::string_view text = trim(body);
  if (text.empty()) return std::unexpected("there is no event in the request");
  if (decode_whole(text, source, decoder)) return batch;
  const bool is_lines = text.starts_with('{') && text.find('\n') != std::string_view::npos;
  auto decoded = is_lines ? decode_lines(text, source, decoder) : decode_records(text, source, decoder);
  if (!decoded) return std::unexpected(std::move(decoded.error()));
  return batch;
}

}  // namespace bellwether::ingestion
