#include "selection/filter_sql.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::selection {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Check = Filter::Test;

/// Text that would end a literal, a name or a statement if it were pasted into one.
const std::string kHostile = "a'b\"c`d\\e;--/*{x:String}";

std::vector<Filter> one_of_each_test() {
  return {{.property = kHostile, .test = Check::kSet},
          {.property = kHostile, .test = Check::kIs, .values = {kHostile, 1.5, true}},
          {.property = kHostile, .test = Check::kContains, .values = {kHostile}},
          {.property = kHostile, .test = Check::kListContains, .values = {kHostile}},
          {.property = kHostile, .test = Check::kLess, .values = {1.5}},
          {.property = kHostile, .test = Check::kLessOrEqual, .values = {1.5}},
          {.property = kHostile, .test = Check::kGreater, .values = {1.5}},
          {.property = kHostile, .test = Check::kGreaterOrEqual, .values = {1.5}},
          {.property = kHostile, .test = Check::kBetween, .values = {1.5, 2.5}},
          {.property = kHostile, .test = Check::kBefore, .at = from_unix_ms(1)},
          {.property = kHostile, .test = Check::kOnOrAfter, .at = from_unix_ms(1)},
          {.property = kHostile, .test = Check::kInLast, .last = std::chrono::hours(1)}};
}

TEST(FilterSql, NothingOfAUsersIsPastedIntoSql) {
  for (bool negated : {false, true}) {
    for (Filter filter : one_of_each_test()) {
      filter.negated = negated;
      SqlValues values;
      const std::string sql = filter_sql(filter, from_unix_ms(2), values);
      for (const auto* piece : {"a'b", "b\"c", "c`d", "d\\e", ";--"})
        EXPECT_THAT(sql, Not(HasSubstr(piece))) << static_cast<int>(filter.test);
      EXPECT_FALSE(values.parameters().pairs().empty());
    }
  }
}

TEST(FilterSql, ANegatedFilterIsTheOpposite) {
  Filter filter{.property = "plan", .test = Check::kIs, .values = {std::string("a")}};
  SqlValues plain_values;
  const std::string plain = filter_sql(filter, from_unix_ms(0), plain_values);
  filter.negated = true;
  SqlValues negated_values;
  const std::string negated = filter_sql(filter, from_unix_ms(0), negated_values);
  EXPECT_NE(plain, negated);
  EXPECT_THAT(negated, HasSubstr(plain));
}

TEST(FilterSql, EachValueHasAParameterOfItsOwn) {
  SqlValues values;
  const EventSelection selection{
      .event = "Buy",
      .where = {{.property = "plan", .test = Check::kIs, .values = {std::string("a")}},
                {.property = "age", .test = Check::kGreater, .values = {18.0}}}};
  const std::string sql = event_sql(selection, from_unix_ms(0), values);
  auto pairs = values.parameters().pairs();
  std::ranges::sort(pairs);
  EXPECT_EQ(std::ranges::adjacent_find(pairs, {}, &std::pair<std::string, std::string>::first), pairs.end());
  for (const auto& [name, value] : pairs) EXPECT_THAT(sql, HasSubstr("{" + name + ":"));
}

TEST(FilterSql, ARangeBoundsTheTimes) {
  SqlValues values;
  EXPECT_EQ(times_sql({}, from_unix_ms(0), values), "");
  EXPECT_THAT(times_sql({.from = from_unix_ms(1), .to = from_unix_ms(2)}, from_unix_ms(3), values),
              ::testing::AllOf(HasSubstr("time >= "), HasSubstr("time < ")));
}

}  // namespace
}  // namespace bellwether::selection
