#include "events/chdb_engine.hpp"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/loop.hpp"
#include "events/impl/chdb_library.hpp"
#include "events/impl/part_check.hpp"
#include "events/sql.hpp"
#include "storage/data_dir.hpp"

namespace bellwether::events {

using impl::ChdbConnection;
using impl::ChdbLibrary;
using impl::ChdbResult;

namespace {

/// Each of the library's two large caches may hold this part of its memory.
constexpr std::size_t kCacheShare = 8;
/// Sessions that only ingestion takes, so that events are stored however many reports run.
constexpr std::size_t kForIngestion = 1;
/// The engine removes what was merged after 8 minutes (its setting old_parts_lifetime).
constexpr Millis kCheckPartsEvery = std::chrono::minutes(1);

EngineError unavailable(std::string message) {
  return {EngineError::Kind::kUnavailable, 0, std::move(message)};
}

/// Parameters as the C interface takes them; refers to the pairs.
struct ParameterArrays {
  explicit ParameterArrays(const Parameters& parameters) {
    for (const auto& [name, value] : parameters.pairs()) {
      names.push_back(name.data());
      name_sizes.push_back(name.size());
      values.push_back(value.data());
      value_sizes.push_back(value.size());
    }
  }
  std::vector<const char*> names;
  std::vector<std::size_t> name_sizes;
  std::vector<const char*> values;
  std::vector<std::size_t> value_sizes;
};

}  // namespace

/// Connections are independent clients of the one engine in this process: each runs one query at a time, and
/// has its own settings and parameters.
struct ChdbEngine::Impl {
  struct Session {
    ChdbConnection** connection = nullptr;
    Millis timeout{0};  ///< as set on the connection
  };
  struct GiveBack {
    Impl* impl;
    void operator()(Session* session) const { impl->give_back(session); }
  };
  using Borrowed = std::unique_ptr<Session, GiveBack>;
  struct Destroy {
    const ChdbLibrary* library;
    void operator()(ChdbResult* result) const { library->destroy(result); }
  };
  using OwnedResult = std::unique_ptr<ChdbResult, Destroy>;

  Impl(storage::DataDir locked, const ChdbLibrary& loaded) : folder(std::move(locked)), library(loaded) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (part_check) part_check->stop();
    // Before the process ends, or a thread of the library aborts it.
    for (const auto& session : sessions) library.close(session->connection);
  }

  storage::DataDir folder;
  ChdbLibrary library;
  std::vector<std::unique_ptr<Session>> sessions;
  std::mutex mutex;
  std::condition_variable freed;
  std::vector<Session*> idle;
  impl::PartCheck parts;
  std::unique_ptr<Loop> part_check;

  std::expected<void, EngineError> check_parts() {
    const auto session = TRY(borrow({}));
    return parts.heal([&](std::string_view statement, const Parameters& values, std::string_view as) {
      return execute(*session, statement, values, as);
    });
  }

  void start_part_check() {
    part_check = std::make_unique<Loop>(Loop::Options{.name = "part check"}, [this] {
      if (const auto checked = check_parts(); !checked)
        log::warn("the event engine's parts cannot be checked", {{"error", checked.error().message}});
      return kCheckPartsEvery;
    });
    part_check->start();
  }

  std::expected<void, EngineError> connect(const Options& options) {
    std::vector<std::string> texts{
        "bellwether",
        // The library joins a relative path with itself.
        "--path=" + std::filesystem::absolute(options.folder).string(),
        fmt::format("--max_server_memory_usage={}", options.total_bytes),
        fmt::format("--mark_cache_size={}", options.total_bytes / kCacheShare),
        fmt::format("--primary_index_cache_size={}", options.total_bytes / kCacheShare),
        // It would print a stack trace where there is no cgroup file system, and count the page cache of
        // all processes where there is one.
        "--memory_worker_use_cgroup=0",
    };
    std::vector<char*> arguments;
    arguments.reserve(texts.size());
    for (std::string& text : texts) arguments.push_back(text.data());
    for (std::size_t i = 0; i < options.simultaneous + kForIngestion; ++i) {
      ChdbConnection** connection = library.connect(static_cast<int>(arguments.size()), arguments.data());
      if (connection == nullptr || *connection == nullptr) {
        return std::unexpected(
            unavailable("the event engine does not open its data in " + options.folder +
                        "; when it needs more memory than engine.total_bytes for it, raise that"));
      }
      sessions.push_back(std::make_unique<Session>(Session{connection}));
      idle.push_back(sessions.back().get());
      // Versions before 0.2 stored arrays nested more than a thousand deep, whose parts nothing reads with
      // the limit.
      const std::string bounds = fmt::format(
          "SET max_threads = {}, max_memory_usage = {}, input_format_binary_max_type_complexity = 0, "
          "precise_float_parsing = 1",
          options.threads, options.memory_bytes);
      if (auto set = execute(*sessions.back(), bounds, {}, "Null"); !set) return std::unexpected(set.error());
    }
    return {};
  }

  std::expected<Borrowed, EngineError> borrow(const QueryOptions& options) {
    Session* session = nullptr;
    const std::size_t kept = options.is_ingestion ? 0 : kForIngestion;
    {
      std::unique_lock lock(mutex);
      if (!freed.wait_for(lock, options.timeout, [&] { return idle.size() > kept; })) {
        return std::unexpected(
            EngineError{EngineError::Kind::kTimeout, 0, "too many queries run; none ended in time"});
      }
      session = idle.back();
      idle.pop_back();
    }
    Borrowed borrowed(session, GiveBack{this});
    if (session->timeout != options.timeout) {
      const double seconds = std::chrono::duration<double>(options.timeout).count();
      auto set = execute(*session, fmt::format("SET max_execution_time = {}", seconds), {}, "Null");
      if (!set) return std::unexpected(set.error());
      session->timeout = options.timeout;
    }
    return borrowed;
  }

