#include "mirror/mention_sorter.hpp"

#include <filesystem>
#include <map>
#include <random>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "storage/database.hpp"
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

/// The descriptor of the sorter's spill file, which has no name any more.
int spill_file_in(const std::string& folder) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    const std::string target = std::filesystem::read_symlink(entry.path(), ignored).string();
    if (target.starts_with(folder + "/run-")) return std::stoi(entry.path().filename().string());
  }
  return -1;
}

class SpilledSorter : public Sorter {
 protected:
  MentionSorter filled() const {
    MentionSorter sorter(folder_.path(), 1U << 20U);
    for (int i = 0; i < 20'000; ++i) sorter.add(fmt::format("{:06}", i), true, std::string(100, 'x'));
    return sorter;
  }
  static std::size_t read_all(MentionSorter& sorter) {
    std::size_t count = 0;
    for (SortedMention mention; sorter.next(mention);) ++count;
    return count;
  }
};

TEST_F(SpilledSorter, ARunThatIsShorterThanItWasIsNoEnd) {
  MentionSorter sorter = filled();
  const int file = spill_file_in(folder_.path());
  ASSERT_GE(file, 0);
  ASSERT_EQ(ftruncate(file, 700'000), 0);
  sorter.finish();
  EXPECT_THROW(read_all(sorter), storage::StorageError);
}

TEST_F(SpilledSorter, AReadErrorIsNoEnd) {
  MentionSorter sorter = filled();
  const int file = spill_file_in(folder_.path());
  ASSERT_GE(file, 0);
  const int folder = open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_GE(folder, 0);
  ASSERT_GE(dup2(folder, file), 0);  // reading a folder fails
  close(folder);
  try {
    sorter.finish();
    read_all(sorter);
    FAIL() << "it took the error for the end";
  } catch (const storage::StorageError& error) {
    EXPECT_NE(std::string(error.what()).find("cannot read a sorted run"), std::string::npos) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(Budgets, Sorter, ::testing::Values(1U << 30U, 65536U, 4096U));

}  // namespace
}  // namespace bellwether::mirror
