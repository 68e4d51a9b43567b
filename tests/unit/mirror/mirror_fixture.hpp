#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "mirror/merger.hpp"
#include "mirror/mirror.hpp"
#include "mirror/views.hpp"
#include "support/service_tables.hpp"
#include "support/temporary_folder.hpp"

namespace bellwether::mirror {

/// A page of a test, in short.
struct Sent {
  contract::Action action = contract::Action::kMembers;
  std::uint32_t index = 1;
  std::uint32_t total = 1;            ///< 0: without page_info
  std::vector<std::string> ids = {};  ///< "ann", or "ann@new" with an e-mail address
};

inline contract::CohortPage to_page(const std::string& session, const Sent& sent,
                                    const std::string& cohort = "12") {
  contract::CohortPage page;
  page.action = sent.action;
  page.project_id = "8";
  page.cohort_id = cohort;
  page.session_id = session;
  page.page_count = sent.index;
  page.total_pages = sent.total;
  for (const std::string& id : sent.ids) {
    const std::size_t at = id.find('@');
    const std::string email =
        at == std::string::npos ? "" : fmt::format(R"(,"email":"{}")", id.substr(at + 1));
    page.members_json += fmt::format(R"({}{{"mixpanel_distinct_id":"{}"{}}})",
                                     page.members_json.empty() ? "[" : ",", id.substr(0, at), email);
  }
  page.members_json += page.members_json.empty() ? "[]" : "]";
  contract::digest_members(page);
  return page;
}

/// A mirror over a real file.
class MirrorFixture : public ::testing::Test {
 protected:
  MirrorFixture() : database_(folder_.file("m.db"), {.durable = false}) {
    bellwether::testing::create_tables(database_, "subscriber");
    options_.spill_dir = folder_.path();
  }

  Mirror mirror() const { return Mirror(options_); }

  Receipt receive(const contract::CohortPage& page, Acknowledgement acknowledgement) {
    storage::Transaction transaction(database_);
    Receipt receipt = mirror().receive(database_, page, now_);
    if (receipt.track_answer && acknowledgement != Acknowledgement::kPending)
      mirror().on_acknowledgement(database_, *receipt.track_answer, acknowledgement);
    transaction.commit();
    return receipt;
  }

  void merge() {
    storage::Database reader(folder_.file("m.db"), {.access = storage::Database::Access::kReadOnly});
    Merger merger(
        reader,
        [this](const std::function<void(storage::Database&)>& work) {
          storage::Transaction transaction(database_);
          work(database_);
          transaction.commit();
        },
        options_);
    while (merger.merge_next(now_)) {
    }
    while (merger.collect_garbage(now_)) {
    }
  }

  std::vector<std::string> members(const std::string& cohort_id = "12") {
    std::vector<std::string> ids;
    const auto cohort = find_cohort(database_, "8", cohort_id);
    if (!cohort) return ids;
    for (const auto& member : list_members(database_, cohort->generation, std::nullopt, 10'000)) {
      ids.push_back(member.distinct_id);
    }
    return ids;
  }
  std::vector<std::string> doubts() {
    std::vector<std::string> ids;
    for (const auto& doubt :
         list_doubts(database_, *find_cohort(database_, "8", "12"), std::nullopt, 10'000)) {
      ids.push_back(doubt.distinct_id);
    }
    return ids;
  }
  std::vector<std::string> feed() {
    std::vector<std::string> lines;
    for (const auto& change : feed::read(database_, 0, 10'000)) {
      lines.push_back(static_cast<char>(change.kind) + change.subject);
    }
    return lines;
  }
  /// The newest attempt.
  SessionView session(const std::string& id) {
    for (const auto& view : list_sessions(database_, {}, 10'000)) {
      if (view.session.session_id == id) return view;
    }
    throw std::runtime_error("no session " + id);
  }
  SessionState state(const std::string& id) { return session(id).session.state; }

  bellwether::testing::TemporaryFolder folder_;
  storage::Database database_;
  Options options_;
  Timestamp now_ = from_unix_ms(1'790'000'000'000);
};

}  // namespace bellwether::mirror
