#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "events/engine.hpp"
#include "ingestion/batch_queue.hpp"
#include "ingestion/event_decoder.hpp"

namespace bellwether::ingestion {

/// A row that the engine does not take.
struct RefusedRow {
  std::size_t record = 0;  ///< which of the request's records it is
  std::string row;
};
/// Those of a batch; or why nothing could be written.
using Written = std::expected<std::vector<RefusedRow>, events::EngineError>;

/// Writes events: who is who first, then the rows, many requests in one insert. A row that the engine does not take is
/// left out, and the others are written. Owns its thread.
class EventWriter {
 public:
  using Done = std::move_only_function<void(const Written&)>;
  /// Told of rows that are durable now, on the writer's thread.
  using OnStored = std::function<void(std::string_view rows)>;

  /// The engine outlives it.
  EventWriter(events::Engine& engine, const BatchLimits& limits, OnStored on_stored = {});

  /// `done` is called when the events are durable, or cannot be written. False when there is no room: nothing
  /// is taken then, and `done` is not called.
  bool write(EventBatch batch, Done done);
  /// What is queued now is written as soon as what is being written is done.
  void hurry() { queue_.hurry(); }
  std::size_t queued_bytes() const { return queue_.queued_bytes(); }
  /// As BatchQueue::stop.
  void stop(Millis bound = Millis::max()) { queue_.stop(bound); }

 private:
  struct Item {
    EventBatch batch;
    Done done;
  };
  using Inserted = std::expected<void, events::EngineError>;

  void write_batch(std::vector<Item> items);
  Inserted insert(const std::vector<IdentityLink>& links, const std::string& rows);
  Written insert_row_by_row(const EventBatch& batch);

  events::Engine& engine_;
  const OnStored on_stored_;
  BatchQueue<Item> queue_;
};

}  // namespace bellwether::ingestion
