#include "sender.hpp"

#include <fmt/format.h>

namespace bellwether::simulation {

using contract::Action;
using contract::CohortPage;

namespace {

/// Cuts members into pages; an empty part is one empty page.
std::vector<CohortPage> paginate(Action action, const Membership& members, int page_members) {
  std::vector<CohortPage> pages(1);
  for (const auto& [id, properties] : members) {
    if (pages.back().member_count == static_cast<std::size_t>(page_members)) pages.emplace_back();
    CohortPage& page = pages.back();
    page.members_json += page.members_json.empty() ? "[" : ",";
    const std::string fields = properties.substr(1, properties.size() - 2);
    page.members_json +=
        fmt::format(R"({{"mixpanel_distinct_id":"{}"{}{}}})", id, fields.empty() ? "" : ",", fields);
    ++page.member_count;
  }
  for (CohortPage& page : pages) {
    page.action = action;
    page.members_json += page.members_json.empty() ? "[]" : "]";
  }
  return pages;
}

}  // namespace

void Sender::live_on() {
  for (int i = 0; i < scenario_.people; ++i) {
    if (!dice_.chance(scenario_.churn)) continue;
    const std::string id = fmt::format("p{:02}", i);
    const bool leaves = people_.contains(id) && dice_.chance(0.6);
    if (leaves) {
      people_.erase(id);
    } else {
      people_[id] = dice_.chance(0.3) ? "{}" : fmt::format(R"({{"v":{}}})", ++edits_);
    }
  }
}

std::vector<Sender::Part> Sender::changes(Timestamp now) const {
  const bool is_first = !snapshot_;
  const bool full = is_first || now - snapshot_at_ > std::chrono::days(3);
  const bool as_adds = reconnects_ || (scenario_.first_load_as_adds && is_first);
  if (full && !as_adds) return {{Action::kMembers, people_}};
  Part adds{Action::kAddMembers, {}};
  Part removes{Action::kRemoveMembers, {}};
  const Membership before = reconnects_ ? Membership{} : snapshot_.value_or(Membership{});
  for (const auto& [id, properties] : people_) {
    const auto known = before.find(id);
    const bool updated = known != before.end() && scenario_.adds_updates && known->second != properties;
    if (known == before.end() || updated) adds.members.emplace(id, properties);
  }
  for (const auto& [id, properties] : before) {
    if (!people_.contains(id)) removes.members.emplace(id, "{}");
  }
  if (scenario_.sends_empty_calls) return {adds, removes};
  std::vector<Part> parts;
  if (!adds.members.empty()) parts.push_back(adds);
  if (!removes.members.empty()) parts.push_back(removes);
  return parts;
}

/// `run` is in the order of its parts.
void Sender::number(std::vector<CohortPage>& run) const {
  const bool by_action = scenario_.numbers == PageNumbers::kByAction ||
                         (scenario_.numbers == PageNumbers::kMixed && dice_.chance(0.5));
  std::map<Action, std::uint32_t> totals;
  for (const CohortPage& page : run) ++totals[page.action];
  std::map<Action, std::uint32_t> seen;
  std::uint32_t index = 0;
  for (CohortPage& page : run) {
    ++index;
    const std::uint32_t index_of_action = ++seen[page.action];
    if (scenario_.numbers == PageNumbers::kNone) {
      page.page_count = 1;
      page.total_pages = 0;
    } else {
      page.page_count = by_action ? index_of_action : index;
      page.total_pages = by_action ? totals[page.action] : static_cast<std::uint32_t>(run.size());
    }
  }
}

std::vector<CohortPage> Sender::plan_run(Timestamp now) {
  ++runs_;
  return plan(now);
}

std::vector<CohortPage> Sender::plan_restart(Timestamp now) {
  return plan(now);
}

std::vector<CohortPage> Sender::plan(Timestamp now) {
  planned_ = reconnects_ ? Membership{} : snapshot_.value_or(Membership{});
  planned_expected_ = expected_.value_or(Membership{});
  std::vector<CohortPage> run;
  for (const Part& part : changes(now)) {
    for (Membership* membership : {&planned_, &planned_expected_}) {
      if (part.action == Action::kMembers) membership->clear();
      for (const auto& [id, properties] : part.members) {
        if (part.action == Action::kRemoveMembers) {
          membership->erase(id);
        } else {
          (*membership)[id] = properties;
        }
      }
    }
    for (CohortPage& page : paginate(part.action, part.members, scenario_.page_members))
      run.push_back(std::move(page));
  }
  number(run);
  for (CohortPage& page : run) {
    page.project_id = "8";
    page.cohort_id = "12";
    page.session_id = fmt::format("run-{}", runs_);
    contract::digest_members(page);
  }
  return run;
}

void Sender::succeed(Timestamp now) {
  snapshot_ = planned_;
  expected_ = planned_expected_;
  snapshot_at_ = now;
  reconnects_ = false;
}

}  // namespace bellwether::simulation
