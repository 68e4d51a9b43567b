#include "cli/table.hpp"

#include <gtest/gtest.h>

namespace bellwether::cli {
namespace {

TEST(Table, AlignsCharactersAndDisarmsOthersText) {
  Table table({"NAME", "N"});
  table.add({"é", "1"});
  table.add({"evil\x1b[2J", "22"});
  EXPECT_EQ(table.to_string(), "NAME           N\né              1\nevil\\u001b[2J  22\n");
}

}  // namespace
}  // namespace bellwether::cli
