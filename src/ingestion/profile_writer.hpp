#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "events/engine.hpp"
#include "ingestion/batch_queue.hpp"
#include "ingestion/event_writer.hpp"
#include "ingestion/profile_update.hpp"

namespace bellwether::ingestion {

/// Applies profile updates in the order in which they came: reads the profiles that they touch, applies,
/// writes. The only writer of profiles; owns its thread.
class ProfileWriter {
 public:
  using Done = std::move_only_function<void(const Written&)>;

  /// The engine outlives it.
  ProfileWriter(events::Engine& engine, const BatchLimits& limits);

  /// As EventWriter::write.
  bool write(std::vector<ProfileUpdate> updates, Done done);
  void stop() { queue_.stop(); }

 private:
  struct Item {
    std::vector<ProfileUpdate> updates;
    Done done;
  };
  struct Profile {
    std::string document;  ///< empty: there is none
    Timestamp updated_at;
  };
  /// By project and distinct id.
  using Profiles = std::map<std::pair<std::string, std::string>, Profile>;

  void write_batch(std::vector<Item> items);
  Written apply_all(const std::vector<Item>& items);
  std::expected<Profiles, events::EngineError> load(const std::vector<Item>& items);

  events::Engine& engine_;
  BatchQueue<Item> queue_;
};

}  // namespace bellwether::ingestion
