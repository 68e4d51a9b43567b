#include "feed/feed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/service_tables.hpp"

namespace bellwether::feed {
namespace {

class Feed : public ::testing::Test {
 protected:
  Feed() : database_(":memory:", {}) { bellwether::testing::create_tables(database_, "subscriber"); }

  void publish_some(int count, std::int64_t at) {
    BatchWriter batch(database_);
    for (int i = 0; i < count; ++i) batch.add(database_, Kind::kEntered, "p" + std::to_string(i));
    batch.flush(database_);
    publish(database_, batch, {"8", "12", "s"}, from_unix_ms(at));
  }
  std::vector<std::int64_t> seqs(std::int64_t after, std::size_t limit) {
    std::vector<std::int64_t> out;
    for (const Change& change : read(database_, after, limit)) out.push_back(change.seq);
    return out;
  }

  storage::Database database_;
};

TEST_F(Feed, NumbersAreGaplessOverBatches) {
  publish_some(2, 1);
  publish_some(0, 2);
  publish_some(3, 3);
  EXPECT_EQ(last_seq(database_), 5);
  EXPECT_THAT(seqs(0, 100), ::testing::ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(seqs(1, 2), ::testing::ElementsAre(2, 3));
  EXPECT_THAT(seqs(5, 10), ::testing::IsEmpty());
}

TEST_F(Feed, ReadsAcrossBlocks) {
  publish_some(2500, 1);
  publish_some(10, 1);
  EXPECT_THAT(seqs(998, 4), ::testing::ElementsAre(999, 1000, 1001, 1002));
  EXPECT_THAT(seqs(2499, 3), ::testing::ElementsAre(2500, 2501, 2502));
  EXPECT_EQ(seqs(0, 10000).size(), 2510U);
}

TEST_F(Feed, KeepsWhatAChangeIs) {
  BatchWriter batch(database_);
  batch.add(database_, Kind::kLeft, "quote\"\n");
  batch.add(database_, Kind::kUpdated, "");
  batch.add(database_, Kind::kAlert, "17");
  batch.flush(database_);
  publish(database_, batch, {"8", "12", "s"}, from_unix_ms(5));
  const auto changes = read(database_, 0, 10);
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes[0].kind, Kind::kLeft);
  EXPECT_EQ(changes[0].subject, "quote\"\n");
  EXPECT_EQ(changes[1].kind, Kind::kUpdated);
  EXPECT_EQ(changes[1].subject, "");
  EXPECT_EQ(changes[2].kind, Kind::kAlert);
  EXPECT_EQ(changes[0].origin.session_id, "s");
  EXPECT_EQ(to_unix_ms(changes[0].at), 5);
}

TEST_F(Feed, UnpublishedBatchesAreInvisibleAndDropped) {
  BatchWriter lost(database_);
  lost.add(database_, Kind::kEntered, "nobody");
  lost.flush(database_);
  publish_some(1, 1);
  EXPECT_EQ(read(database_, 0, 10).size(), 1U);
  drop_unpublished(database_);
  auto blocks = database_.query("SELECT count(*) FROM feed_block");
  ASSERT_TRUE(blocks.next());
  EXPECT_EQ(blocks.integer(0), 1);
}

TEST_F(Feed, TrimsAPrefix) {
  publish_some(2, 100);
  publish_some(2, 200);
  publish_some(2, 50);  // the clock went back
  EXPECT_EQ(trim(database_, from_unix_ms(150), 10), 1U);
  EXPECT_EQ(first_seq(database_), 3);
  EXPECT_THAT(seqs(2, 10), ::testing::ElementsAre(3, 4, 5, 6));
  EXPECT_EQ(trim(database_, from_unix_ms(1000), 10), 2U);
  EXPECT_EQ(first_seq(database_), 7) << "nothing is kept, the next will be 7";
  EXPECT_EQ(last_seq(database_), 6);
}

}  // namespace
}  // namespace bellwether::feed
