#include "cohorts/query.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/parse_error.hpp"
#include "cohorts/sql.hpp"
#include "selection/filter_sql.hpp"
#include "selection/statement.hpp"

namespace bellwether::cohorts {

namespace {

using selection::fill;
using selection::SqlValues;

constexpr std::size_t kMaxConditions = 200;
constexpr std::size_t kDeepest = 8;
/// A condition is a bit of a UInt64; the highest is for whoever groups the rows with others.
constexpr std::size_t kMaxBits = 63;

std::string_view to_sql(Comparison comparison) {
  switch (comparison) {
    case Comparison::kEqual:
      return "=";
    case Comparison::kNotEqual:
      return "!=";
    case Comparison::kLess:
      return "<";
    case Comparison::kLessOrEqual:
      return "<=";
    case Comparison::kGreater:
      return ">";
    case Comparison::kGreaterOrEqual:
      return ">=";
  }
  return "=";
}

/// The people of one condition; `negated`: it holds for all others.
struct Part {
  std::string people;
  bool negated = false;
};

class Compiler {
 public:
  Compiler(Timestamp now, const FindCohort& find_cohort, std::string_view prefix)
      : values(prefix), now_(now), find_cohort_(find_cohort) {}

  /// Without the parameters.
  PeopleQuery compile(const Source& source) {
    if (const auto* upload = std::get_if<Upload>(&source))
      return combine({{fill(sql::kPeopleOfUpload, {{"$upload", values.text(upload->key)}})}}, bit_sql(0),
                     false);
    return compile(std::get<Definition>(source));
  }

  SqlValues values;

 private:
  static std::string bit_sql(std::size_t bit) { return fmt::format("bitTest(groupBitOr(met), {})", bit); }

  PeopleQuery compile(const Definition& definition) {
    std::vector<Part> parts;
    std::string rule;
    std::vector<bool> nobody;  // each group's value for someone who meets no condition
    for (const Group& group : definition.groups) {
      std::string group_rule;
      bool holds = group.match == Match::kAll;
      for (const Condition& condition : group.conditions) {
        parts.push_back(part_of(condition));
        const bool negated = parts.back().negated;
        holds = group.match == Match::kAll ? holds && negated : holds || negated;
        join(group_rule, group.match, (negated ? "NOT " : "") + bit_sql(parts.size() - 1));
      }
      nobody.push_back(holds);
      join(rule, definition.match, "(" + group_rule + ")");
    }
    if (parts.size() > kMaxBits)
      throw ParseError{"", fmt::format("a cohort has at most {} conditions", kMaxBits)};
    const auto is_true = [](bool holds) { return holds; };
    const bool everybody = definition.match == Match::kAll ? std::ranges::all_of(nobody, is_true)
                                                           : std::ranges::any_of(nobody, is_true);
    return combine(parts, rule, everybody);
  }

  /// `everybody`: who meets no condition belongs too, so all people must be looked at.
  static PeopleQuery combine(const std::vector<Part>& parts, const std::string& rule, bool everybody) {
    PeopleQuery query{.rule = rule};
    for (std::size_t i = 0; i < parts.size(); ++i) {
      query.conditions += fmt::format("{}SELECT person, toUInt64({}) AS met FROM (\n{}\n)",
                                      i == 0 ? "" : "\nUNION ALL\n", 1ULL << i, parts[i].people);
    }
    if (everybody) {
      query.conditions +=
          fmt::format("\nUNION ALL\nSELECT person, toUInt64(0) AS met FROM (\n{}\n)", fill(sql::kPeople, {}));
    }
    // One condition's people are the cohort's: nothing to join.
    const bool plain = parts.size() == 1 && !parts[0].negated;
    query.statement = plain ? parts[0].people
                            : fill(sql::kPeopleOfConditions, {{"$parts", query.conditions}, {"$rule", rule}});
    return query;
  }

  static void join(std::string& rule, Match match, const std::string& more) {
    if (!rule.empty()) rule += match == Match::kAll ? " AND " : " OR ";
    rule += more;
  }

