#include "importer/line_reader.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "support/temporary_folder.hpp"

namespace bellwether::importer {
namespace {

using bellwether::testing::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string gzip(const std::string& text) {
  z_stream stream{};
  constexpr int kGzip = 15 + 16;
  EXPECT_EQ(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string zstd(const std::string& text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  return packed;
}

/// Larger than a piece, in lines of many sizes.
std::string many_lines() {
  std::string text;
  for (int i = 0; i < 60'000; ++i)
    text += fmt::format("{} {}\n", i, std::string(static_cast<std::size_t>(i % 37), 'x'));
  return text;
}

struct Read {
  std::string text;  ///< the lines, each with a line feed
  std::string fault;
  std::uint64_t end = 0;
};

class ImportFiles : public ::testing::Test {
 protected:
  std::string write(const std::string& bytes) {
    const std::string file = folder_.file("file");
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    return file;
  }

  Read read(const std::string& bytes) {
    auto opened = FileBytes::open(write(bytes));
    if (!opened) return {.text = "", .fault = opened.error().message, .end = 0};
    LineReader lines(**opened, 1UL << 20U);
    Read read;
    for (Line line;;) {
      const auto more = lines.next(line);
      if (!more) read.fault = more.error().message;
      if (!more || !*more) return read;
      read.text.append(line.text).append("\n");
      read.end = line.behind.bytes;
    }
  }

  TemporaryFolder folder_;
  std::unique_ptr<FileBytes> bytes_;
};

TEST_F(ImportFiles, AreReadAsTheyAreAndUnpacked) {
  const std::string text = many_lines();
  for (const std::string& bytes : {text, gzip(text), zstd(text)}) {
    const Read whole = read(bytes);
    EXPECT_EQ(whole.fault, "");
    EXPECT_TRUE(whole.text == text);
    EXPECT_EQ(whole.end, text.size());
  }
}

TEST_F(ImportFiles, MayBePackedInSeveralPieces) {
  const std::string text = many_lines();
  const std::string half = text.substr(0, text.size() / 2);
  const std::string rest = text.substr(half.size());
  EXPECT_TRUE(read(gzip(half) + gzip(rest)).text == text);
  EXPECT_TRUE(read(zstd(half) + zstd(rest)).text == text);
}

TEST_F(ImportFiles, ThatAreCutOffOrDamagedGiveWhatTheyHaveAndSaySo) {
  const std::string text = many_lines();
  for (const std::string& packed : {gzip(text), zstd(text)}) {
    const Read cut = read(packed.substr(0, packed.size() * 9 / 10));
    EXPECT_THAT(cut.fault, HasSubstr("cannot be read to its end"));
    EXPECT_GT(cut.text.size(), text.size() / 10);
    EXPECT_TRUE(text.starts_with(cut.text));
    std::string damaged = packed;
    for (std::size_t i = 0; i < 64; ++i) damaged[damaged.size() / 2 + i] = '\x55';
    EXPECT_THAT(read(damaged).fault, HasSubstr("cannot be read to its end"));
  }
}

TEST_F(ImportFiles, ThatAreEmptyHaveNoLines) {
  for (const std::string& bytes : {std::string(), gzip(""), zstd("")}) {
    const Read none = read(bytes);
    EXPECT_EQ(none.text, "");
    EXPECT_EQ(none.fault, "");
  }
}

TEST_F(ImportFiles, ThatAreNotThere) {
  const auto none = FileBytes::open(folder_.file("none"));
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("cannot be read: No such file"));
}

TEST_F(ImportFiles, AByteOrderMarkIsNoPartOfTheFirstLine) {
  const Read marked = read(
      "\xef\xbb\xbf"
      "a\nb\n");
  EXPECT_EQ(marked.text, "a\nb\n");
  EXPECT_EQ(marked.end, 7U) << "places count it";
}

TEST_F(ImportFiles, OfALongLineOnlyTheBeginningIsKept) {
  const std::string bytes = std::string(100'000, 'x') + "\nshort\n" + std::string(700'000, 'y');
  const auto opened = FileBytes::open(write(bytes));
  ASSERT_TRUE(opened);
  LineReader lines(**opened, 10'000);
  std::vector<std::string> seen;
  for (Line line; lines.next(line).value();)
    seen.push_back(fmt::format("{} {} {} {}", line.number, line.text.size(), line.size, line.behind.bytes));
  EXPECT_THAT(seen, ElementsAre("1 1024 100000 100001", "2 5 5 100007", "3 1024 700000 800007"));
}

TEST_F(ImportFiles, ReadingGoesOnBehindAPlaceOfTheSameFile) {
  const auto reader_of = [&](const std::string& bytes) {
    bytes_ = FileBytes::open(write(bytes)).value();
    return LineReader(*bytes_, 100);
  };
  LineReader first = reader_of("one\ntwo\nthree\n");
  Line line;
  ASSERT_TRUE(first.next(line).value());
  ASSERT_TRUE(first.next(line).value());
  const Place behind_two = line.behind;
  EXPECT_EQ(behind_two.bytes, 8U);

  LineReader again = reader_of("one\ntwo\nthree\nfour\n");
  ASSERT_TRUE(again.skip_to(behind_two)) << "what was added behind it changes nothing";
  ASSERT_TRUE(again.next(line).value());
  EXPECT_EQ(line.text, "three");
  EXPECT_EQ(line.number, 3U);
  EXPECT_TRUE(reader_of("one\nTWO\nthree\n").skip_to({.bytes = 8, .digest = 0}))
      << "version 0.1 noted no digest";

  for (const char* other : {"one\nTWO\nthree\n", "one\n", "one two\nthree\n"}) {
    const auto skipped = reader_of(other).skip_to(behind_two);
    ASSERT_FALSE(skipped) << other;
    EXPECT_THAT(skipped.error().message, HasSubstr("not the one of which a part was imported"));
  }
}

}  // namespace
}  // namespace bellwether::importer
