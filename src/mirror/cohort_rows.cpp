#include "mirror/cohort_rows.hpp"

namespace bellwether::mirror {

using storage::Database;
using storage::Query;

Cohort read_cohort(const Query& query) {
  return {.ref = query.integer(0),
          .project_id = std::string(query.text(1)),
          .cohort_id = std::string(query.text(2)),
          .name = query.optional_text(3),
          .description = query.optional_text(4),
          .generation = query.integer(5),
          .size = query.integer(6)};
}

Numbering load_numbering(Database& database, std::string_view project_id) {
  auto query = database.query("SELECT numbering FROM project WHERE project_id = ?1", project_id);
  return query.next() ? static_cast<Numbering>(query.integer(0)) : Numbering::kUnknown;
}

void remember_numbering(Database& database, std::string_view project_id, Numbering numbering) {
  database.run(
      "INSERT INTO project (project_id, numbering) VALUES (?1, ?2) "
      "ON CONFLICT (project_id) DO UPDATE SET numbering = excluded.numbering",
      project_id, static_cast<int>(numbering));
}

Cohort touch_cohort(Database& database, const contract::CohortPage& page, Timestamp now) {
  {
    auto query = database.query(
        "SELECT ref, project_id, cohort_id, name, description, generation, size FROM cohort "
        "WHERE project_id = ?1 AND cohort_id = ?2",
        page.project_id, page.cohort_id);
    if (query.next()) {
      Cohort cohort = read_cohort(query);
      const auto& name = page.cohort_name ? page.cohort_name : cohort.name;
      const auto& description = page.cohort_description ? page.cohort_description : cohort.description;
      if (name == cohort.name && description == cohort.description) return cohort;
      database.run("UPDATE cohort SET name = ?2, description = ?3 WHERE ref = ?1", cohort.ref, name,
                   description);
      return cohort;
    }
  }
  database.run(
      "INSERT INTO cohort (project_id, cohort_id, name, description, generation, size, first_seen) "
      "VALUES (?1, ?2, ?3, ?4, 0, 0, ?5)",
      page.project_id, page.cohort_id, page.cohort_name, page.cohort_description, to_unix_ms(now));
  const std::int64_t ref = database.last_insert_id();
  database.run("UPDATE cohort SET generation = ?2 WHERE ref = ?1", ref, new_generation(database, ref));
  return load_cohort(database, ref);
}

Cohort load_cohort(Database& database, std::int64_t ref) {
  auto query = database.query(
      "SELECT ref, project_id, cohort_id, name, description, generation, size FROM cohort WHERE ref = ?1",
      ref);
  if (!query.next())
    throw storage::StorageError(storage::StorageError::Kind::kOther, "a cohort's row is missing");
  return read_cohort(query);
}

void save_cohort(Database& database, const Cohort& cohort, Timestamp changed_at) {
  database.run("UPDATE cohort SET generation = ?2, size = ?3, changed_at = ?4 WHERE ref = ?1", cohort.ref,
               cohort.generation, cohort.size, to_unix_ms(changed_at));
}

std::int64_t new_generation(Database& database, std::int64_t cohort_ref) {
  database.run("INSERT INTO generation (cohort_ref) VALUES (?1)", cohort_ref);
  return database.last_insert_id();
}

}  // namespace bellwether::mirror
