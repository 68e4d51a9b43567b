#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "base/time.hpp"
#include "cohorts/definition.hpp"

/// Who belongs to a cohort, told slowly and plainly, person by person, without SQL: the judge of the compiled
/// queries.
namespace bellwether::testing {

struct PlainEvent {
  std::string event;
  std::string person;
  Timestamp time;
  boost::json::object properties;
};

struct PlainData {
  std::vector<PlainEvent> events;
  std::map<std::string, std::vector<boost::json::object>>
      profiles;                                        ///< by person; who has two ids may have two
  std::map<std::string, cohorts::Definition> cohorts;  ///< by name, for references

  std::set<std::string> people() const;
};

bool passes(const boost::json::object& properties, const cohorts::Filter& filter, Timestamp now);
std::set<std::string> members_of(const cohorts::Definition& definition, const PlainData& data, Timestamp now);

}  // namespace bellwether::testing
