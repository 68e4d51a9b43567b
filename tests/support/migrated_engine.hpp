#pragma once

#include <memory>
#include <stdexcept>

#include "events/chdb_engine.hpp"
#include "events/schema.hpp"
#include "support/temporary_folder.hpp"

namespace bellwether::testing {

/// The embedded engine with our tables, in a folder of its own.
class MigratedEngine {
 public:
  MigratedEngine() {
    auto opened =
        events::ChdbEngine::open({.library = BELLWETHER_CHDB_LIBRARY, .folder = folder_.file("events")});
    if (!opened) throw std::runtime_error(opened.error().message);
    engine_ = std::move(*opened);
    if (auto migrated = events::migrate(*engine_); !migrated)
      throw std::runtime_error(migrated.error().message);
  }

  events::Engine& operator*() const { return *engine_; }
  events::Engine* operator->() const { return engine_.get(); }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<events::ChdbEngine> engine_;
};

}  // namespace bellwether::testing
