#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "events/parameters.hpp"

/// The event engine: ClickHouse's SQL, embedded (chDB) or on a server or cluster (ClickHouse over HTTP). One
/// dialect, one set of statements (sql/*.sql), two implementations.
///
///     SELECT … WHERE project_id = {project:String}     -- a statement names its parameters and their types
///     engine.run(sql::kCountEvents, Parameters().add("project", "8"), "JSONEachRow", {});
///
/// Values only ever go in as parameters: nothing of a user's is pasted into SQL.
namespace bellwether::events {

struct EngineError {
  enum class Kind : std::uint8_t {
    kQuery,  ///< the statement or its values are wrong; trying again changes nothing
    kLimit,  ///< more memory than allowed
    kTimeout,
    kUnavailable,  ///< no engine there, or it broke off; may pass
  };
  Kind kind = Kind::kQuery;
  int code = 0;  ///< ClickHouse's own, 0 when there is none
  std::string message;
};

struct QueryOptions {
  Millis timeout = std::chrono::seconds(60);
  std::string query_id = {};  ///< to find it in a server's logs; empty: the engine makes one
  /// A part of storing what SDKs send. Such queries have a session that reports cannot take.
  bool is_ingestion = false;
};

/// Thread-safe; calls block. A long query does not hold up a short one, within the bound on both.
class Engine {
 public:
  virtual ~Engine() = default;

  /// The whole result, in one of ClickHouse's formats ("JSONEachRow", "TabSeparated", …).
  virtual std::expected<std::string, EngineError> run(std::string_view statement,
                                                      const Parameters& parameters, std::string_view format,
                                                      const QueryOptions& options) = 0;

  /// The result piece by piece, for what is too large to hold; `on_piece` answers false to end it early.
  /// Pieces end anywhere. After an error what was handed over before is not the whole.
  virtual std::expected<void, EngineError> stream(std::string_view statement, const Parameters& parameters,
                                                  std::string_view format, const QueryOptions& options,
                                                  const std::function<bool(std::string_view)>& on_piece) = 0;

  /// `statement` is an INSERT that ends in its FORMAT; `rows` are in that format. Durable when it returns.
  virtual std::expected<void, EngineError> insert(std::string_view statement, std::string_view rows,
                                                  const QueryOptions& options) = 0;
};

/// Reads "Code: 241. DB::Exception: …" as ClickHouse words its errors. The message keeps the error's number
/// and name only, because the text quotes rows, which are members' data, and paths; all of it is logged at
/// "debug".
EngineError decode_exception(std::string_view text);

}  // namespace bellwether::events
