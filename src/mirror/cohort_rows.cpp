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
          .size = query.integer(6),
          .numbering = static_cast<Numbering>(query.integer(7)),
          .has_baseline = query.integer(8) != 0,
          .newest_session = query.integer(9),
          .restated_at = query.integer(10)};
}

Cohort touch_cohort(Database& database, const contract::CohortPage& page, Timestamp now) {
  {
    auto query =
        database.query("SELECT " COHORT_COLUMNS " FROM cohort WHERE project_id = ?1 AND cohort_id = ?2",
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
  auto query = database.query("SELECT " COHORT_COLUMNS " FROM cohort WHERE ref = ?1", ref);
  if (!query.next())
    throw storage::StorageError(storage::StorageError::Kind::kOther, "a cohort's row is missing");
  return read_cohort(query);
}

void save_cohort(Database& database, const Cohort& cohort, Timestamp changed_at) {
  database.run(
      "UPDATE cohort SET generation = ?2, size = ?3, baseline = ?4, restated_at = ?5, changed_at = ?6 "
      "WHERE ref = ?1",
      cohort.ref, cohort.generation, cohort.size, cohort.has_baseline, cohort.restated_at,
      to_unix_ms(changed_at));
}

void save_newest_session(Database& database, const Cohort& cohort) {
  database.run("UPDATE cohort SET newest_session = ?2 WHERE ref = ?1", cohort.ref, cohort.newest_session);
}

void save_baseline(Database& database, const Cohort& cohort) {
  database.run("UPDATE cohort SET baseline = ?2 WHERE ref = ?1", cohort.ref, cohort.has_baseline);
}

void save_numbering(Database& database, const Cohort& cohort) {
  database.run("UPDATE cohort SET numbering = ?2 WHERE ref = ?1", cohort.ref,
               static_cast<int>(cohort.numbering));
}

std::int64_t new_generation(Database& database, std::int64_t cohort_ref) {
  database.run("INSERT INTO generation (cohort_ref) VALUES (?1)", cohort_ref);
  return database.last_insert_id();
}

}  // namespace bellwether::mirror
