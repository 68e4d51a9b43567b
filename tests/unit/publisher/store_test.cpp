#include "publisher/store.hpp"

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace bellwether::publisher {
namespace {

TEST(Store, ARefusedChangeIsRolledBackWhateverItHasWritten) {
  const bellwether::testing::TemporaryFolder folder;
  auto locked = storage::DataDir::lock(folder.file("data"));
  ASSERT_TRUE(locked) << locked.error().message;
  auto store = Store::open(*locked, {});
  ASSERT_TRUE(store) << store.error().message;
  const auto change = [&](bool refuses) {
    return (*store)->change<void>([&](storage::Database& database) -> Result<void> {
      database.run("INSERT INTO project (id, name, token, secret) VALUES (?1, 'Shop', ?1, '')",
                   refuses ? "refused" : "taken");
      if (refuses) return std::unexpected(Error{Error::Kind::kConflict, "no"});
      return {};
    });
  };
  const auto refused = change(true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 409U);
  EXPECT_TRUE(change(false));
  const auto reader = (*store)->readers().borrow();
  auto rows = reader->query("SELECT id FROM project");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.text(0), "taken");
  EXPECT_FALSE(rows.next());
}

}  // namespace
}  // namespace bellwether::publisher
