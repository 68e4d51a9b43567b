#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.hpp"
#include "cohorts/definition.hpp"
#include "events/parameters.hpp"

/// A cohort as one query of the event engine.
namespace bellwether::cohorts {

/// What a cohort is made of: a definition, or a list that was uploaded under this key.
struct Upload {
  std::string key;
};
using Source = std::variant<Definition, Upload>;

/// Who belongs, in two forms with the same parameters.
struct PeopleQuery {
  std::string statement;  ///< gives rows {person: String}, each person once; can stand as a subquery
  /// For statements that group people anyhow: rows {person, met: UInt64} whose bits 0 to 62 say which
  /// conditions are met, and the rule over `groupBitOr(met)` of a person's rows.
  std::string conditions;
  std::string rule;
  events::Parameters parameters;
};

/// Puts the query in the places `$people`, `$conditions` and `$rule` of a statement.
std::string with_people(std::string_view statement, const PeopleQuery& query);

/// Finds another cohort of the project; the error says why it is not there.
using FindCohort = std::function<std::expected<Source, std::string>(const std::string& name)>;

/// Compiles, with the cohorts that it refers to. Fails on references in a circle or deeper than 8, and on
/// more than 200 conditions altogether; the message says which. `prefix` begins the parameters' names, for
/// queries that are used together.
std::expected<PeopleQuery, std::string> compile(const Source& source, const std::string& project_id,
                                                Timestamp now, const FindCohort& find_cohort,
                                                std::string_view prefix = "v");

}  // namespace bellwether::cohorts
