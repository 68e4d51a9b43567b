#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "events/engine.hpp"

namespace bellwether::events {

/// The engine on a ClickHouse server or cluster, over its HTTP interface: keep-alive, TLS, parameters beside
/// the statement. Each call takes a connection from a pool; a connection that broke is made anew.
class ClickhouseEngine final : public Engine {
 public:
  struct Options {
    std::string url;  ///< "https://clickhouse.internal:8443"
    std::string user = "default";
    std::string password = {};
    std::string ca_file = {};  ///< empty: the system's certificates
    std::size_t threads = 0;   ///< for one query; 0: the server decides
    std::size_t memory_bytes = 0;
    bool compress = true;  ///< gzip, both ways
    bool cluster = false;  ///< its tables are distributed: inserts wait for the shards, joins ask all of them
  };

  explicit ClickhouseEngine(Options options);
  ~ClickhouseEngine() override;

  std::expected<std::string, EngineError> run(std::string_view statement, const Parameters& parameters,
                                              std::string_view format, const QueryOptions& options) override;
  std::expected<void, EngineError> stream(std::string_view statement, const Parameters& parameters,
                                          std::string_view format, const QueryOptions& options,
                                          const std::function<bool(std::string_view)>& on_piece) override;
  std::expected<void, EngineError> insert(std::string_view statement, std::string_view rows,
                                          const QueryOptions& options) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bellwether::events
