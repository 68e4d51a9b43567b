#include "ingestion/profile_update.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <boost/json.hpp>
#include <fmt/format.h>

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
  return value->is_int64() || value->is_uint64() ? json::serialize(*value) : "";
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
  if (value.is_double() && !std::isfinite(value.get_double())) return "a number is too large";
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

struct RecordFault {
  bool whole_body;  ///< not JSON, so nothing of the body can be trusted
  std::string message;
};

std::expected<json::value, RecordFault> parse_record(std::string_view text, const ProfileLimits& limits) {
  if (text.size() > limits.update_bytes) {
    return std::unexpected(
        RecordFault{false, fmt::format("a profile update is larger than {} bytes", limits.update_bytes)});
  }
  json::parse_options options;
  // The update, the operation and its properties are around a value.
  options.max_depth = limits.shape.depth + 3;
  boost::system::error_code wrong;
  json::value record = json::parse(text, wrong, {}, options);
  if (!wrong) return record;
  const bool too_deep = wrong == json::error::too_deep;
  return std::unexpected(RecordFault{
      !too_deep, too_deep ? fmt::format("a value nests more than {} arrays and objects", limits.shape.depth)
                          : wrong.message()});
}

std::expected<ProfileUpdate, std::string> decode_update(
    const json::value& record,
    const std::function<std::optional<std::string>(std::string_view)>& project_of_token,
    const ProfileLimits& limits) {
  if (!record.is_object()) return std::unexpected("a profile update must be a JSON object");
  const json::object& object = record.get_object();
  const std::string token = text_of(object, "$token");
  if (token.empty()) return std::unexpected("$token, missing or empty");
  auto project_id = project_of_token(token);
  if (!project_id) return std::unexpected("$token is no project's token");
  ProfileUpdate update{std::move(*project_id), text_of(object, "$distinct_id"), {}};
  if (update.distinct_id.empty()) return std::unexpected("$distinct_id, missing or empty");
  if (update.distinct_id.size() > limits.id_bytes)
    return std::unexpected(fmt::format("$distinct_id is longer than {} bytes", limits.id_bytes));
  std::size_t keys = 0;
  for (const Name& name : kOperations) {
    const json::value* argument = object.if_contains(name.key);
    if (argument == nullptr) continue;
    if (const std::string_view wrong = misfit(name.kind, *argument); !wrong.empty())
      return std::unexpected(std::string(wrong));
    // The object of an operation is not a level of a value.
    ShapeLimits shape = limits.shape;
    ++shape.depth;
    if (name.kind != Kind::kUnset && name.kind != Kind::kDelete) {
      if (auto wrong = misshape(*argument, shape, 0, keys)) return std::unexpected(std::move(*wrong));
    }
    update.operations.push_back({name.kind, name.kind == Kind::kDelete ? "" : json::serialize(*argument)});
  }
  if (update.operations.empty()) return std::unexpected("there is no operation such as $set in the update");
  return update;
}

}  // namespace

std::expected<ProfileBatch, std::string> decode_profile_updates(
    std::string_view body,
    const std::function<std::optional<std::string>(std::string_view)>& project_of_token,
    const ProfileLimits& limits) {
  ProfileBatch batch;
  std::string broken;
  const auto take = [&](std::string_view text) {
    if (batch.updates.size() + batch.refused.size() == limits.updates) {
      broken = fmt::format("a request must not hold more than {} profile updates", limits.updates);
      return false;
    }
    auto record = parse_record(text, limits);
    if (!record) {
      if (record.error().whole_body) broken = "the body is not JSON: " + record.error().message;
      batch.refused.push_back(std::move(record.error().message));
      return broken.empty();
    }
    auto update = decode_update(*record, project_of_token, limits);
    if (update) {
      batch.updates.push_back(std::move(*update));
    } else {
      batch.refused.push_back(std::move(update.error()));
    }
    return true;
  };
  if (auto split = split_records(body, take); !split)
    return std::unexpected("the body is not JSON: " + split.error());
  if (!broken.empty()) return std::unexpected(std::move(broken));
  return batch;
}

}  // namespace bellwether::ingestion
