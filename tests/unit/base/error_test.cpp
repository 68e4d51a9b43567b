#include "base/error.hpp"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/assertion.hpp"

namespace bellwether {
namespace {

using ::testing::HasSubstr;

Result<std::unique_ptr<int>> find(bool there) {
  if (!there) return fail(Error::Kind::kNotFound, "it is not there");
  return std::make_unique<int>(7);
}

Result<void> check(bool fine) {
  if (!fine) return fail("it is not fine");
  return {};
}

Result<int> look(bool there, bool fine) {
  const auto found = TRY(find(there));
  TRY(check(fine));
  return *found;
}

TEST(Try, GivesTheValueOrReturnsTheError) {
  EXPECT_EQ(look(true, true), 7);
  const auto missing = look(false, true);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, Error::Kind::kNotFound);
  EXPECT_EQ(missing.error().message, "it is not there");
  EXPECT_EQ(look(true, false).error().kind, Error::Kind::kFailed);
}

TEST(Assertion, SaysWhatDoesNotHoldAndWhere) {
  const int one = 1;
  EXPECT_NO_THROW(ASSERT(one == 1));
  try {
    ASSERT(one == 2);
    FAIL();
  } catch (const AssertionFailed& failed) {
    EXPECT_THAT(failed.what(), HasSubstr("one == 2"));
    EXPECT_THAT(failed.what(), HasSubstr("error_test.cpp:"));
  }
}

}  // namespace
}  // namespace bellwether
