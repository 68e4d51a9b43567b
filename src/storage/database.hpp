#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

/// SQLite behind as little as the modules above need: statements with bound parameters, cached per connection.
///
/// Every statement of a transaction can fail, and every failure means the same: roll all of it back and tell
/// the peer that storage could not take it. So this module throws `StorageError`, and the two places that own a
/// transaction (GroupCommit for writes, the reader's request for reads) turn it into a value.
/// A `Database` is one connection and belongs to one thread at a time.
namespace bellwether::storage {

class StorageError : public std::runtime_error {
 public:
  enum class Kind {
    kFull,      ///< no room on the disk; passes by itself when there is room again
    kBusy,      ///< another process holds the file
    kReadOnly,  ///< the file or its folder cannot be written
    kOther,
  };
  StorageError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

/// A byte string that is stored as a BLOB; text is stored as TEXT.
struct Blob {
  std::string_view bytes;
};

/// One run of a statement: `while (query.next()) use(query.text(0));`
/// Columns are valid until the next `next()`. The statement goes back to the cache when this is destroyed.
class Query {
 public:
  Query(Query&& other) noexcept;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  Query& operator=(Query&&) = delete;
  ~Query();

  bool next();
  std::int64_t integer(int column) const;
  std::string_view text(int column) const;  ///< TEXT or BLOB, as bytes; empty for NULL
  std::optional<std::string> optional_text(int column) const;
  bool is_null(int column) const;
  bool is_blob(int column) const;

 private:
  friend class Database;
  Query(sqlite3* connection, sqlite3_stmt* statement, bool owned)
      : connection_(connection), statement_(statement), owned_(owned) {}
  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view text);
  void bind(int index, Blob blob);
  void bind(int index, std::nullopt_t);
  void bind(int index, int value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, bool value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, std::size_t value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, const char* text) { bind(index, std::string_view(text)); }
  void bind(int index, const std::string& text) { bind(index, std::string_view(text)); }
  template <typename T>
  void bind(int index, const std::optional<T>& value) {
    value ? bind(index, *value) : bind(index, std::nullopt);
  }
  void check(int code) const;

  sqlite3* connection_;
  sqlite3_stmt* statement_;
  bool owned_;  ///< not from the cache: the same statement was already running
};

class Database {
 public:
  enum class Access { kReadWrite, kReadOnly };
  struct Options {
    Access access = Access::kReadWrite;
    int cache_mib = 16;
    bool durable = true;  ///< false only in simulations: commits without waiting for the disk
  };

  /// Opens (and with kReadWrite creates) the file in WAL mode. ":memory:" is taken.
  Database(const std::string& path, const Options& options);

  /// `sql` must be a string literal: its address is the cache's key. Values are copied.
  template <typename... Values>
  Query query(const char* sql, const Values&... values) {
    Query made = prepare(sql);
    int index = 0;
    (made.bind(++index, values), ...);
    return made;
  }

  /// Runs a statement to its end, for its effect.
  template <typename... Values>
  void run(const char* sql, const Values&... values) {
    Query made = query(sql, values...);
    while (made.next()) {
    }
  }

  /// Several statements without parameters.
  void script(const std::string& sql);

  std::int64_t last_insert_id() const;
  std::int64_t changed_rows() const;
  /// Rows changed by this connection so far.
  std::int64_t total_changes() const;
  bool in_transaction() const;

  /// Moves all of the write-ahead log into the file and empties the log. Waits some seconds for readers, and
  /// leaves the log as it is when they stay.
  void checkpoint();

  /// Copies the whole database, consistently, while it is in use. Fails when `target` exists.
  void backup_to(const std::string& target);

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Query prepare(const char* sql);

  std::unique_ptr<sqlite3, Close> connection_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

/// BEGIN IMMEDIATE (or a read snapshot), rolled back when destroyed without `commit()`.
class Transaction {
 public:
  enum class Kind { kWrite, kRead };
  explicit Transaction(Database& database, Kind kind = Kind::kWrite);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

/// A part of a transaction that is taken back alone: when it is destroyed without `keep()`. Parts can nest.
class Savepoint {
 public:
  explicit Savepoint(Database& database);
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;
  ~Savepoint();
  void keep();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace bellwether::storage
