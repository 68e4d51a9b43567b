#include "sync/page_file.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace bellwether::sync {
namespace {

TEST(PageFile, CutsActionsIntoPages) {
  const bellwether::testing::TemporaryFolder folder;
  PageFileWriter writer(folder.file("pages"), 2);
  for (const char* member : {"1", "2", "3"}) writer.add(member);
  writer.end_action();
  writer.end_action();
  for (const char* member : {"4", "5"}) writer.add(member);
  writer.end_action();
  ASSERT_TRUE(writer.finish());
  auto file = PageFile::open(folder.file("pages"));
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_EQ(file->pages(), 4U);
  EXPECT_EQ(*file->read(1), "[1,2]");
  EXPECT_EQ(*file->read(2), "[3]");
  EXPECT_EQ(*file->read(3), "[]");
  EXPECT_EQ(*file->read(4), "[4,5]");
  EXPECT_EQ(*file->read(1), "[1,2]");
  EXPECT_FALSE(file->read(0));
  EXPECT_FALSE(file->read(5));
}

TEST(PageFile, OneThatIsNotCompleteDoesNotOpen) {
  const bellwether::testing::TemporaryFolder folder;
  const std::string path = folder.file("pages");
  EXPECT_FALSE(PageFile::open(path));
  {
    PageFileWriter writer(path, 2);
    writer.add("1");
    writer.end_action();
    ASSERT_TRUE(writer.finish());
  }
  for (auto size = std::filesystem::file_size(path); size-- > 0;) {
    std::filesystem::resize_file(path, size);
    EXPECT_FALSE(PageFile::open(path)) << size;
  }
  EXPECT_FALSE(PageFileWriter("/nowhere/pages", 2).finish());
}

}  // namespace
}  // namespace bellwether::sync
