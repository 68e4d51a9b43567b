#include "ingestion/profile.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/exact_json.hpp"

namespace bellwether::ingestion {

namespace {

namespace json = boost::json;
using Kind = Operation::Kind;

/// Stored profiles of earlier versions may nest as deeply as their parser allowed.
constexpr std::size_t kStoredDepth = 64;

json::value parse(std::string_view text, boost::system::error_code& wrong) {
  json::parse_options options;
  options.max_depth = kStoredDepth;
  return parse_exact_json(text, wrong, options);
}

json::value parse_argument(const Operation& operation) {
  boost::system::error_code wrong;
  return operation.kind == Kind::kDelete ? json::value() : parse(operation.argument, wrong);
}

/// The sum; no value when it is not finite.
std::optional<json::value> sum(const json::value& there, const json::value& more) {
  if (there.is_int64() && more.is_int64()) {
    std::int64_t whole = 0;
    if (!__builtin_add_overflow(there.get_int64(), more.get_int64(), &whole)) return json::value(whole);
  }
  const double total = there.to_number<double>() + more.to_number<double>();
  if (!std::isfinite(total)) return std::nullopt;
  return json::value(total);
}

/// How many bytes a number takes at most.
constexpr std::size_t kNumberBytes = 32;

}  // namespace

Profile::Weight& Profile::Weight::operator+=(const Weight& more) {
  bytes += more.bytes;
  keys += more.keys;
  return *this;
}

Profile::Weight& Profile::Weight::operator-=(const Weight& less) {
  bytes -= std::min(bytes, less.bytes);
  keys -= std::min(keys, less.keys);
  return *this;
}

Profile::Weight Profile::weigh(const json::value& value) {
  Weight weight{1, 0};
  if (const auto* array = value.if_array()) {
    for (const json::value& item : *array) weight += weigh(item);
  } else if (const auto* object = value.if_object()) {
    for (const auto& [key, item] : *object) {
      weight += weigh(item);
      weight += Weight{key.size() + 4, 1};
    }
  } else if (value.is_string()) {
    weight.bytes += value.get_string().size() + 2;
  } else {
    weight.bytes += json::serialize(value).size();
  }
  return weight;
}

Profile::Profile(std::string_view document, const ProfileLimits& limits)
    : limits_(limits), exists_(!document.empty()) {
  if (!exists_) return;
  boost::system::error_code wrong;
  json::value stored = parse(document, wrong);
  broken_ = wrong || !stored.is_object();
  if (broken_) return;
  properties_ = std::move(stored.get_object());
  for (const auto& [name, value] : properties_) {
    Weight weight = weigh(value);
    weight += Weight{name.size() + 4, 1};
    weight_ += weight;
    weights_.emplace(name, weight);
  }
}

std::optional<std::string> Profile::apply(const ProfileUpdate& update) {
  if (auto refused = refusal(update)) return refused;
  for (const Operation& operation : update.operations) {
    const json::value argument = parse_argument(operation);
    if (operation.kind == Kind::kDelete) {
      properties_.clear();
      weights_.clear();
      lists_.clear();
      weight_ = {};
      exists_ = broken_ = false;
    } else if (operation.kind == Kind::kUnset) {
      for (const json::value& name : argument.get_array()) remove(name.get_string());
    } else {
      exists_ = true;
      for (const auto& [name, value] : argument.get_object()) apply_property(operation.kind, name, value);
    }
  }
  return std::nullopt;
}

/// Adds up what the profile would weigh at most; an update that makes it lighter is taken even when it is
/// over a limit.
std::optional<std::string> Profile::refusal(const ProfileUpdate& update) const {
  Weight after = weight_;
  for (const Operation& operation : update.operations) {
    if (operation.kind == Kind::kDelete) return std::nullopt;
  }
  if (broken_) return "the stored profile cannot be parsed; $delete it first";
  for (const Operation& operation : update.operations) {
    if (operation.kind == Kind::kUnset || operation.kind == Kind::kRemove) continue;
    const json::value argument = parse_argument(operation);
    for (const auto& [name, value] : argument.get_object()) {
      if (auto refused = plan(operation.kind, name, value, after)) return refused;
    }
  }
  if (after.bytes > limits_.profile_bytes && after.bytes > weight_.bytes)
    return fmt::format("the profile would be larger than {} bytes", limits_.profile_bytes);
  if (after.keys > limits_.shape.keys && after.keys > weight_.keys)
    return fmt::format("the profile would have more than {} properties, nested ones counted",
                       limits_.shape.keys);
  return std::nullopt;
}

std::optional<std::string> Profile::plan(Kind kind, std::string_view name, const json::value& value,
                                         Weight& after) const {
  const auto weight = weights_.find(name);
  const bool is_there = weight != weights_.end();
  if (kind == Kind::kSetOnce && is_there) return std::nullopt;
  if (!is_there) after += Weight{name.size() + 4, 1};
  if (kind == Kind::kSet && is_there) {
    after -= weight->second;
    after += Weight{name.size() + 4, 1};
  }
  if (kind != Kind::kAdd) {
    after += weigh(value);
    return std::nullopt;
  }
  after.bytes += kNumberBytes;
  const json::value* there = properties_.if_contains(name);
  if (there != nullptr && there->is_number() && !sum(*there, value))
    return "$add would make a number infinite";
  return std::nullopt;
}

void Profile::put(std::string_view name, json::value value) {
  forget(name);
  Weight weight = weigh(value);
  weight += Weight{name.size() + 4, 1};
  weight_ += weight;
  weights_.emplace(name, weight);
  properties_.insert_or_assign(name, std::move(value));
}

void Profile::remove(std::string_view name) {
  forget(name);
  properties_.erase(name);
}

/// What is known of a property that is about to be replaced.
void Profile::forget(std::string_view name) {
  const auto weight = weights_.find(name);
  if (weight == weights_.end()) return;
  weight_ -= weight->second;
  weights_.erase(weight);
  if (const auto list = lists_.find(name); list != lists_.end()) lists_.erase(list);
}

/// The list of that name, taken out for editing; null when something else is there. A new one when there is
/// nothing.
impl::ListEditor* Profile::list(std::string_view name) {
  if (const auto taken = lists_.find(name); taken != lists_.end()) return &taken->second;
  if (!weights_.contains(name)) put(name, json::array());
  json::value* there = properties_.if_contains(name);
  if (!there->is_array()) return nullptr;
  return &lists_.emplace(std::string(name), impl::ListEditor(std::move(there->get_array()))).first->second;
}

void Profile::apply_property(Kind kind, std::string_view name, const json::value& value) {
  const auto weight = weights_.find(name);
  const bool is_there = weight != weights_.end();
  switch (kind) {
    case Kind::kSet:
      // A null unsets: the profile holds no property without a value.
      return value.is_null() ? remove(name) : put(name, value);
    case Kind::kSetOnce:
      if (!is_there && !value.is_null()) put(name, value);
      return;
    case Kind::kAdd: {
      if (!is_there) return put(name, value);
      const json::value& there = *properties_.if_contains(name);
      if (!there.is_number()) return;
      if (auto total = sum(there, value)) put(name, std::move(*total));
      return;
    }
    case Kind::kAppend:
    case Kind::kUnion: {
      impl::ListEditor* const edited = list(name);
      if (edited == nullptr) return;
      if (kind == Kind::kUnion) {
        edited->unite(value.get_array());
      } else {
        edited->append(value);
      }
      const Weight more = weigh(value);
      weights_.find(name)->second += more;
      weight_ += more;
      return;
    }
    case Kind::kRemove:
      if (!is_there) return;
      if (impl::ListEditor* const edited = list(name)) edited->remove(value);
      return;
    case Kind::kUnset:
    case Kind::kDelete:
      return;
  }
}

std::string Profile::document() {
  for (auto& [name, edited] : lists_) properties_.insert_or_assign(name, edited.finish());
  lists_.clear();
  return exists_ ? json::serialize(properties_) : "";
}

}  // namespace bellwether::ingestion
