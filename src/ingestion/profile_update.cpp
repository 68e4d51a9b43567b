#include "ingestion/profile_update.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

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

std::expected<ProfileUpdate, std::string> decode_update(
    const json::value& record,
    const std::function<std::optional<std::string>(std::string_view)>& project_of_token) {
  if (!record.is_object()) return std::unexpected("a profile update must be a JSON object");
  const json::object& object = record.get_object();
  const std::string token = text_of(object, "$token");
  if (token.empty()) return std::unexpected("$token, missing or empty");
  auto project_id = project_of_token(token);
  if (!project_id) return std::unexpected("$token is no project's token");
  ProfileUpdate update{std::move(*project_id), text_of(object, "$distinct_id"), {}};
  if (update.distinct_id.empty()) return std::unexpected("$distinct_id, missing or empty");
  for (const Name& name : kOperations) {
    const json::value* argument = object.if_contains(name.key);
    if (argument == nullptr) continue;
    if (const std::string_view wrong = misfit(name.kind, *argument); !wrong.empty())
      return std::unexpected(std::string(wrong));
    update.operations.push_back({name.kind, json::serialize(*argument)});
  }
  if (update.operations.empty()) return std::unexpected("there is no operation such as $set in the update");
  return update;
}

void add_number(json::value& there, const json::value& more) {
  if (there.is_int64() && more.is_int64()) {
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(there.get_int64(), more.get_int64(), &sum)) {
      there = sum;
      return;
    }
  }
  there = there.to_number<double>() + more.to_number<double>();
}

void append_new(json::array& list, const json::value& value) {
  if (std::ranges::find(list, value) == list.end()) list.push_back(value);
}

/// One property of one operation; `there` is null when the profile does not have it.
void apply_property(Kind kind, json::object& profile, std::string_view name, const json::value& value) {
  json::value* there = profile.if_contains(name);
  switch (kind) {
    case Kind::kSet:
      // A null unsets: the profile holds no property without a value.
      if (value.is_null()) {
        profile.erase(name);
      } else {
        profile.insert_or_assign(name, value);
      }
      return;
    case Kind::kSetOnce:
      if (there == nullptr && !value.is_null()) profile.emplace(name, value);
      return;
    case Kind::kAdd:
      if (there == nullptr) {
        profile.emplace(name, value);
      } else if (there->is_number()) {
        add_number(*there, value);
      }
      return;
    case Kind::kAppend:
      if (there == nullptr) {
        profile.emplace(name, json::array{value});
      } else if (there->is_array()) {
        there->get_array().push_back(value);
      }
      return;
    case Kind::kUnion: {
      if (there == nullptr) there = &profile.emplace(name, json::array{}).first->value();
      if (!there->is_array()) return;
      for (const json::value& item : value.get_array()) append_new(there->get_array(), item);
      return;
    }
    case Kind::kRemove:
      if (there != nullptr && there->is_array()) {
        auto& list = there->get_array();
        list.erase(std::remove(list.begin(), list.end(), value), list.end());
      }
      return;
    case Kind::kUnset:
    case Kind::kDelete:
      return;
  }
}

}  // namespace

std::expected<ProfileBatch, std::string> decode_profile_updates(
    std::string_view body,
    const std::function<std::optional<std::string>(std::string_view)>& project_of_token) {
  boost::system::error_code wrong;
  const json::value document = json::parse(body, wrong);
  if (wrong) return std::unexpected("the body is not JSON: " + wrong.message());
  ProfileBatch batch;
  const auto take = [&](const json::value& record) {
    auto update = decode_update(record, project_of_token);
    if (update) {
      batch.updates.push_back(std::move(*update));
    } else {
      batch.refused.push_back(std::move(update.error()));
    }
  };
  if (document.is_array()) {
    for (const json::value& record : document.get_array()) take(record);
  } else {
    take(document);
  }
  return batch;
}

std::string updated_profile(std::string_view document, const ProfileUpdate& update) {
  bool exists = !document.empty();
  json::object profile = exists ? json::parse(document).get_object() : json::object{};
  for (const Operation& operation : update.operations) {
    if (operation.kind == Kind::kDelete) {
      profile.clear();
      exists = false;
      continue;
    }
    const json::value argument = json::parse(operation.argument);
    if (operation.kind == Kind::kUnset) {
      for (const json::value& name : argument.get_array()) profile.erase(name.get_string());
      continue;
    }
    exists = true;
    for (const auto& [name, value] : argument.get_object())
      apply_property(operation.kind, profile, name, value);
  }
  return exists ? json::serialize(profile) : "";
}

}  // namespace bellwether::ingestion
