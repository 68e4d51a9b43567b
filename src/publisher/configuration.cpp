#include "publisher/configuration.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/random_key.hpp"
#include "publisher/alert_fields.hpp"
#include "registry/cohorts.hpp"
#include "registry/destinations.hpp"
#include "registry/reports.hpp"
#include "sync/run_store.hpp"

namespace bellwether::publisher {

namespace {

/// Applies one project's part.
class ProjectApplier {
 public:
  ProjectApplier(storage::Database& database, const WantedProject& wanted, const registry::SyncLimits& limits,
                 Timestamp now, Applied& applied)
      : database_(database), wanted_(wanted), limits_(limits), now_(now), applied_(applied) {}

  Result<void> apply() {
    if (auto done = apply_project(); !done) return done;
    // What others refer to comes before them, and goes after them.
    for (const auto step :
         {&ProjectApplier::apply_cohorts, &ProjectApplier::remove_alerts, &ProjectApplier::remove_reports,
          &ProjectApplier::apply_reports, &ProjectApplier::apply_webhooks, &ProjectApplier::apply_alerts,
          &ProjectApplier::remove_webhooks, &ProjectApplier::apply_destinations,
          &ProjectApplier::remove_syncs, &ProjectApplier::apply_syncs, &ProjectApplier::remove_destinations,
          &ProjectApplier::remove_cohorts}) {
      if (auto done = (this->*step)(); !done) return done;
    }
    return {};
  }

 private:
  const std::string& id() const { return wanted_.project.id; }
  std::string of_project(std::string_view kind, std::string_view name) const {
    return fmt::format("{} \"{}\" of project {}", kind, name, id());
  }
  void note(std::string verb, std::string what, std::vector<std::string> fields = {}) {
    applied_.changes.push_back({std::move(verb), std::move(what), std::move(fields)});
  }

  Result<void> apply_project() {
    const auto before = registry::find_project(database_, id());
    if (before == wanted_.project) return {};
    if (auto saved = registry::save_project(database_, wanted_.project); !saved) return saved;
    std::vector<std::string> fields;
    if (before) {
      if (before->name != wanted_.project.name) fields.emplace_back("name");
      if (before->token != wanted_.project.token) fields.emplace_back("token");
      if (before->time_zone != wanted_.project.time_zone) fields.emplace_back("time_zone");
      if (before->priority_properties != wanted_.project.priority_properties)
        fields.emplace_back("priority_properties");
      if (before->secret != wanted_.project.secret) fields.emplace_back("secret");
      if (before->accounts != wanted_.project.accounts) fields.emplace_back("service_accounts");
    }
    note(before ? "change" : "create", fmt::format("project {}", id()), fields);
    return {};
  }

  Result<void> apply_cohorts() {
    // In whatever order they are written: one that refers to a later one waits for it.
    std::vector<const WantedCohort*> waiting;
    waiting.reserve(wanted_.cohorts.size());
    for (const WantedCohort& cohort : wanted_.cohorts) waiting.push_back(&cohort);
    while (!waiting.empty()) {
      std::vector<const WantedCohort*> still_waiting;
      Result<void> last;
      for (const WantedCohort* cohort : waiting) {
        auto done = apply_cohort(*cohort);
        if (done) continue;
        still_waiting.push_back(cohort);
        last = std::unexpected(
            Error{done.error().kind, of_project("cohort", cohort->name) + ": " + done.error().message});
      }
      if (still_waiting.size() == waiting.size()) return last;
      waiting = std::move(still_waiting);
    }
    return {};
  }

  Result<void> apply_cohort(const WantedCohort& wanted) {
    const auto before = registry::find_cohort(database_, id(), wanted.name);
    registry::Cohort cohort{before ? before->id : 0, id(), wanted.name, wanted.description,
                            wanted.definition,       "",   now_};
    std::vector<std::string> fields;
    if (before) {
      if (before->description != cohort.description) fields.emplace_back("description");
      if (before->definition != cohort.definition) fields.emplace_back("definition");
      if (fields.empty()) return {};
    }
    std::ignore = TRY(registry::save_cohort(database_, cohort));
    note(before ? "change" : "create", of_project("cohort", wanted.name), fields);
    return {};
  }

  Result<void> apply_reports() {
    for (const WantedReport& wanted : wanted_.reports) {
      const auto before = registry::find_report(database_, id(), wanted.name);
      const registry::Report report{before ? before->id : 0, id(), wanted.name, wanted.description,
                                    wanted.definition,       now_};
      std::vector<std::string> fields;
      if (before) {
        if (before->description != report.description) fields.emplace_back("description");
        if (before->definition != report.definition) fields.emplace_back("definition");
        if (fields.empty()) continue;
      }
      const auto saved = registry::save_report(database_, report);
      if (!saved)
        return fail(saved.error().kind, of_project("report", wanted.name) + ": " + saved.error().message);
      const auto changes = alerts::fit_changes(database_, *saved, wanted.definition);
      alerts::apply_fit_changes(database_, changes, now_);
      for (const auto& change : changes) applied_.misfits.emplace_back(wanted.name, change);
      note(before ? "change" : "create", of_project("report", wanted.name), fields);
    }
    return {};
  }

