#include "base/shorten.hpp"

#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace bellwether {
namespace {

TEST(Shorten, CountsCharacters) {
  EXPECT_EQ(shorten("", 5), "");
  EXPECT_EQ(shorten("abcde", 5), "abcde");
  EXPECT_EQ(shorten("abcdef", 5), "abcd…");
  EXPECT_EQ(shorten("äöüßé", 5), "äöüßé");
  EXPECT_EQ(shorten("äöüßéx", 5), "äöüß…");
  EXPECT_EQ(shorten("🙂🙂🙂", 3), "🙂🙂🙂");
  EXPECT_EQ(shorten("🙂🙂🙂🙂", 3), "🙂🙂…");
}

TEST(Shorten, NeverCutsInsideACharacter) {
  for (const char* character : {"a", "ä", "€", "🙂"}) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += character;
    for (std::size_t most = 1; most < 40; ++most) {
      const std::string characters = shorten(text, most);
      EXPECT_TRUE(is_utf8(characters));
      EXPECT_EQ(count_characters(characters), most);
      const std::string_view bytes = cut_to_bytes(text, most);
      EXPECT_TRUE(is_utf8(bytes)) << character << " " << most;
      EXPECT_LE(bytes.size(), most);
      EXPECT_GT(bytes.size() + 4, most);
    }
  }
}

TEST(Shorten, BoundsTextThatIsNotUtf8) {
  EXPECT_LE(shorten(std::string(1 << 20, '\x80'), 200).size(), 803U);
  EXPECT_LE(shorten(std::string(1 << 20, '\xff'), 200).size(), 803U);
  EXPECT_LE(cut_to_bytes(std::string(1000, '\x80'), 100).size(), 100U);
  EXPECT_GE(cut_to_bytes(std::string(1000, '\x80'), 100).size(), 97U);
}

}  // namespace
}  // namespace bellwether
