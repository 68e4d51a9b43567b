#include "mirror/mention_sorter.hpp"

#include <map>
#include <random>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace bellwether::mirror {
namespace {

class Sorter : public ::testing::TestWithParam<std::size_t> {
 protected:
  bellwether::testing::TemporaryFolder folder_;
};

TEST_P(Sorter, SortsAndKeepsTheLastOfEachId) {
  MentionSorter sorter(folder_.path(), GetParam());
  std::map<std::string, std::pair<bool, std::string>> expected;
  std::mt19937 random(7);
  for (int i = 0; i < 5000; ++i) {
    const std::string id = fmt::format("{}{}", i % 3 == 0 ? "same-prefix-" : "", random() % 3000);
    const bool add = random() % 2 == 0;
    const std::string properties = fmt::format("{{\"v\":{}}}", i);
    sorter.add(id, add, properties);
    expected[id] = {add, properties};
  }
  sorter.finish();
  for (int pass = 0; pass < 2; ++pass) {
    auto next = expected.begin();
    SortedMention mention;
    while (sorter.next(mention)) {
      ASSERT_NE(next, expected.end());
      EXPECT_EQ(mention.distinct_id, next->first);
      EXPECT_EQ(mention.add, next->second.first);
      EXPECT_EQ(mention.properties, next->second.second);
      ++next;
    }
    EXPECT_EQ(next, expected.end());
    sorter.rewind();
  }
}

INSTANTIATE_TEST_SUITE_P(Budgets, Sorter, ::testing::Values(1U << 30U, 65536U, 4096U));

}  // namespace
}  // namespace bellwether::mirror
