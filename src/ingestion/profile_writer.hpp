#pragma once

#include <expected>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "events/engine.hpp"
#include "ingestion/batch_queue.hpp"
#include "ingestion/limits.hpp"
#include "ingestion/profile_update.hpp"

namespace bellwether::ingestion {

/// Applies profile updates, people's and groups', in the order in which they came: reads the profiles that they
/// touch, applies, writes. The only writer of profiles; owns its thread.
///
/// An update that a profile cannot take is refused alone, and so is a profile that the engine does not take:
/// neither changes anything for the updates that were written with it.
class ProfileWriter {
 public:
  /// Those updates of a request that were refused; or why none could be written.
  using Outcome = std::expected<std::vector<Rejection>, events::EngineError>;
  using Done = std::move_only_function<void(const Outcome&)>;

  /// The engine outlives it.
  ProfileWriter(events::Engine& engine, const BatchLimits& batches, const ProfileLimits& limits = {});

  /// As EventWriter::write.
  bool write(std::vector<ProfileUpdate> updates, Done done);
  /// As BatchQueue::stop.
  void stop(Millis bound = Millis::max()) { queue_.stop(bound); }

 private:
  struct Item {
    std::vector<ProfileUpdate> updates;
    Done done;
  };
  struct Stored {
    std::string document;  ///< empty: there is none
    Timestamp updated_at;
  };
  /// Whose profile it is.
  struct Key {
    std::string project_id;
    std::string group_key;  ///< empty: a person's
    std::string id;
    auto operator<=>(const Key&) const = default;
  };
  struct Row {
    Key key;
    std::string json;
    std::vector<std::size_t> items;  ///< those whose updates are in it
  };

  void write_batch(std::vector<Item> items);
  std::vector<Row> apply(const std::vector<Item>& items, const std::map<Key, Stored>& stored,
                         std::vector<Outcome>& outcomes) const;
  void insert(std::string_view statement, const std::vector<Row>& rows, std::vector<Outcome>& outcomes);
  static Rejection rejection(const Key& key, Reason reason, std::string message);
  static std::string make_row(const Key& key, const std::string& document, Timestamp at);
  std::expected<std::map<Key, Stored>, events::EngineError> load(const std::vector<Item>& items);

  events::Engine& engine_;
  const ProfileLimits limits_;
  BatchQueue<Item> queue_;
};

}  // namespace bellwether::ingestion
