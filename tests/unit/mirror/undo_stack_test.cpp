#include "mirror/undo_stack.hpp"

#include <gtest/gtest.h>

#include "storage/database.hpp"

namespace bellwether::mirror {
namespace {

TEST(UndoStack, ReadsWhatItWrote) {
  const std::vector<Undo> stack{{17, feed::Kind::kUpdated, MemberState{R"({"a":"1,2;"})", 1790, 5}},
                                {4, feed::Kind::kEntered, std::nullopt},
                                {3, feed::Kind::kLeft, MemberState{"{}", 7, 2}}};
  const auto read = decode_undo_stack(encode_undo_stack(stack));
  ASSERT_EQ(read.size(), stack.size());
  for (std::size_t i = 0; i < stack.size(); ++i) {
    EXPECT_EQ(read[i].session_ref, stack[i].session_ref);
    EXPECT_EQ(read[i].change, stack[i].change);
    EXPECT_EQ(read[i].prior, stack[i].prior);
  }
  EXPECT_EQ(encode_undo_stack({}), "");
  EXPECT_TRUE(decode_undo_stack("").empty());
}

TEST(UndoStack, RefusesWhatItDidNotWrite) {
  for (const char* text : {"x", "17", "17~", "17~5", "17~5,1", "17~5,1,99;{}", "17~5,1,-1;", "17+0"}) {
    EXPECT_THROW(decode_undo_stack(text), storage::StorageError) << text;
  }
}

}  // namespace
}  // namespace bellwether::mirror
