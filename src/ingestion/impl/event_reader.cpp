#include "ingestion/impl/event_reader.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/json_writer.hpp"
#include "base/random_key.hpp"
#include "base/shorten.hpp"
#include "base/utf8.hpp"
#include "ingestion/json_repair.hpp"
#include "ingestion/nobody.hpp"

namespace bellwether::ingestion::impl {

namespace dom = simdjson::dom;

namespace {

/// A string, or a number as it is written.
std::optional<std::string> id_text(dom::element value) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  if (value.is_number()) return simdjson::to_string(value);
  return std::nullopt;
}

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
    if (array.size() > limits.array)
      return fmt::format("must not hold an array of more than {} elements", limits.array);
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

/// As Mixpanel describes it: letters, digits and hyphens.
bool is_plain(std::string_view insert_id) {
  return std::ranges::all_of(insert_id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

std::string why_not_an_id(std::string_view given, bool is_broken) {
  if (is_broken) return "it is not a string, or a part of it cannot be read";
  return fmt::format("\"{}\" is nobody's id; leave it empty for an event of nobody", given);
}

/// What of an event's properties is not a property: it becomes a column, or says whose it is.
struct EventReader::Head {
  /// An id as it was sent, which may stand for nobody.
  struct Id {
    std::string given;
    bool is_there = false;
    bool is_broken =
        false;  ///< a part of it could not be read, so that several ids look alike, or it is not text

    bool is_mistake() const { return is_broken || means_nobody(given); }
    std::string known() const { return is_mistake() ? "" : given; }
  };
  bool is_repaired = false;  ///< the record, before it was parsed
  Id token;
  std::optional<dom::element> time;
  Id distinct_id;
  Id device_id;
  Id user_id;
  Id insert_id;
  Id identified_id;
  Id anonymous_id;
  Id alias;

  /// True when the key is a column and not kept among the properties.
  bool take(std::string_view key, dom::element value) {
    if (key == "time") {
      if (!value.is_null()) time = value;
      return true;
    }
    if (key == "token") return read(token, value);
    if (key == "distinct_id") return read(distinct_id, value);
    if (key == "$insert_id") return read(insert_id, value);
    if (key == "$device_id") return read(device_id, value), false;
    if (key == "$user_id") return read(user_id, value), false;
    if (key == "$identified_id") return read(identified_id, value), false;
    // PHP's name for it, and that of browsers and phones.
    if (key == "$anon_id" || key == "$anon_distinct_id") return read(anonymous_id, value), false;
    if (key == "alias") return read(alias, value), false;
    return false;
  }

  std::string who() const {
    if (std::string id = distinct_id.known(); !id.empty()) return id;
    if (std::string id = user_id.known(); !id.empty()) return id;
    const std::string device = device_id.known();
    return device.empty() ? "" : "$device:" + device;
  }

  /// The first id that says whose the event is and is not one, by its name; empty when there is none.
  std::pair<std::string_view, const Id*> mistake() const {
    for (const auto& [name, id] : {std::pair<std::string_view, const Id*>("distinct_id", &distinct_id),
                                   {"$user_id", &user_id},
                                   {"$device_id", &device_id}}) {
      if (id->is_mistake()) return {name, id};
    }
    return {"", nullptr};
  }

 private:
  bool read(Id& place, dom::element value) const {
    auto text = id_text(value);
    const bool is_lost = is_repaired && text && text->contains(kReplacementCharacter);
    place = {.given = text.value_or(""),
             .is_there = text.has_value(),
             .is_broken = is_lost || (!text && !value.is_null())};
    return true;
  }
};

void EventReader::take(dom::element record, std::size_t changed, std::string_view sent) {
  const std::size_t index = index_++;
  Head head{.is_repaired = changed > 0};
  auto fault = read(record, head);
  if (!fault) ++batch_.events;
  const bool is_taken = !fault;
  if (is_taken) fault = what_was_changed(head, changed);
  if (!fault) return;
  Rejection rejection{.index = index,
                      .reason = fault->reason,
                      .project_id = project_of(record),
                      .insert_id = head.insert_id.given,
                      .field = fault->field,
                      .message = fault->message,
                      .record = sent.empty()
                                    ? std::string(cut_to_bytes(simdjson::minify(record), kKeptOfRejected))
                                    : for_message(sent.substr(0, kKeptOfRejected), kKeptOfRejected)};
  (is_taken ? batch_.repaired : batch_.rejected).push_back(std::move(rejection));
}

/// What of a record that was taken is not as it was sent.
std::optional<EventReader::Fault> EventReader::what_was_changed(const Head& head, std::size_t changed) {
  if (const auto [name, id] = head.mistake(); id != nullptr) {
    const std::string field = fmt::format("properties.{}", name);
    return Fault{Reason::kRepaired, field,
                 fmt::format("'{}' was left out: {}", field, why_not_an_id(id->given, id->is_broken))};
  }
  if (changed == 0) return std::nullopt;
  return Fault{Reason::kRepaired, "", values_were_changed(changed)};
}

void EventReader::reject(Reason reason, std::string message, std::string_view record) {
  batch_.rejected.push_back({.index = index_++,
                             .reason = reason,
                             .project_id = source_.project_id,
                             .message = std::move(message),
                             .record = for_message(record.substr(0, kKeptOfRejected), kKeptOfRejected)});
}

std::string EventReader::project_of(dom::element record) const {
  if (!source_.project_of_token) return source_.project_id;
  dom::element token;
  if (record.at_pointer("/properties/token").get(token) != simdjson::SUCCESS) return "";
  return source_.project_of_token(id_text(token).value_or("")).value_or("");
}

std::optional<EventReader::Fault> EventReader::read(dom::element record, Head& head) {
  dom::object object;
  if (record.get(object) != simdjson::SUCCESS)
    return Fault{Reason::kProperties, "", "an event must be a JSON object"};
  std::string_view name;
  if (object["event"].get(name) != simdjson::SUCCESS || name.empty())
    return Fault{Reason::kName, "event", "'event' is invalid: must be a name, not missing or empty"};
  if (name.size() > source_.limits.name_bytes) {
    return Fault{
        Reason::kName, "event",
        fmt::format("'event' is invalid: must not be longer than {} bytes", source_.limits.name_bytes)};
  }
  dom::object properties;
  if (object["properties"].get(properties) != simdjson::SUCCESS)
    return Fault{Reason::kProperties, "properties", "'properties' is invalid: must be a JSON object"};
  // The React Native SDK names an event here alone.
  if (dom::element id; record.at_pointer("/$mp_metadata/$mp_event_id").get(id) == simdjson::SUCCESS)
    head.insert_id.given = id_text(id).value_or("");
  properties_.clear();
  if (auto fault = read_properties(properties, head)) return fault;
  return append(name, head);
}

std::optional<EventReader::Fault> EventReader::read_properties(dom::object properties, Head& head) {
  const ShapeLimits& shape = source_.strict ? source_.limits.strict_shape : source_.limits.shape;
  const auto too_much = [](std::string what) {
    return Fault{Reason::kLimit, "properties", fmt::format("'properties' is invalid: must not {}", what)};
  };
  std::size_t count = 0;
  std::size_t keys = 0;
  properties_ += '{';
  for (const auto& [key, value] : properties) {
    if (++count > source_.limits.properties)
      return too_much(fmt::format("hold more than {} properties", source_.limits.properties));
    if (key.size() > shape.key_bytes)
      return too_much(fmt::format("have names longer than {} bytes", shape.key_bytes));
    ++keys;
    if (auto wrong = misshape(value, shape, 0, keys)) {
      const std::string field = fmt::format("properties.{}", for_message(key));
      return Fault{Reason::kLimit, field, fmt::format("'{}' is invalid: {}", field, *wrong)};
    }
    if (head.take(key, value)) continue;
    if (properties_.size() > 1) properties_ += ',';
    append_json_string(properties_, key);
    properties_ += ':';
    properties_ += simdjson::minify(value);
    if (properties_.size() > source_.limits.event_bytes) {
      return Fault{Reason::kLimit, "properties",
                   fmt::format("the event is larger than {} bytes", source_.limits.event_bytes)};
    }
  }
  properties_ += '}';
  return std::nullopt;
}

std::optional<EventReader::Fault> EventReader::append(std::string_view name, Head& head) {
  std::string project_id = source_.project_id;
  if (source_.project_of_token) {
    auto found = source_.project_of_token(head.token.given);
    if (!found) {
      return Fault{Reason::kToken, "properties.token",
                   head.token.given.empty() ? "'properties.token' is missing"
                                            : "'properties.token' is no project's token"};
    }
    project_id = std::move(*found);
  }
  Timestamp at = source_.now;
  if (auto fault = read_time(head, at)) return fault;
  if (auto fault = check_who(head)) return fault;
  if (auto fault = check_insert_id(head)) return fault;
  if (auto fault = check_lengths(head)) return fault;
  append_row(project_id, name, at, head);
  note_links(project_id, name, head);
  return std::nullopt;
}

std::optional<EventReader::Fault> EventReader::read_time(const Head& head, Timestamp& at) const {
  if (!head.time && !source_.strict) return std::nullopt;
  double number = 0;
  bool is_number = head.time && head.time->get(number) == simdjson::SUCCESS;
  std::string_view digits;
  if (!source_.strict && head.time && head.time->get(digits) == simdjson::SUCCESS) {
    const auto written = parse_number(digits);
    is_number = written.has_value();
    number = written.value_or(0);
  }
  const auto read = is_number ? read_event_time(number) : std::nullopt;
  if (!read) {
    return Fault{Reason::kTime, "properties.time",
                 "'properties.time' is invalid: must be seconds or milliseconds since 1970, in UTC"};
  }
  if (source_.strict && *read > source_.now + source_.limits.strict_ahead) {
    return Fault{Reason::kTime, "properties.time",
                 fmt::format("'properties.time' is invalid: must not lie more than {} minutes ahead",
                             std::chrono::floor<std::chrono::minutes>(source_.limits.strict_ahead).count())};
  }
  at = std::min(*read, source_.now);
  return std::nullopt;
}

std::optional<EventReader::Fault> EventReader::check_who(const Head& head) const {
  if (!source_.strict) return std::nullopt;
  if (const auto [name, id] = head.mistake(); id != nullptr) {
    const std::string field = fmt::format("properties.{}", name);
    return Fault{Reason::kId, field,
                 fmt::format("'{}' is invalid: {}", field, why_not_an_id(id->given, id->is_broken))};
  }
  // An empty id says that nobody did it.
  if (head.distinct_id.is_there || !head.who().empty()) return std::nullopt;
  return Fault{Reason::kId, "properties.distinct_id",
               "'properties.distinct_id' is invalid: must not be missing"};
}

std::optional<EventReader::Fault> EventReader::check_insert_id(Head& head) const {
  const std::string& id = head.insert_id.given;
  const auto fault = [](std::string why) {
    return Fault{Reason::kInsertId, "properties.$insert_id",
                 fmt::format("'properties.$insert_id' is invalid: {}", why)};
  };
  if (source_.strict) {
    if (id.empty()) return fault("must not be missing");
    if (id.size() > source_.limits.insert_id_bytes)
      return fault(fmt::format("must not be longer than {} bytes", source_.limits.insert_id_bytes));
    if (!is_plain(id)) return fault("must be made of letters, digits and hyphens");
    if (head.insert_id.is_mistake()) return fault(fmt::format("\"{}\" is not an id", id));
  }
  // One that many events share by mistake would make one event of them.
  if (id.empty() || head.insert_id.is_mistake()) head.insert_id.given = random_key();
  return std::nullopt;
}

std::optional<EventReader::Fault> EventReader::check_lengths(const Head& head) const {
  const std::size_t most = source_.limits.id_bytes;
  for (const auto& [name, id] :
       {std::pair<std::string_view, const Head::Id&>("distinct_id", head.distinct_id),
        {"$device_id", head.device_id},
        {"$user_id", head.user_id},
        {"$identified_id", head.identified_id},
        {"$anon_id", head.anonymous_id},
        {"alias", head.alias},
        {"$insert_id", head.insert_id}}) {
    if (id.given.size() <= most) continue;
    const std::string field = fmt::format("properties.{}", name);
    return Fault{Reason::kId, field,
                 fmt::format("'{}' is invalid: must not be longer than {} bytes", field, most)};
  }
  return std::nullopt;
}

void EventReader::append_row(std::string_view project_id, std::string_view name, Timestamp at,
                             const Head& head) {
  JsonWriter json(batch_.rows);
  json.begin_object().key("project_id").value(project_id).key("event").value(name);
  json.key("distinct_id").value(head.who()).key("time").value(to_unix_ms(at));
  json.key("insert_id").value(head.insert_id.given).key("properties").raw(properties_);
  json.key("received_at").value(to_unix_ms(source_.now)).end_object();
  batch_.rows += '\n';
}

void EventReader::note_links(const std::string& project_id, std::string_view name, const Head& head) {
  const auto link = [&](const std::string& alias, const std::string& person) {
    if (!alias.empty() && !person.empty() && alias != person)
      batch_.links.push_back({project_id, alias, person});
  };
  const std::string device = head.device_id.known();
  const std::string user = head.user_id.known();
  if (name == "$identify") {
    const std::string identified = head.identified_id.known();
    link(head.anonymous_id.known(), identified.empty() ? head.who() : identified);
  } else if (name == "$create_alias") {
    link(head.alias.known(), head.who());
  }
  if (name != "$create_alias" && !device.empty() && !user.empty()) {
    link(device, user);
    link("$device:" + device, user);
  }
}

}  // namespace bellwether::ingestion::impl
