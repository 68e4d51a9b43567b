#pragma once

#include "events/engine.hpp"
#include "ingestion/event_journal.hpp"

namespace bellwether::ingestion {

/// The event engine for those who read: each query sees all events that were acknowledged before it began, or fails. Thread-safe.
class CaughtUpEngine final : public events::Engine {
 public:
  /// Both outlive it.
  CaughtUpEngine(events::Engine& engine, EventJournal& journal) : engine_(engine), journal_(journal) {}

  std::expected<std::string, events::EngineError> run(std::string_view statement,
                                                      const events::Parameters& parameters,
                                                      std::string_view format,
                                                      const events::QueryOptions& options) override {
    if (auto caught_up = journal_.catch_up(); !caught_up) return std::unexpected(caught_up.error());
    return engine_.run(statement, parameters, format, options);
  }
  std::expected<void, events::EngineError> stream(
      std::string_view statement, const events::Parameters& parameters, std::string_view format,
      const events::QueryOptions& options, const std::function<bool(std::string_view)>& on_piece) override {
    if (auto caught_up = journal_.catch_up(); !caught_up) return caught_up;
    return engine_.stream(statement, parameters, format, options, on_piece);
  }
  std::expected<void, events::EngineError> insert(std::string_view statement, std::string_view rows,
                                                  const events::QueryOptions& options) override {
    return engine_.insert(statement, rows, options);
  }

 private:
  events::Engine& engine_;
  EventJournal& journal_;
};

}  // namespace bellwether::ingestion
