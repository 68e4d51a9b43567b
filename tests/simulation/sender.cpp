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
  const bool full = !snapshot_ || now - snapshot_at_ > std::chrono::days(3);
  if (full && !(scenario_.first_load_as_adds && !snapshot_)) return {{Action::kMembers, people_}};
  Part adds{Action::kAddMembers, {}};
  Part removes{Action::kRemoveMembers, {}};
  const Membership before = snapshot_.value_or(Membership{});
  for (const auto& [id, properties] : people_) {
    if (!before.contains(id)) adds.members.emplace(id, properties);
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

std::vector<CohortPage> Sender::plan_run(Timestamp now) {
  const std::vector<Part> parts = changes(now);
  planned_ = snapshot_.value_or(Membership{});
  std::vector<CohortPage> run;
  for (const Part& part : parts) {
    if (part.action == Action::kMembers) planned_.clear();
    for (const auto& [id, properties] : part.members) {
      if (part.action == Action::kRemoveMembers) {
        planned_.erase(id);
      } else {
        planned_[id] = properties;
      }
    }
    std::vector<CohortPage> pages = paginate(part.action, part.members, scenario_.page_members);
    for (std::size_t i = 0; i < pages.size(); ++i) {
      pages[i].page_count = static_cast<std::uint32_t>(scenario_.numbers_by_action ? i + 1 : run.size() + 1);
      pages[i].total_pages = static_cast<std::uint32_t>(pages.size());
      run.push_back(pages[i]);
    }
  }
  ++runs_;
  for (CohortPage& page : run) {
    page.project_id = "8";
    page.cohort_id = "12";
    page.session_id = fmt::format("run-{}", runs_);
    if (!scenario_.numbers_by_action) page.total_pages = static_cast<std::uint32_t>(run.size());
  }
  return run;
}

void Sender::succeed(Timestamp now) {
  snapshot_ = planned_;
  snapshot_at_ = now;
}

}  // namespace bellwether::simulation
