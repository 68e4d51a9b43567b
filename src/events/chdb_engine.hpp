#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string>

#include "events/engine.hpp"

namespace bellwether::events {

/// The embedded engine: chDB over a folder of its own, one process at a time.
class ChdbEngine final : public Engine {
 public:
  struct Options {
    std::string library;                    ///< path of libchdb.so
    std::string folder;                     ///< its data; made when it is not there
    std::size_t threads = 2;                ///< for one query
    std::size_t memory_bytes = 2UL << 30U;  ///< for one query
    std::size_t total_bytes = 4UL << 30U;   ///< for all queries, merges and caches together
    std::size_t simultaneous = 4;  ///< queries at once, and one of ingestion; more wait for their turn
  };

  /// When another process holds the folder, the error names it.
  static std::expected<std::unique_ptr<ChdbEngine>, EngineError> open(const Options& options);
  ~ChdbEngine() override;

  /// Takes back what a merge that could not be written has replaced; done by itself every minute.
  std::expected<void, EngineError> check_parts();

  std::expected<std::string, EngineError> run(std::string_view statement, const Parameters& parameters,
                                              std::string_view format, const QueryOptions& options) override;
  std::expected<void, EngineError> stream(std::string_view statement, const Parameters& parameters,
                                          std::string_view format, const QueryOptions& options,
                                          const std::function<bool(std::string_view)>& on_piece) override;
  std::expected<void, EngineError> insert(std::string_view statement, std::string_view rows,
                                          const QueryOptions& options) override;

 private:
  struct Impl;
  explicit ChdbEngine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace bellwether::events
