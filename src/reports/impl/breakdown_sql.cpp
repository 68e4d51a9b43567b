#include "reports/impl/breakdown_sql.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "reports/sql.hpp"
#include "selection/statement.hpp"

namespace bellwether::reports::impl {

std::expected<void, std::string> BreakdownSql::compile(selection::SqlValues& values) {
  if (!breakdown_.properties.empty()) {
    std::string list;
    for (const std::string& property : breakdown_.properties)
      list += (list.empty() ? "" : ", ") + selection::label_sql(property, values);
    labels_ = fmt::format("CAST([{}], 'Array(Nullable(String))')", list);
  }
  for (std::size_t i = 0; i < breakdown_.cohorts.size(); ++i) {
    const std::string& name = breakdown_.cohorts[i];
    const auto source = context_.find_cohort(name);
    if (!source) return std::unexpected("breakdown.cohorts: " + source.error());
    const auto people = cohorts::compile(*source, context_.project_id, context_.now, context_.find_cohort,
                                         fmt::format("c{}_", i));
    if (!people) return std::unexpected("breakdown.cohorts: " + people.error());
    values.parameters().add_missing(people->parameters);
    people_ += fmt::format("{}SELECT person, {} AS label FROM (\n{}\n)", i == 0 ? "" : "\nUNION ALL\n",
                           values.text(name), people->statement);
  }
  return {};
}

std::string BreakdownSql::labels() const {
  return labels_;
}

std::string BreakdownSql::spread(const std::string& rows) const {
  return selection::fill(sql::kRowsByCohort, {{"$rows", rows}, {"$labels", people_}});
}

Segment read_segment(const boost::json::value& labels) {
  Segment segment;
  for (const auto& label : labels.as_array())
    segment.push_back(label.is_null() ? std::nullopt : std::optional(std::string(label.as_string())));
  return segment;
}

ReportError engine_error(const events::EngineError& error) {
  return {.is_definition = false, .engine = error, .message = error.message};
}

void for_each_line(std::string_view text, const std::function<void(std::string_view)>& each) {
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    each(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
}

}  // namespace bellwether::reports::impl
