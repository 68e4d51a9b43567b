#include "storage/database.hpp"

#include <filesystem>
#include <utility>

#include <sqlite3.h>

#include "base/assertion.hpp"

namespace bellwether::storage {

namespace {

StorageError::Kind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return StorageError::Kind::kFull;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StorageError::Kind::kBusy;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return StorageError::Kind::kReadOnly;
    default:
      return StorageError::Kind::kOther;
  }
}

[[noreturn]] void raise(sqlite3* connection, int code) {
  const char* detail = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  throw StorageError(kind_of(code), std::string("SQLite: ") + detail);
}

void execute(sqlite3* connection, const char* sql) {
  const int code = sqlite3_exec(connection, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) raise(connection, code);
}

constexpr int kBusyTimeoutMs = 5000;

}  // namespace

Query::Query(Query&& other) noexcept
    : connection_(other.connection_),
      statement_(std::exchange(other.statement_, nullptr)),
      owned_(other.owned_) {}

Query::~Query() {
  if (statement_ == nullptr) return;
  if (owned_) {
    sqlite3_finalize(statement_);
  } else {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
}

bool Query::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  raise(connection_, code);
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Query::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return {static_cast<const char*>(bytes), bytes == nullptr ? 0 : size};
}

std::optional<std::string> Query::optional_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return std::string(text(column));
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

bool Query::is_blob(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_BLOB;
}

void Query::bind(int index, std::int64_t value) {
  check(sqlite3_bind_int64(statement_, index, value));
}

void Query::bind(int index, std::string_view text) {
  const char* bytes = text.data() == nullptr ? "" : text.data();
  check(sqlite3_bind_text64(statement_, index, bytes, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Query::bind(int index, Blob blob) {
  check(sqlite3_bind_blob64(statement_, index, blob.bytes.data(), blob.bytes.size(), SQLITE_TRANSIENT));
}

void Query::bind(int index, std::nullopt_t) {
  check(sqlite3_bind_null(statement_, index));
}

void Query::check(int code) const {
  if (code != SQLITE_OK) raise(connection_, code);
}

void Database::Close::operator()(sqlite3* connection) const {
  sqlite3_close_v2(connection);
}
void Database::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Database::Database(const std::string& path, const Options& options) {
  const bool writes = options.access == Access::kReadWrite;
  const int flags =
      (writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX;
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
  connection_.reset(opened);
  if (code != SQLITE_OK) {
    throw StorageError(kind_of(code), "cannot open " + path + ": " + sqlite3_errstr(code));
  }
  sqlite3_busy_timeout(opened, kBusyTimeoutMs);
  sqlite3_extended_result_codes(opened, 1);
  if (writes) {
    execute(opened, "PRAGMA journal_mode = WAL");
    execute(opened, options.durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
    // A checkpoint every 16 MiB of log rather than every 4: pages of members are large, fsyncs are dear.
    execute(opened, "PRAGMA wal_autocheckpoint = 4000");
    execute(opened, "PRAGMA journal_size_limit = 67108864");
  }
  execute(opened, ("PRAGMA cache_size = -" + std::to_string(options.cache_mib * 1024)).c_str());
}

Query Database::prepare(const char* sql) {
  const auto compile = [&] {
    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v3(connection_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) raise(connection_.get(), code);
    return statement;
  };
  auto& cached = statements_[sql];
  if (cached == nullptr) cached.reset(compile());
  if (sqlite3_stmt_busy(cached.get()) != 0) return {connection_.get(), compile(), true};
  return {connection_.get(), cached.get(), false};
}

void Database::script(const std::string& sql) {
  execute(connection_.get(), sql.c_str());
}

std::int64_t Database::last_insert_id() const {
  return sqlite3_last_insert_rowid(connection_.get());
}

std::int64_t Database::changed_rows() const {
  return sqlite3_changes64(connection_.get());
}

std::int64_t Database::total_changes() const {
  return sqlite3_total_changes64(connection_.get());
}

bool Database::in_transaction() const {
  return sqlite3_get_autocommit(connection_.get()) == 0;
}

void Database::checkpoint() {
  auto query = this->query("PRAGMA wal_checkpoint(TRUNCATE)");
  query.next();
}

void Database::backup_to(const std::string& target) {
  if (std::filesystem::exists(target)) {
    throw StorageError(StorageError::Kind::kOther, target + " exists already; choose another name");
  }
  run("VACUUM INTO ?1", target);
}

Transaction::Transaction(Database& database, Kind kind) : database_(database) {
  database_.script(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
  // SQLite rolls back by itself on some failures (disk full among them).
  if (!open_ || !database_.in_transaction()) return;
  try {
    database_.script("ROLLBACK");
  } catch (const StorageError&) {
    // The connection is beyond repair; the next BEGIN says so to its caller.
    return;
  }
}

void Transaction::commit() {
  ASSERT(open_);
  database_.script("COMMIT");
  open_ = false;
}

Savepoint::Savepoint(Database& database) : database_(database) {
  database_.script("SAVEPOINT part");
}

Savepoint::~Savepoint() {
  if (!open_ || !database_.in_transaction()) return;
  try {
    database_.script("ROLLBACK TO part; RELEASE part");
  } catch (const StorageError&) {
    // Nothing more works in this transaction: its commit fails too, and says so to its caller.
    return;
  }
}

void Savepoint::keep() {
  ASSERT(open_);
  database_.script("RELEASE part");
  open_ = false;
}

}  // namespace bellwether::storage
