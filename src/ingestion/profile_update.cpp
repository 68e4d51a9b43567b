#include "ingestion/profile_update.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/exact_json.hpp"
#include "base/utf8.hpp"
#include "ingestion/json_repair.hpp"
#include "ingestion/nobody.hpp"
#include "ingestion/record_splitter.hpp"

namespace bellwether::ingestion {

namespace {

namespace json = boost::json;
using Kind = Operation::Kind;

struct Name {
  std::string_view key;
  Kind kind;
};
constexpr std::array kOperations{Name{"$set", Kind::kSet},     Name{"$set_once", Kind::kSetOnce},
                                 Name{"$add", Kind::kAdd},     Name{"$append", Kind::kAppend},
                                 Name{"$union", Kind::kUnion}, Name{"$remove", Kind::kRemove},
                                 Name{"$unset", Kind::kUnset}, Name{"$delete", Kind::kDelete}};

std::string text_of(const json::object& record, std::string_view key) {
  const json::value* value = record.if_contains(key);
  if (value == nullptr) return "";
  if (value->is_string()) return std::string(value->get_string());
  if (value->is_double()) return fmt::format("{}", value->get_double());
  return value->is_number() ? json::serialize(*value) : "";
}

/// An id of so many digits that a double does not hold them all.
bool has_long_id(const json::value& record) {
  if (!record.is_object()) return false;
  return std::ranges::any_of(
      std::array<std::string_view, 2>{"$distinct_id", "$group_id"}, [&](std::string_view key) {
        const json::value* id = record.get_object().if_contains(key);
        constexpr double kDigits = 1e15;
        return id != nullptr && id->is_double() && std::abs(id->get_double()) >= kDigits;
      });
}

/// What an operation's argument must be; empty when it is.
std::string_view misfit(Kind kind, const json::value& argument) {
  if (kind == Kind::kDelete) return "";
  if (kind == Kind::kUnset) {
    const bool names = argument.is_array() && std::ranges::all_of(argument.get_array(), [](const auto& name) {
                         return name.is_string();
                       });
    return names ? "" : "$unset takes an array of property names";
  }
  if (!argument.is_object()) return "an operation takes an object of properties";
  const auto every = [&](auto&& fits) {
    return std::ranges::all_of(argument.get_object(), [&](const auto& item) { return fits(item.value()); });
  };
  if (kind == Kind::kAdd && !every([](const json::value& v) { return v.is_number(); }))
    return "$add takes numbers";
  if (kind == Kind::kUnion && !every([](const json::value& v) { return v.is_array(); }))
    return "$union takes arrays";
  return "";
}

/// Adds up the keys in `value`; says what in it is over a limit.
std::optional<std::string> misshape(const json::value& value, const ShapeLimits& limits, std::size_t depth,
                                    std::size_t& keys) {
  if (!value.is_structured()) return std::nullopt;
  if (depth == limits.depth)
    return fmt::format("a value nests more than {} arrays and objects", limits.depth);
  if (const auto* array = value.if_array()) {
    for (const json::value& item : *array) {
      if (auto wrong = misshape(item, limits, depth + 1, keys)) return wrong;
    }
    return std::nullopt;
  }
  for (const auto& [key, item] : value.get_object()) {
    if (++keys > limits.keys)
      return fmt::format("there are more than {} properties, nested ones counted", limits.keys);
    if (key.size() > limits.key_bytes)
      return fmt::format("a property's name is longer than {} bytes", limits.key_bytes);
    if (auto wrong = misshape(item, limits, depth + 1, keys)) return wrong;
  }
  return std::nullopt;
}

/// The parser takes a number beyond a double for infinity.
bool holds_infinity(const json::value& value) {
  if (value.is_double()) return !std::isfinite(value.get_double());
  if (const auto* array = value.if_array()) return std::ranges::any_of(*array, holds_infinity);
  if (const auto* object = value.if_object())
    return std::ranges::any_of(*object, [](const auto& member) { return holds_infinity(member.value()); });
  return false;
}

struct Fault {
  Reason reason;
  std::string message;
};

struct ParsedRecord {
  json::value value;
  std::size_t changed = 0;  ///< values that had to be replaced or left out
};

std::expected<ParsedRecord, Fault> parse_record(std::string_view text, const ProfileLimits& limits) {
  if (text.size() > limits.update_bytes) {
    return std::unexpected(
        Fault{Reason::kLimit, fmt::format("a profile update is larger than {} bytes", limits.update_bytes)});
  }
  json::parse_options options;
  // The update, the operation and its properties are around a value.
  options.max_depth = limits.shape.depth + 3;
  boost::system::error_code wrong;
  ParsedRecord record{parse_exact_json(text, wrong, options)};
  if ((wrong && wrong != json::error::too_deep) || holds_infinity(record.value) ||
      has_long_id(record.value)) {
    const RepairedJson repaired = repair_json(text);
    record = {parse_exact_json(repaired.text, wrong, options), repaired.changed};
  }
  if (!wrong) return record;
  if (wrong == json::error::too_deep) {
    return std::unexpected(Fault{
        Reason::kLimit, fmt::format("a value nests more than {} arrays and objects", limits.shape.depth)});
  }
  return std::unexpected(Fault{Reason::kJson, "not JSON: " + wrong.message()});
}

/// Whose profile it is; fails when that is not said.
std::expected<void, Fault> read_whose(const json::object& record, const ProfileSource& source,
                                      ProfileUpdate& update) {
  const auto read = [&](std::string_view key, std::string& place) -> std::expected<void, Fault> {
    place = text_of(record, key);
    if (place.empty()) return std::unexpected(Fault{Reason::kId, fmt::format("{}, missing or empty", key)});
    if (place.size() > source.limits.id_bytes) {
      return std::unexpected(
          Fault{Reason::kId, fmt::format("{} is longer than {} bytes", key, source.limits.id_bytes)});
    }
    return {};
  };
  if (source.of == ProfilesOf::kGroups) {
    if (auto key = read("$group_key", update.group_key); !key) return key;
    return read("$group_id", update.id);
  }
  if (auto id = read("$distinct_id", update.id); !id) return id;
  if (!means_nobody(update.id)) return {};
  return std::unexpected(Fault{Reason::kId, fmt::format("$distinct_id: \"{}\" is nobody's id", update.id)});
}

std::expected<void, Fault> read_operations(const json::object& record, const ProfileLimits& limits,
                                           ProfileUpdate& update) {
  std::size_t keys = 0;
  for (const Name& name : kOperations) {
    const json::value* argument = record.if_contains(name.key);
    if (argument == nullptr) continue;
    if (const std::string_view wrong = misfit(name.kind, *argument); !wrong.empty())
      return std::unexpected(Fault{Reason::kOperation, std::string(wrong)});
    // The object of an operation is not a level of a value.
    ShapeLimits shape = limits.shape;
    ++shape.depth;
    if (name.kind != Kind::kUnset && name.kind != Kind::kDelete) {
      if (auto wrong = misshape(*argument, shape, 0, keys))
        return std::unexpected(Fault{Reason::kLimit, std::move(*wrong)});
    }
    update.operations.push_back({name.kind, name.kind == Kind::kDelete ? "" : json::serialize(*argument)});
  }
  if (!update.operations.empty()) return {};
  return std::unexpected(Fault{Reason::kOperation, "there is no operation such as $set in the update"});
}

/// Fills `update` as far as it can be read.
std::expected<void, Fault> read_update(const json::value& value, const ProfileSource& source,
                                       ProfileUpdate& update) {
  if (!value.is_object())
    return std::unexpected(Fault{Reason::kOperation, "a profile update must be a JSON object"});
  const json::object& record = value.get_object();
  const std::string token = text_of(record, "$token");
  if (token.empty()) return std::unexpected(Fault{Reason::kToken, "$token, missing or empty"});
  auto project_id = source.project_of_token(token);
  if (!project_id) return std::unexpected(Fault{Reason::kToken, "$token is no project's token"});
  update.project_id = std::move(*project_id);
  if (auto whose = read_whose(record, source, update); !whose) return whose;
  return read_operations(record, source.limits, update);
}

/// Takes one record into the batch.
void take(std::string_view text, bool has_lost, std::size_t index, const ProfileSource& source,
          ProfileBatch& batch) {
  ProfileUpdate update;
  auto record = parse_record(text, source.limits);
  if (record && has_lost) ++record->changed;
  std::expected<void, Fault> read;
  if (record) {
    read = read_update(record->value, source, update);
    // Several ids of which a part could not be read would be one.
    if (read && record->changed > 0 && update.id.contains(kReplacementCharacter))
      read = std::unexpected(Fault{Reason::kId, "a part of the id cannot be read"});
  } else {
    read = std::unexpected(record.error());
  }
  Rejection rejection{.index = index,
                      .project_id = update.project_id,
                      .record = for_message(text.substr(0, kKeptOfRejected), kKeptOfRejected)};
  if (!read) {
    rejection.reason = read.error().reason;
    rejection.message = std::move(read.error().message);
    batch.rejected.push_back(std::move(rejection));
    return;
  }
  batch.updates.push_back(std::move(update));
  if (record->changed == 0) return;
  rejection.reason = Reason::kRepaired;
  rejection.message = values_were_changed(record->changed);
  batch.repaired.push_back(std::move(rejection));
}

}  // namespace

std::expected<ProfileBatch, std::string> decode_profile_updates(std::string_view body,
                                                                const ProfileSource& source) {
  const RepairedUtf8 repaired = is_utf8(body) ? RepairedUtf8{} : repair_utf8(body);
  const std::string_view text = repaired.text.empty() ? body : repaired.text;
  ProfileBatch batch;
  std::size_t seen = 0;
  const auto split = split_records(text, [&](std::string_view record) {
    if (++seen > source.limits.updates) return false;
    take(record, repaired.lost && record.contains(kReplacementCharacter), seen - 1, source, batch);
    return true;
  });
  if (seen > source.limits.updates) {
    return std::unexpected(
        fmt::format("a request must not hold more than {} profile updates", source.limits.updates));
  }
  const bool unread = seen == 1 && !batch.rejected.empty() && batch.rejected[0].reason == Reason::kJson &&
                      !trim(text).starts_with('[');
  if (unread) return std::unexpected("the body is not JSON: " + batch.rejected[0].message);
  if (!split) {
    if (seen == 0) return std::unexpected("the body is not JSON: " + split.error());
    batch.rejected.push_back({.index = seen,
                              .reason = Reason::kJson,
                              .message = "the rest of the body is not JSON: " + split.error()});
  }
  return batch;
}

}  // namespace bellwether::ingestion