  Part part_of(const Condition& condition) {
    if (++conditions_ > kMaxConditions) {
      throw ParseError{
          "", fmt::format("a cohort and those that it refers to have at most {} conditions", kMaxConditions)};
    }
    return std::visit([this](const auto& one) { return make(one); }, condition);
  }

  std::string people_of_event(const EventSelection& selection, const Range& within, const std::string& value,
                              const std::string& having) {
    return fill(sql::kPeopleOfEvent, {{"$value", value},
                                      {"$event", values.text(selection.event)},
                                      {"$times", selection::times_sql(within, now_, values)},
                                      {"$filters", selection::filters_sql(selection.where, now_, values)},
                                      {"$having", having}});
  }

  Part make(const DidCount& did) {
    // Whoever did none of it is in no row: a count that allows none is the opposite of one that does not.
    const bool negated = compare(did.comparison, 0, static_cast<double>(did.value));
    const std::string bound = values.number(static_cast<double>(did.value));
    const std::string having =
        fmt::format("{}(count() {} {})", negated ? "NOT " : "", to_sql(did.comparison), bound);
    return {people_of_event(did.selection, did.within, "0", having), negated};
  }

  Part make(const DidAggregate& did) {
    using Of = DidAggregate::Of;
    const bool distinct = did.of == Of::kDistinct;
    const std::string value = distinct ? selection::identity_sql(did.property, values)
                                       : selection::number_sql(did.property, values);
    const char* function = distinct                 ? "uniqExact(value)"
                           : did.of == Of::kSum     ? "sum(value)"
                           : did.of == Of::kAverage ? "avg(value)"
                           : did.of == Of::kMin     ? "min(value)"
                                                    : "max(value)";
    // `count(value)` counts those that have one.
    const std::string having = fmt::format("count(value) > 0 AND {} {} {}", function, to_sql(did.comparison),
                                           values.number(did.value));
    return {people_of_event(did.selection, did.within, value, having), false};
  }

  Part make(const Sequence& sequence) {
    return {fill(sql::kPeopleOfSequence, {{"$first", selection::event_sql(sequence.first, now_, values)},
                                          {"$then", selection::event_sql(sequence.then, now_, values)},
                                          {"$first_event", values.text(sequence.first.event)},
                                          {"$then_event", values.text(sequence.then.event)},
                                          {"$times", selection::times_sql(sequence.within, now_, values)},
                                          {"$gap", values.integer(sequence.gap.count())}}),
            false};
  }

  Part make(const ProfileTest& test) {
    // Someone without a profile has nothing set, so a negated test is the opposite of the plain one.
    Filter plain = test.filter;
    plain.negated = false;
    return {fill(sql::kPeopleOfProfile, {{"$test", selection::filter_sql(plain, now_, values)}}),
            test.filter.negated};
  }

  Part make(const InCohort& reference) {
    if (std::ranges::find(path_, reference.name) != path_.end())
      throw ParseError{"", fmt::format("the cohort \"{}\" refers to itself", reference.name)};
    if (path_.size() >= kDeepest)
      throw ParseError{"", fmt::format("cohorts refer to each other at most {} deep", kDeepest)};
    const auto source = find_cohort_(reference.name);
    if (!source) throw ParseError{"", source.error()};
    path_.push_back(reference.name);
    Part part{compile(*source).statement, reference.negated};
    path_.pop_back();
    return part;
  }

  const Timestamp now_;
  const FindCohort& find_cohort_;
  std::size_t conditions_ = 0;
  std::vector<std::string> path_;
};

}  // namespace

std::string with_people(std::string_view statement, const PeopleQuery& query) {
  return fill(statement,
              {{"$people", query.statement}, {"$conditions", query.conditions}, {"$rule", query.rule}});
}

std::expected<PeopleQuery, std::string> compile(const Source& source, const std::string& project_id,
                                                Timestamp now, const FindCohort& find_cohort,
                                                std::string_view prefix) {
  Compiler compiler(now, find_cohort, prefix);
  compiler.values.parameters().add("project", project_id);
  try {
    PeopleQuery query = compiler.compile(source);
    query.parameters = compiler.values.parameters();
    return query;
  } catch (const ParseError& error) {
    return std::unexpected(error.message);
  }
}

}  // namespace bellwether::cohorts
