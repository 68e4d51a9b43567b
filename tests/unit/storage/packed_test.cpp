#include "storage/packed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::storage {
namespace {

using ::testing::Lt;
using ::testing::Optional;

std::string page_of_members() {
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += R"({"mixpanel_distinct_id":")" + std::to_string(i * 7919) + R"(","plan":"free"},)";
  }
  return text;
}

TEST(Packed, GivesBackWhatWasPacked) {
  const std::string zeros("a\0b\xff", 4);
  for (const std::string& text : {std::string(), std::string("[]"), zeros, page_of_members()}) {
    EXPECT_THAT(unpack(pack(text)), Optional(text));
  }
}

TEST(Packed, APageTakesAFractionOfItsBytes) {
  const std::string text = page_of_members();
  EXPECT_THAT(pack(text).size(), Lt(text.size() / 4));
}

TEST(Packed, NothingComesOfDamagedBytes) {
  const std::string packed = pack(page_of_members());
  EXPECT_EQ(unpack(""), std::nullopt);
  EXPECT_EQ(unpack("[{\"mixpanel_distinct_id\":\"ann\"}]"), std::nullopt);
  for (std::size_t size = 0; size < packed.size(); size += 97)
    EXPECT_EQ(unpack(std::string_view(packed).substr(0, size)), std::nullopt) << size;
  for (std::size_t at = 0; at < packed.size(); at += 89) {
    std::string changed = packed;
    changed[at] = static_cast<char>(changed[at] ^ 0x20);
    const auto read = unpack(changed);
    EXPECT_TRUE(!read || *read == page_of_members()) << at;
  }
}

TEST(Packed, ASizeThatNoPageHasIsNotBelieved) {
  // A frame's header: the magic number, a descriptor that promises 8 bytes of size, and 2^60 as the size.
  const std::string frame("\x28\xb5\x2f\xfd\xe0\0\0\0\0\0\0\0\x10\x01\0\0", 16);
  EXPECT_EQ(unpack(frame), std::nullopt);
}

}  // namespace
}  // namespace bellwether::storage
