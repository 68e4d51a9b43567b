#pragma once

#include <cstddef>
#include <expected>
#include <functional>

#include "events/engine.hpp"
#include "ingestion/batch_queue.hpp"
#include "ingestion/event_decoder.hpp"

namespace bellwether::ingestion {

using Written = std::expected<void, events::EngineError>;

/// Writes events: who is who first, then the rows, many requests in one insert. Owns its thread.
class EventWriter {
 public:
  using Done = std::move_only_function<void(const Written&)>;

  /// The engine outlives it.
  EventWriter(events::Engine& engine, const BatchLimits& limits);

  /// `done` is called when the events are durable, or cannot be written. False when there is no room: nothing
  /// is taken then, and `done` is not called.
  bool write(EventBatch batch, Done done);
  std::size_t queued_bytes() const { return queue_.queued_bytes(); }
  /// As BatchQueue::stop.
  void stop(Millis bound = Millis::max()) { queue_.stop(bound); }

 private:
  struct Item {
    EventBatch batch;
    Done done;
  };
  void write_batch(std::vector<Item> items);
  Written insert(const std::vector<IdentityLink>& links, const std::string& rows);

  events::Engine& engine_;
  BatchQueue<Item> queue_;
};

}  // namespace bellwether::ingestion