  Result<void> remove_reports() {
    for (const registry::Report& report : registry::list_reports(database_, id())) {
      const bool kept = std::ranges::any_of(wanted_.reports,
                                            [&](const auto& wanted) { return wanted.name == report.name; });
      if (kept) continue;
      if (auto gone = alerts::remove_report(database_, report.id); !gone) return gone;
      note("delete", of_project("report", report.name));
    }
    return {};
  }

  Result<void> apply_webhooks() {
    for (const WantedWebhook& wanted : wanted_.webhooks) {
      const auto before = registry::find_webhook(database_, id(), wanted.name);
      const registry::Webhook webhook{
          before ? before->id : 0, id(),           wanted.name,  wanted.url, wanted.user,
          wanted.password,         wanted.enabled, wanted.format};
      std::vector<std::string> fields;
      if (before) {
        if (before->url != webhook.url) fields.emplace_back("url");
        if (before->user != webhook.user) fields.emplace_back("user");
        if (before->password != webhook.password) fields.emplace_back("password");
        if (before->enabled != webhook.enabled) fields.emplace_back("enabled");
        if (before->format != webhook.format) fields.emplace_back("format");
        if (fields.empty()) continue;
      }
      if (auto saved = registry::save_webhook(database_, webhook); !saved)
        return fail(saved.error().kind, of_project("webhook", wanted.name) + ": " + saved.error().message);
      note(before ? "change" : "create", of_project("webhook", wanted.name), fields);
    }
    return {};
  }

  Result<void> remove_webhooks() {
    for (const registry::Webhook& webhook : registry::list_webhooks(database_, id())) {
      const bool kept = std::ranges::any_of(wanted_.webhooks,
                                            [&](const auto& wanted) { return wanted.name == webhook.name; });
      if (kept) continue;
      if (auto gone = alerts::remove_webhook(database_, webhook.id); !gone) return gone;
      note("delete", of_project("webhook", webhook.name));
    }
    return {};
  }

  Result<void> apply_alerts() {
    for (const WantedAlert& wanted : wanted_.alerts) {
      if (auto done = apply_alert(wanted); !done)
        return fail(done.error().kind, of_project("alert", wanted.alert.name) + ": " + done.error().message);
    }
    return {};
  }

  Result<void> apply_alert(const WantedAlert& wanted) {
    using Kind = Error::Kind;
    const auto before = alerts::find_alert(database_, id(), wanted.alert.name);
    alerts::Alert alert = wanted.alert;
    alert.id = before ? before->id : 0;
    alert.project_id = id();
    const auto report = registry::find_report(database_, id(), wanted.report);
    if (!report) return fail(Kind::kNotFound, fmt::format("there is no report \"{}\"", wanted.report));
    alert.report_id = report->id;
    if (alert.watch.metric.empty())
      alert.watch.metric = first_metric(*reports::parse_definition(report->definition));
    for (const std::string& name : wanted.webhooks) {
      const auto webhook = registry::find_webhook(database_, id(), name);
      if (!webhook) return fail(Kind::kNotFound, fmt::format("there is no webhook \"{}\"", name));
      alert.webhooks.push_back(webhook->id);
    }
    const auto fields = before ? differences(*before, alert) : std::vector<std::string>{};
    if (before && fields.empty()) return {};
    std::ignore = TRY(alerts::save_alert(database_, alert, now_));
    note(before ? "change" : "create", of_project("alert", alert.name), fields);
    return {};
  }

  static std::vector<std::string> differences(const alerts::Alert& before, const alerts::Alert& after) {
    std::vector<std::string> fields;
    const auto compare = [&](std::string_view name, const auto& left, const auto& right) {
      if (left != right) fields.emplace_back(name);
    };
    compare("report", before.report_id, after.report_id);
    compare("metric", before.watch.metric, after.watch.metric);
    compare("segment", std::pair(before.watch.scope, before.watch.segment),
            std::pair(after.watch.scope, after.watch.segment));
    compare("condition", alerts::to_json(before.condition), alerts::to_json(after.condition));
    compare("frequency", before.frequency, after.frequency);
    compare("windows", alerts::to_json(before.windows), alerts::to_json(after.windows));
    compare("paused", before.paused, after.paused);
    compare("webhooks", before.webhooks, after.webhooks);
    compare("emails", before.emails, after.emails);
    compare("creator", before.creator, after.creator);
    compare("creator_email", before.creator_email, after.creator_email);
    return fields;
  }

  Result<void> remove_alerts() {
    for (const alerts::Alert& alert : alerts::list_alerts(database_, id())) {
      const bool kept = std::ranges::any_of(
          wanted_.alerts, [&](const auto& wanted) { return wanted.alert.name == alert.name; });
      if (kept) continue;
      if (auto gone = alerts::remove_alert(database_, alert.id); !gone) return gone;
      note("delete", of_project("alert", alert.name));
    }
    return {};
  }

