#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/random_key.hpp"
#include "publisher/api/render.hpp"
#include "publisher/api/routes.hpp"
#include "publisher/preview.hpp"
#include "publisher/upload.hpp"

namespace bellwether::publisher {

namespace {

Answer answer_preview(const Call& call, const registry::Cohort& cohort) {
  std::expected<cohorts::PeopleQuery, std::string> query;
  {
    const auto reader = call.parts.store.readers().borrow();
    query = registry::compile_cohort(*reader, cohort, system_now());
  }
  if (!query) return api_error(400, "invalid", "definition: " + query.error());
  const auto found = preview(call.parts.engine, *query, call.parts.options.query_timeout);
  if (!found) return std::unexpected(to_api_error(found.error()));
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("count").value(found->count).key("members").begin_array();
  for (const std::string& id : found->members) json.value(id);
  json.end_array().end_object();
  return api::json_response(std::move(body));
}

Answer save(const Call& call, const registry::Cohort& cohort, unsigned status) {
  const auto saved =
      call.parts.store.change<registry::Cohort>([&](storage::Database& database) -> Result<registry::Cohort> {
        const auto id = TRY(registry::save_cohort(database, cohort));
        return *registry::find_cohort(database, id);
      });
  if (!saved) return std::unexpected(saved.error());
  return show(*saved, status);
}

std::optional<registry::Cohort> find(const Call& call, std::int64_t id) {
  const auto reader = call.parts.store.readers().borrow();
  return registry::find_cohort(*reader, id);
}

}  // namespace

Answer list_cohorts(const Call& call) {
  const auto project = TRY(project_parameter(call));
  const auto reader = call.parts.store.readers().borrow();
  return show_all(registry::list_cohorts(*reader, project));
}

Answer create_cohort(const Call& call) {
  registry::Cohort cohort{.changed_at = system_now()};
  const auto read = read_json(call.request.body, [&](const boost::json::value& value) {
    const Fields fields(value, "", {"project_id", "name", "description", "definition"});
    cohort.project_id = fields.text("project_id");
    cohort.name = fields.text("name");
    cohort.description = fields.text_or("description", "");
    cohort.definition = fields.json_or_empty("definition");
  });
  if (!read) return std::unexpected(read.error());
  // Without a definition it is a list, empty until one is uploaded.
  if (cohort.definition.empty()) cohort.upload = random_key();
  return save(call, cohort, 201);
}

Answer show_cohort(const Call& call) {
  const auto id = TRY(call.id_at(2));
  const auto cohort = find(call, id);
  if (!cohort) return no_such("cohort");
  return show(*cohort);
}

Answer change_cohort(const Call& call) {
  const auto id = TRY(call.id_at(2));
  auto cohort = find(call, id);
  if (!cohort) return no_such("cohort");
  const auto read = read_json(call.request.body, [&](const boost::json::value& value) {
    const Fields fields(value, "", {"name", "description", "definition"});
    cohort->name = fields.text("name");
    cohort->description = fields.text_or("description", "");
    cohort->definition = fields.json_or_empty("definition");
  });
  if (!read) return std::unexpected(read.error());
  if (!cohort->upload.empty() && !cohort->definition.empty())
    return api_error(400, "invalid", "this cohort is an uploaded list; make a new one for a definition");
  cohort->changed_at = system_now();
  return save(call, *cohort, 200);
}

Answer delete_cohort(const Call& call) {
  const auto id = TRY(call.id_at(2));
  const auto gone = call.parts.store.change<void>(
      [&](storage::Database& database) { return registry::remove_cohort(database, id); });
  if (!gone) return std::unexpected(gone.error());
  return no_content();
}

Answer preview_cohort(const Call& call) {
  const auto id = TRY(call.id_at(2));
  const auto cohort = find(call, id);
  if (!cohort) return no_such("cohort");
  return answer_preview(call, *cohort);
}

Answer preview_definition(const Call& call) {
  registry::Cohort cohort;
  const auto read = read_json(call.request.body, [&](const boost::json::value& value) {
    const Fields fields(value, "", {"project_id", "definition"});
    cohort.project_id = fields.text("project_id");
    cohort.definition = fields.json_or_empty("definition");
  });
  if (!read) return std::unexpected(read.error());
  return answer_preview(call, cohort);
}

Answer upload_list(const Call& call) {
  const auto id = TRY(call.id_at(2));
  auto cohort = find(call, id);
  if (!cohort) return no_such("cohort");
  if (cohort->upload.empty())
    return api_error(409, "conflict", "this cohort has a definition; make one without for a list");
  const auto ids = read_id_list(call.request.body);
  if (!ids) return api_error(400, "invalid", ids.error());
  // Under a new key, so that a sync that computes meanwhile sees the old list or the new one.
  cohort->upload = random_key();
  if (auto stored = store_id_list(call.parts.engine, cohort->project_id, cohort->upload, *ids); !stored)
    return std::unexpected(to_api_error(stored.error()));
  cohort->changed_at = system_now();
  auto saved = save(call, *cohort, 200);
  if (!saved) return saved;
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("members").value(ids->size()).end_object();
  return api::json_response(std::move(body));
}

}  // namespace bellwether::publisher
