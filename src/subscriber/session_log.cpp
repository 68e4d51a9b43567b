#include "subscriber/session_log.hpp"

#include "base/log.hpp"

namespace bellwether::subscriber {

void log_session(std::string_view project_id, std::string_view cohort_id, const mirror::Session& session) {
  log::info("session", {{"project", project_id},
                        {"cohort", cohort_id},
                        {"session", session.session_id},
                        {"attempt", session.attempt},
                        {"state", mirror::to_string(session.state)},
                        {"pages", session.progress.pages()},
                        {"members", session.received},
                        {"entered", session.entered},
                        {"left", session.left},
                        {"updated", session.updated},
                        {"why", session.state == mirror::SessionState::kApplied ? "" : session.why}});
  if (session.absent_removals == 0) return;
  log::warn(
      "a run removed members who were not in the cohort; without a full load the mirror may lack members",
      {{"project", project_id},
       {"cohort", cohort_id},
       {"session", session.session_id},
       {"removals", session.absent_removals}});
}

}  // namespace bellwether::subscriber
