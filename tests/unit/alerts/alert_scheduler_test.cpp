#include "alerts/alert_scheduler.hpp"

#include <future>

#include <gtest/gtest.h>

#include "support/service_tables.hpp"
#include "support/temporary_folder.hpp"

namespace bellwether::alerts {
namespace {

/// Where no alert is active nothing is asked.
class NoEngine final : public events::Engine {
 public:
  std::expected<std::string, events::EngineError> run(std::string_view, const events::Parameters&,
                                                      std::string_view,
                                                      const events::QueryOptions&) override {
    throw 42;
  }
  std::expected<void, events::EngineError> stream(std::string_view, const events::Parameters&,
                                                  std::string_view, const events::QueryOptions&,
                                                  const std::function<bool(std::string_view)>&) override {
    throw 42;
  }
  std::expected<void, events::EngineError> insert(std::string_view, std::string_view,
                                                  const events::QueryOptions&) override {
    throw 42;
  }
};

TEST(AlertScheduler, GoesOnAfterAnyExceptionAndWhenItIsWoken) {
  const bellwether::testing::TemporaryFolder folder;
  storage::Database database(folder.file("db"), {.durable = false});
  bellwether::testing::create_tables(database, "publisher");
  storage::GroupCommit writer(std::move(database), {}, nullptr);
  storage::ReaderPool readers(folder.file("db"));
  NoEngine engine;
  const EvaluatorOptions options;
  Evaluator evaluator(options, {engine, writer, readers});
  std::promise<void> second;
  std::promise<void> third;
  int rounds = 0;
  AlertScheduler scheduler({.every = Millis(1)}, evaluator, {writer, readers}, [&](const Evaluator::Round&) {
    ++rounds;
    if (rounds == 1) throw 42;  // NOLINT(hicpp-exception-baseclass): anything can be thrown
    if (rounds == 2) second.set_value();
    if (rounds == 3) third.set_value();
  });
  scheduler.start();
  ASSERT_EQ(second.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
  scheduler.wake();
  ASSERT_EQ(third.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
  scheduler.stop();
}

}  // namespace
}  // namespace bellwether::alerts
