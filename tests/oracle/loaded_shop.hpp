#pragma once

#include <string>

#include "base/time.hpp"
#include "oracle/plain_evaluator.hpp"
#include "oracle/random_shop.hpp"
#include "support/migrated_engine.hpp"

namespace bellwether::testing {

/// The same random data in the event engine and as plain values.
class LoadedShop {
 public:
  explicit LoadedShop(Timestamp now) : now_(now) {}

  /// Another data set, as a project of its own.
  void load(RandomShop& shop, const std::string& project);

  events::Engine& engine() const { return *engine_; }
  PlainData& data() { return data_; }

 private:
  void load_events(const std::string& text, const std::string& project);
  void load_profiles(const std::string& text, const std::string& project);

  const Timestamp now_;
  PlainData data_;
  MigratedEngine engine_;
};

}  // namespace bellwether::testing
