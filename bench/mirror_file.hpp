#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "feed/feed.hpp"
#include "mirror/merger.hpp"
#include "mirror/mirror.hpp"
#include "pages.hpp"
#include "storage/group_commit.hpp"
#include "support/service_tables.hpp"
#include "timing.hpp"

namespace bellwether::bench {

/// A mirror over a new data file, written and merged as the service does it.
class MirrorFile {
 public:
  explicit MirrorFile(const std::string& folder) : path_(folder + "/mirror.db"), mirror_(options_in(folder)) {
    storage::Database database(path_, {});
    bellwether::testing::create_tables(database, "subscriber");
    writer_ =
        std::make_unique<storage::GroupCommit>(std::move(database), storage::GroupCommit::Limits{}, nullptr);
    reader_ = std::make_unique<storage::Database>(
        path_, storage::Database::Options{.access = storage::Database::Access::kReadOnly});
  }

  /// One durable commit.
  void commit(const std::function<void(storage::Database&)>& work) {
    if (!writer_->run_background([&](storage::Database& database) { work(database); })) std::abort();
  }

  static contract::CohortPage make_page(const PageOf& of, std::uint64_t first, std::uint64_t count) {
    contract::CohortPage page;
    page.action = *contract::parse_action(of.action);
    page.project_id = "1";
    page.cohort_id = of.cohort;
    page.session_id = of.session;
    page.page_count = static_cast<std::uint32_t>(of.page);
    page.total_pages = static_cast<std::uint32_t>(of.total);
    page.members_json = members_json(first, count);
    contract::digest_members(page);
    return page;
  }
  /// What became of an answer is noted with the next commit, as in the service.
  void receive(const contract::CohortPage& page) {
    commit([&](storage::Database& database) {
      if (answer_) mirror_.on_acknowledgement(database, *answer_, mirror::Acknowledgement::kDelivered);
      answer_ = mirror_.receive(database, page, system_now()).track_answer;
    });
  }
  void receive(const PageOf& of, std::uint64_t first, std::uint64_t count) {
    receive(make_page(of, first, count));
  }

  /// A full load of `members`, received; it waits for `merge`.
  void receive_load(const std::string& cohort, std::uint64_t members) {
    const std::uint64_t pages = members / 1000;
    for (std::uint64_t i = 0; i < pages; ++i) {
      receive({.action = "members", .cohort = cohort, .session = "load", .page = i + 1, .total = pages},
              i * 1000, 1000);
    }
  }

  void merge() {
    while (merger().merge_next(system_now())) {
    }
  }
  void collect_garbage() {
    while (merger().collect_garbage(system_now())) {
    }
  }

 private:
  static mirror::Options options_in(const std::string& folder) {
    mirror::Options options;
    options.spill_dir = folder;
    return options;
  }
  mirror::Merger merger() {
    return {*reader_, [this](const std::function<void(storage::Database&)>& work) { commit(work); },
            mirror_.options()};
  }

  const std::string path_;
  const mirror::Mirror mirror_;
  std::unique_ptr<storage::GroupCommit> writer_;
  std::unique_ptr<storage::Database> reader_;
  std::optional<mirror::AnswerRef> answer_;
};

}  // namespace bellwether::bench
