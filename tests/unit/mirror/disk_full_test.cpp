#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mirror/merger.hpp"
#include "mirror/mirror.hpp"
#include "mirror/views.hpp"
#include "mirror_fixture.hpp"
#include "support/faulty_disk.hpp"

/// The disk is full from one write on, and has room again a while later: what was acknowledged stays, what was not is
/// sent again, and the mirror is as if nothing had happened. Refused are the first write of each step of a small life, and
/// some others, chosen by a seed; with BELLWETHER_EVERY_WRITE in the environment (`make hostile`) each write once.
namespace bellwether::mirror {
namespace {

using contract::Action;
using storage::Database;
using storage::StorageError;

/// One life of a mirror: loads, differences, a run that begins again, large sessions, a page without numbers.
std::vector<contract::CohortPage> life() {
  std::vector<contract::CohortPage> pages;
  const auto send = [&pages](const std::string& session, const Sent& sent) {
    pages.push_back(to_page(session, sent));
  };
  std::vector<std::string> many;
  many.reserve(60);
  for (int i = 0; i < 60; ++i) many.push_back(fmt::format("m{:03}@some-{}", i, i));
  send("load", {Action::kMembers, 1, 2, {"ann", "bob"}});
  send("load", {Action::kMembers, 2, 2, many});
  send("r1", {Action::kAddMembers, 1, 2, {"cyd"}});
  send("r1", {Action::kRemoveMembers, 2, 2, {"bob"}});
  send("r2", {Action::kAddMembers, 1, 2, {"dee"}});
  send("r2", {Action::kRemoveMembers, 2, 2, {"ann"}});
  send("r2", {Action::kAddMembers, 1, 2, {"dee"}});
  send("r2", {Action::kRemoveMembers, 2, 2, {"ann", "m007"}});
  send("r3", {Action::kAddMembers, 1, 0, {"eve@new"}});
  send("r3", {Action::kRemoveMembers, 1, 0, {}});
  send("r4", {Action::kAddMembers, 1, 1, many});
  send("r4", {Action::kRemoveMembers, 1, 1, {"m008", "m009"}});
  send("r5", {Action::kAddMembers, 1, 2, {}});
  send("r5", {Action::kRemoveMembers, 2, 2, {}});
  return pages;
}

struct Result {
  std::map<std::string, std::string> members;
  std::uint64_t writes = 0;
  std::set<std::uint64_t> first_writes;  ///< of each step
  int refused = 0;
};

/// The members; expects the cohort's size and the feed to say the same.
std::map<std::string, std::string> consistent_members(Database& reader) {
  std::map<std::string, std::string> members;
  const auto cohort = find_cohort(reader, "8", "12");
  for (const auto& member : list_members(reader, cohort->generation, std::nullopt, 10'000))
    members[member.distinct_id] = member.properties;
  EXPECT_EQ(static_cast<std::int64_t>(members.size()), cohort->size);
  std::set<std::string> followed;
  for (const auto& change : feed::read(reader, 0, 10'000)) {
    const bool enters = change.kind == feed::Kind::kEntered;
    EXPECT_EQ(followed.contains(change.subject), !enters) << change.subject;
    if (enters) followed.insert(change.subject);
    if (change.kind == feed::Kind::kLeft) followed.erase(change.subject);
  }
  for (const auto& [id, properties] : members) EXPECT_TRUE(followed.contains(id)) << id;
  EXPECT_EQ(followed.size(), members.size()) << "the feed replayed is the mirror";
  auto check = reader.query("PRAGMA integrity_check");
  EXPECT_TRUE(check.next());
  EXPECT_EQ(check.text(0), "ok");
  return members;
}

class DiskFull : public ::testing::TestWithParam<std::size_t> {
 protected:
  /// Plays the life with the disk full from `full_at` on, until `kPatience` things were refused.
  Result play(std::uint64_t full_at) {
    bellwether::testing::FaultyDisk disk;
    const bellwether::testing::TemporaryFolder folder;
    const std::string path = folder.file("m.db");
    {
      Database made(path, {.durable = false});
      bellwether::testing::create_tables(made, "subscriber");
      made.checkpoint();
    }
    Options options;
    options.spill_dir = folder.path();
    options.in_place_members = GetParam();
    options.sort_bytes = 500;
    const Mirror mirror(options);
    Database writer(path, {.cache_mib = 1, .durable = false});
    Database reader(path, {.access = Database::Access::kReadOnly, .cache_mib = 1});
    const std::uint64_t before = disk.writes();
    disk.fill_at(before + full_at);

    Result result;
    const auto attempt = [&](const std::function<void()>& work) {
      result.first_writes.insert(disk.writes() - before + 1);
      try {
        work();
        return true;
      } catch (const StorageError& error) {
        EXPECT_EQ(error.kind(), StorageError::Kind::kFull) << error.what();
        if (++result.refused % kPatience == 0) disk.make_room();
        return false;
      }
    };
    const auto commit = [&](const std::function<void(Database&)>& work) {
      storage::Transaction transaction(writer);
      work(writer);
      transaction.commit();
    };
    Timestamp now = from_unix_ms(1'790'000'000'000);
    const auto maintain = [&] {
      Merger merger(reader, [&](const std::function<void(Database&)>& work) { commit(work); }, options);
      while (merger.merge_next(now)) {
      }
      while (merger.collect_garbage(now)) {
      }
    };
    for (const contract::CohortPage& page : life()) {
      now += std::chrono::seconds(1);
      Receipt receipt;
      while (!attempt(
          [&] { commit([&](Database& database) { receipt = mirror.receive(database, page, now); }); })) {
      }
      EXPECT_NE(receipt.kind, Receipt::Kind::kRefused) << receipt.refusal;
      attempt([&] { maintain(); });
    }
    while (!attempt([&] { maintain(); })) {
    }
    result.writes = disk.writes() - before;
    result.members = consistent_members(reader);
    return result;
  }

  static constexpr int kPatience = 3;
};

TEST_P(DiskFull, AtAnyWriteLosesNothing) {
  const Result whole = play(~std::uint64_t{0} / 2);
  EXPECT_EQ(whole.refused, 0);
  ASSERT_GT(whole.writes, 50U);
  EXPECT_EQ(whole.members.size(), 61U);
  std::set<std::uint64_t> chosen = whole.first_writes;
  std::mt19937_64 random(2026);
  for (int i = 0; i < 30; ++i) chosen.insert(1 + random() % whole.writes);
  if (std::getenv("BELLWETHER_EVERY_WRITE") != nullptr) {
    for (std::uint64_t write = 1; write <= whole.writes; ++write) chosen.insert(write);
  }
  int refused = 0;
  for (const std::uint64_t write : chosen) {
    if (write > whole.writes) continue;
    SCOPED_TRACE(fmt::format("full at write {} of {}", write, whole.writes));
    const Result result = play(write);
    refused += result.refused;
    EXPECT_EQ(result.members, whole.members);
    if (HasFailure()) return;
  }
  EXPECT_GE(refused, static_cast<int>(chosen.size()) - 1) << "the disk was full each time";
}

INSTANTIATE_TEST_SUITE_P(InPlaceAndMerged, DiskFull, ::testing::Values(std::size_t{20'000}, std::size_t{0}));

}  // namespace
}  // namespace bellwether::mirror
