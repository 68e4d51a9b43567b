#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "ingestion/impl/list_editor.hpp"
#include "ingestion/limits.hpp"
#include "ingestion/profile_update.hpp"

namespace bellwether::ingestion {

/// One person's profile while updates are applied to it: parsed once, written once, however many there are.
/// Each update costs about its own size, whatever the profile holds.
///
/// An update is applied whole or not at all. What it may not do (grow the profile over a limit, make a number
/// infinite) is found before anything changes.
class Profile {
 public:
  /// `document` is the profile as it was stored; empty when there is none.
  Profile(std::string_view document, const ProfileLimits& limits);

  /// Why the update was refused; nothing when it was applied. Operations that do not fit what is there ($add
  /// to a string, $append to something that is not a list) leave it as it is, as Mixpanel does.
  std::optional<std::string> apply(const ProfileUpdate& update);

  /// The properties as a JSON object; empty when there is no profile.
  std::string document();

 private:
  /// What a value costs: its size as text, and its keys.
  struct Weight {
    std::size_t bytes = 0;
    std::size_t keys = 0;
    Weight& operator+=(const Weight& more);
    Weight& operator-=(const Weight& less);
  };
  static Weight weigh(const boost::json::value& value);

  std::optional<std::string> refusal(const ProfileUpdate& update) const;
  std::optional<std::string> plan(Operation::Kind kind, std::string_view name,
                                  const boost::json::value& value, Weight& after) const;
  void apply_property(Operation::Kind kind, std::string_view name, const boost::json::value& value);
  void put(std::string_view name, boost::json::value value);
  void remove(std::string_view name);
  void forget(std::string_view name);
  impl::ListEditor* list(std::string_view name);

  const ProfileLimits& limits_;
  bool exists_ = false;
  bool broken_ = false;  ///< what was stored cannot be parsed
  boost::json::object properties_;
  std::map<std::string, Weight, std::less<>> weights_;  ///< of each property
  std::map<std::string, impl::ListEditor, std::less<>>
      lists_;  ///< those taken out of `properties_` for editing
  Weight weight_;
};

}  // namespace bellwether::ingestion