  void give_back(Session* session) {
    {
      const std::scoped_lock lock(mutex);
      idle.push_back(session);
    }
    freed.notify_all();  // one that waits may not be one that can take it
  }

  OwnedResult call(ChdbLibrary::Query function, const Session& session, std::string_view statement,
                   const Parameters& parameters, std::string_view format) const {
    const ParameterArrays arrays(parameters);
    return {function(*session.connection, statement.data(), statement.size(), format.data(), format.size(),
                     arrays.names.data(), arrays.name_sizes.data(), arrays.values.data(),
                     arrays.value_sizes.data(), arrays.names.size()),
            Destroy{&library}};
  }

  std::expected<void, EngineError> check(ChdbResult* result) const {
    if (result == nullptr) return std::unexpected(unavailable("the event engine gave no result"));
    if (const char* error = library.error(result); error != nullptr)
      return std::unexpected(decode_exception(error));
    return {};
  }

  std::string_view bytes_of(ChdbResult* result) const {
    const char* bytes = library.buffer(result);
    return {bytes, bytes == nullptr ? 0 : library.length(result)};
  }

  std::expected<std::string, EngineError> execute(const Session& session, std::string_view statement,
                                                  const Parameters& parameters,
                                                  std::string_view format) const {
    const OwnedResult result = call(library.query, session, statement, parameters, format);
    TRY(check(result.get()));
    return std::string(bytes_of(result.get()));
  }

  /// As `execute` for all of a statement that begins with `head`; what an INSERT has written is checked.
  std::expected<std::string, EngineError> execute_checked(const Session& session, std::string_view head,
                                                          std::string_view whole,
                                                          const Parameters& parameters,
                                                          std::string_view format) {
    const auto table = impl::inserted_table(head);
    if (!table) return execute(session, whole, parameters, format);
    std::string answer;
    const auto run = [&](std::string_view statement, const Parameters& values, std::string_view as) {
      return execute(session, statement, values, as);
    };
    const auto insert = [&]() -> std::expected<void, EngineError> {
      answer = TRY(execute(session, whole, parameters, format));
      return {};
    };
    TRY(parts.watch(*table, run, insert));
    return answer;
  }

  /// Rows of parts that the engine found damaged when it opened the folder are not in any table.
  void tell_of_damaged_parts() const {
    const auto found = execute(*sessions.front(), sql::kListDamagedParts, {}, "TabSeparatedRaw");
    if (found && !found->empty())
      log::error("the event engine has put damaged parts aside, in the folders named detached",
                 {{"parts", *found}});
  }
};

ChdbEngine::ChdbEngine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ChdbEngine::~ChdbEngine() = default;

std::expected<std::unique_ptr<ChdbEngine>, EngineError> ChdbEngine::open(const Options& options) {
  auto folder = storage::DataDir::lock(options.folder);
  if (!folder) return std::unexpected(unavailable(folder.error().message));
  const auto library = ChdbLibrary::open(options.library);
  if (!library) return std::unexpected(unavailable(library.error().message));
  auto impl = std::make_unique<Impl>(std::move(*folder), *library);
  TRY(impl->connect(options));
  impl->tell_of_damaged_parts();
  impl->start_part_check();
  return std::unique_ptr<ChdbEngine>(new ChdbEngine(std::move(impl)));
}

std::expected<void, EngineError> ChdbEngine::check_parts() {
  return impl_->check_parts();
}

std::expected<std::string, EngineError> ChdbEngine::run(std::string_view statement,
                                                        const Parameters& parameters, std::string_view format,
                                                        const QueryOptions& options) {
  const auto session = TRY(impl_->borrow(options));
  return impl_->execute_checked(*session, statement, statement, parameters, format);
}

std::expected<void, EngineError> ChdbEngine::stream(std::string_view statement, const Parameters& parameters,
                                                    std::string_view format, const QueryOptions& options,
                                                    const std::function<bool(std::string_view)>& on_piece) {
  const auto session = impl_->borrow(options);
  if (!session) return std::unexpected(session.error());
  const auto result = impl_->call(impl_->library.stream, **session, statement, parameters, format);
  if (auto sound = impl_->check(result.get()); !sound) return sound;
  ChdbConnection* connection = *(*session)->connection;
  for (;;) {
    const Impl::OwnedResult piece(impl_->library.fetch(connection, result.get()),
                                  Impl::Destroy{&impl_->library});
    if (auto sound = impl_->check(piece.get()); !sound) return sound;
    const std::string_view bytes = impl_->bytes_of(piece.get());
    if (bytes.empty()) return {};
    if (on_piece(bytes)) continue;
    impl_->library.cancel(connection, result.get());
    return {};
  }
}

std::expected<void, EngineError> ChdbEngine::insert(std::string_view statement, std::string_view rows,
                                                    const QueryOptions& options) {
  const auto session = TRY(impl_->borrow(options));
  std::string whole;
  whole.reserve(statement.size() + rows.size() + 1);
  whole.append(statement).append("\n").append(rows);
  std::ignore = TRY(impl_->execute_checked(*session, statement, whole, {}, "Null"));
  return {};
}

}  // namespace bellwether::events
