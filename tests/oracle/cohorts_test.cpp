#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cohorts/query.hpp"
#include "oracle/loaded_shop.hpp"

namespace bellwether::testing {
namespace {

const Timestamp kNow = *parse_iso8601("2026-01-20T12:00:00Z");

class OracleTest : public ::testing::Test {
 protected:
  std::set<std::string> ask(const cohorts::Definition& definition, const std::string& project) {
    const auto find = [&](const std::string& name) -> std::expected<cohorts::Source, std::string> {
      return data().cohorts.at(name);
    };
    const auto query = cohorts::compile(definition, project, kNow, find);
    EXPECT_TRUE(query) << query.error();
    const auto rows = shop_.engine().run(query->statement, query->parameters, "TabSeparated", {});
    EXPECT_TRUE(rows) << rows.error().message << "\n" << query->statement;
    std::set<std::string> people;
    std::string_view rest = rows ? std::string_view(*rows) : "";
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      const bool fresh = people.emplace(rest.substr(0, end)).second;
      EXPECT_TRUE(fresh) << "a person comes twice: " << rest.substr(0, end);
      rest.remove_prefix(end + 1);
    }
    return people;
  }

  PlainData& data() { return shop_.data(); }

  LoadedShop shop_{kNow};
};

TEST_F(OracleTest, CompiledCohortsHoldWhomAPlainEvaluatorFinds) {
  constexpr unsigned kDataSets = 6;
  constexpr int kDefinitions = 60;
  std::size_t members = 0;
  std::size_t some = 0;
  for (unsigned seed = 1; seed <= kDataSets; ++seed) {
    RandomShop shop(seed, kNow);
    const std::string project = std::to_string(seed);
    shop_.load(shop, project);
    std::vector<std::string> names;
    for (int i = 0; i < kDefinitions; ++i) {
      const std::string text = shop.definition(names);
      const auto definition = cohorts::parse_definition(text);
      ASSERT_TRUE(definition) << definition.error().describe() << "\n" << text;
      const auto expected = members_of(*definition, data(), kNow);
      ASSERT_EQ(ask(*definition, project), expected) << "seed " << seed << ": " << text;
      members += expected.size();
      some += !expected.empty() && expected.size() < data().people().size() ? 1 : 0;
      if (names.size() < 4) {
        names.push_back(fmt::format("cohort {}", i));
        data().cohorts[names.back()] = *definition;
      }
    }
  }
  // The data is such that the answers tell something: many cohorts hold some people and not others.
  EXPECT_GT(some, kDataSets * kDefinitions * 2 / 5);
  EXPECT_GT(members, kDataSets * kDefinitions);
}

}  // namespace
}  // namespace bellwether::testing