  Result<void> apply_destinations() {
    for (const WantedDestination& wanted : wanted_.destinations) {
      const auto before = registry::find_destination(database_, id(), wanted.name);
      const registry::Destination destination{
          before ? before->id : 0, id(),          wanted.name, wanted.url, wanted.user,
          wanted.password,         wanted.enabled};
      std::vector<std::string> fields;
      if (before) {
        if (before->url != destination.url) fields.emplace_back("url");
        if (before->user != destination.user) fields.emplace_back("user");
        if (before->password != destination.password) fields.emplace_back("password");
        if (before->enabled != destination.enabled) fields.emplace_back("enabled");
        if (fields.empty()) continue;
      }
      std::ignore = TRY(registry::save_destination(database_, destination));
      note(before ? "change" : "create", of_project("destination", wanted.name), fields);
    }
    return {};
  }

  std::string name_of(const WantedSync& wanted) const {
    return fmt::format("sync of \"{}\" to \"{}\" of project {}", wanted.cohort, wanted.destination, id());
  }

  Result<void> apply_syncs() {
    for (const WantedSync& wanted : wanted_.syncs) {
      auto done = apply_sync(wanted);
      if (!done) return fail(done.error().kind, name_of(wanted) + ": " + done.error().message);
    }
    return {};
  }

  Result<void> apply_sync(const WantedSync& wanted) {
    const auto cohort = registry::find_cohort(database_, id(), wanted.cohort);
    const auto destination = registry::find_destination(database_, id(), wanted.destination);
    if (!cohort || !destination)
      return fail(Error::Kind::kNotFound,
                  cohort ? "there is no such destination" : "there is no such cohort");
    const auto before = registry::find_sync(database_, cohort->id, destination->id);
    registry::Sync sync = before ? *before
                                 : registry::Sync{.key = random_key(),
                                                  .project_id = id(),
                                                  .cohort_id = cohort->id,
                                                  .destination_id = destination->id,
                                                  .next_run_at = now_};
    std::vector<std::string> fields;
    if (before) {
      if (sync.properties != wanted.properties) fields.emplace_back("properties");
      if (sync.recurring != wanted.recurring) fields.emplace_back("recurring");
      if (sync.owner != wanted.owner) fields.emplace_back("owner");
      if (fields.empty()) return {};
    }
    sync.properties = wanted.properties;
    sync.recurring = wanted.recurring;
    sync.owner = wanted.owner;
    std::ignore = TRY(registry::save_sync(database_, sync, limits_));
    note(before ? "change" : "create", name_of(wanted), fields);
    return {};
  }

  Result<void> remove_syncs() {
    for (const registry::Sync& sync : registry::list_syncs(database_, id())) {
      const auto cohort = registry::find_cohort(database_, sync.cohort_id);
      const auto destination = registry::find_destination(database_, sync.destination_id);
      const bool kept = std::ranges::any_of(wanted_.syncs, [&](const WantedSync& wanted) {
        return wanted.cohort == cohort->name && wanted.destination == destination->name;
      });
      if (kept) continue;
      if (auto gone = registry::remove_sync(database_, sync.id); !gone) return gone;
      sync::remove_runs_of_sync(database_, sync.id);
      applied_.removed_syncs.emplace_back(sync.id, sync.key);
      note("delete", name_of({cohort->name, destination->name, {}, true, ""}));
    }
    return {};
  }

  Result<void> remove_destinations() {
    for (const registry::Destination& destination : registry::list_destinations(database_, id())) {
      const bool kept = std::ranges::any_of(wanted_.destinations, [&](const WantedDestination& wanted) {
        return wanted.name == destination.name;
      });
      if (kept) continue;
      if (auto gone = registry::remove_destination(database_, destination.id); !gone) return gone;
      note("delete", of_project("destination", destination.name));
    }
    return {};
  }

  Result<void> remove_cohorts() {
    std::vector<registry::Cohort> going;
    for (registry::Cohort& cohort : registry::list_cohorts(database_, id())) {
      const bool kept = !cohort.upload.empty() ||
                        std::ranges::any_of(wanted_.cohorts,
                                            [&](const auto& wanted) { return wanted.name == cohort.name; });
      if (!kept) going.push_back(std::move(cohort));
    }
    // One that refers to another goes first.
    while (!going.empty()) {
      Result<void> last;
      const std::size_t before = going.size();
      std::erase_if(going, [&](const registry::Cohort& cohort) {
        auto gone = registry::remove_cohort(database_, cohort.id);
        const bool is_gone = gone.has_value();
        if (is_gone) note("delete", of_project("cohort", cohort.name));
        if (!is_gone) last = std::move(gone);
        return is_gone;
      });
      if (going.size() == before) return last;
    }
    return {};
  }

  storage::Database& database_;
  const WantedProject& wanted_;
  const registry::SyncLimits& limits_;
  const Timestamp now_;
  Applied& applied_;
};

}  // namespace

Result<Applied> apply(storage::Database& database, const Configuration& wanted,
                      const registry::SyncLimits& limits, Timestamp now) {
  Applied applied;
  for (const WantedProject& project : wanted.projects) {
    TRY(ProjectApplier(database, project, limits, now, applied).apply());
  }
  return applied;
}

}  // namespace bellwether::publisher
