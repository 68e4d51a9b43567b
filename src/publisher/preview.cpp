#include "publisher/preview.hpp"

#include <boost/json.hpp>

#include "base/exact_json.hpp"
#include "publisher/sql.hpp"

namespace bellwether::publisher {

std::expected<Preview, events::EngineError> preview(events::Engine& engine, const cohorts::PeopleQuery& query,
                                                    Millis within) {
  const auto row = engine.run(cohorts::with_people(sql::kPreviewCohort, query), query.parameters,
                              "JSONCompactEachRow", {.timeout = within});
  if (!row) return std::unexpected(row.error());
  const boost::json::value read = parse_exact_json(*row);
  const boost::json::value& count = read.at(0);
  // Large numbers come as texts.
  Preview preview{
      count.is_string() ? std::stoull(std::string(count.get_string())) : count.to_number<std::uint64_t>(),
      {}};
  for (const auto& id : read.at(1).as_array()) preview.members.emplace_back(id.as_string());
  return preview;
}

}  // namespace bellwether::publisher
