#include "ingestion/event_journal.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/json_writer.hpp"
#include "base/log.hpp"
#include "ingestion/migrations.hpp"
#include "storage/data_file.hpp"

namespace bellwether::ingestion {

namespace {

using storage::Database;

/// What the engine is behind by at most while it works: a reader waits for it.
constexpr std::size_t kPassedBytes = 16UL << 20U;
constexpr Millis kLongestWait = std::chrono::seconds(10);
constexpr Millis kWaitForRoom = std::chrono::seconds(1);
constexpr Millis kBetweenTries = std::chrono::seconds(1);
constexpr std::size_t kGroupBytes = 4UL << 20U;
constexpr std::size_t kQueuedItems = 100'000;

std::string payload_of(const EventBatch& batch) {
  std::string payload;
  payload.reserve(batch.rows.size() + 64);
  JsonWriter json(payload);
  json.begin_array();
  for (const IdentityLink& link : batch.links)
    json.begin_array().value(link.project_id).value(link.alias).value(link.person).end_array();
  json.end_array();
  return payload.append("\n").append(batch.rows);
}

EventBatch batch_of(std::string_view payload) {
  const std::size_t end = payload.find('\n');
  EventBatch batch;
  const boost::json::value links = boost::json::parse(payload.substr(0, end));
  for (const auto& link : links.as_array()) {
    const auto text = [&](std::size_t i) { return std::string(link.at(i).as_string()); };
    batch.links.push_back({text(0), text(1), text(2)});
  }
  batch.rows = payload.substr(end + 1);
  return batch;
}

}  // namespace

Result<EventJournal::File> EventJournal::open(const std::string& path) {
  auto writer = TRY(storage::open_data_file(path, kMigrations));
  try {
    return File{std::move(writer), Database(path, {.access = Database::Access::kReadOnly, .cache_mib = 1})};
  } catch (const storage::StorageError& error) {
    return fail(fmt::format("{}: {}", path, error.what()));
  }
}

EventJournal::EventJournal(File file, EventWriter& writer, const Limits& limits, Hooks hooks)
    : writer_(writer),
      limits_(limits),
      hooks_(std::move(hooks)),
      reader_(std::move(file.reader)),
      file_(std::move(file.writer),
            {.queued_items = kQueuedItems, .queued_bytes = limits.queued_bytes, .group_bytes = kGroupBytes},
            nullptr),
      feeder_({.name = "event journal"}, [this] { return feed(); }) {
  auto left = reader_.query("SELECT number, length(payload) FROM entry ORDER BY number");
  while (left.next()) {
    const auto bytes = static_cast<std::size_t>(left.integer(1));
    waiting_.emplace(left.integer(0), bytes);
    waiting_bytes_ += bytes;
    last_number_ = left.integer(0);
  }
  if (!waiting_.empty())
    log::info("events of before the start go to the event engine", {{"entries", waiting_.size()}});
  feeder_.start();
}

EventJournal::~EventJournal() {
  stop(Millis(0));
}

bool EventJournal::write(EventBatch batch, EventWriter::Done done) {
  {
    const std::scoped_lock lock(mutex_);
    if (waiting_bytes_ >= limits_.journal_bytes) return false;
  }
  const auto entry = std::make_shared<Entry>(Entry{.batch = std::move(batch), .done = std::move(done)});
  const std::size_t bytes = entry->batch.rows.size();
  return file_.submit(
      bytes,
      [entry](Database& database) {
        const std::string payload = payload_of(entry->batch);
        database.run("INSERT INTO entry (payload) VALUES (?)", storage::Blob{payload});
        entry->number = database.last_insert_id();
      },
      [this, entry](const storage::CommitResult& result) { committed(entry, result); });
}

void EventJournal::committed(const std::shared_ptr<Entry>& entry, const storage::CommitResult& result) {
  if (!result) {
    entry->done(std::unexpected(
        events::EngineError{events::EngineError::Kind::kUnavailable, 0, result.error().message}));
    return;
  }
  const std::size_t bytes = entry->batch.rows.size();
  {
    // Before the answer: who asks behind it must find that it is to be waited for.
    const std::scoped_lock lock(mutex_);
    passed_.emplace(entry->number, bytes);
    passed_bytes_ += bytes;
    last_number_ = entry->number;
  }
  entry->done(Written());
  {
    // Slows down those that come behind, so that readers never wait long.
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kWaitForRoom, [&] { return has_room() || engine_fails_ || stopping_; });
    if (engine_fails_) return put_aside(entry->number);
  }
  pass_on(entry->number, std::move(entry->batch));
}

bool EventJournal::has_room() const {
  return passed_bytes_ <= kPassedBytes;
}

/// To the writer, or aside until it takes more.
void EventJournal::pass_on(std::int64_t number, EventBatch batch) {
  if (writer_.write(std::move(batch), [this, number](const Written& written) { passed_on(number, written); }))
    return;
  const std::scoped_lock lock(mutex_);
  put_aside(number);
}

void EventJournal::passed_on(std::int64_t number, const Written& written) {
  if (written) {
    if (!written->empty() && hooks_.on_refused) hooks_.on_refused(*written);
    forget(number);
  }
  if (hooks_.on_passed) hooks_.on_passed(written.has_value());
  const std::scoped_lock lock(mutex_);
  note_engine(written);
  if (written) {
    passed_bytes_ -= passed_.extract(number).mapped();
  } else {
    put_aside(number);
  }
  changed_.notify_all();
}

void EventJournal::note_engine(const Written& written) {
  if (written) {
    if (engine_fails_) log::info("the event engine takes events again");
    engine_fails_.reset();
  } else {
    if (!engine_fails_) {
      log::error(
          "the event engine does not take events; they wait in the journal, and what reads events fails",
          {{"error", written.error().message}});
    }
    engine_fails_ = written.error().message;
  }
}

void EventJournal::put_aside(std::int64_t number) {
  auto entry = passed_.extract(number);
  passed_bytes_ -= entry.mapped();
  waiting_bytes_ += entry.mapped();
  waiting_.insert(std::move(entry));
  feeder_.wake();
}

void EventJournal::forget(std::int64_t number) {
  file_.note([number](Database& database) { database.run("DELETE FROM entry WHERE number = ?", number); });
}

/// Gives the writer what waits, as much as there is room for; one entry at a time while the engine fails.
Millis EventJournal::feed() {
  std::int64_t number = 0;
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_ || waiting_.empty()) return Loop::kIdle;
    if (!has_room() || (engine_fails_ && !passed_.empty())) return kBetweenTries;
    number = waiting_.begin()->first;
  }
  auto batch = read(number);
  bool failed = false;
  {
    const std::scoped_lock lock(mutex_);
    auto entry = waiting_.extract(number);
    waiting_bytes_ -= entry.mapped();
    failed = engine_fails_.has_value();
    if (batch) {
      passed_bytes_ += entry.mapped();
      passed_.insert(std::move(entry));
    } else {
      changed_.notify_all();  // nobody is to wait for it
    }
  }
  if (batch) pass_on(number, *std::move(batch));
  return failed ? kBetweenTries : Loop::kAgain;
}

/// No value for an entry that is gone, or damaged.
std::optional<EventBatch> EventJournal::read(std::int64_t number) {
  auto found = reader_.query("SELECT payload FROM entry WHERE number = ?", number);
  if (!found.next()) return std::nullopt;
  try {
    return batch_of(found.text(0));
  } catch (const std::exception& error) {
    log::error("an entry of the event journal cannot be read and is left there",
               {{"entry", number}, {"error", error.what()}});
    return std::nullopt;
  }
}

bool EventJournal::is_behind(std::int64_t number) const {
  const auto holds = [&](const auto& entries) {
    return !entries.empty() && entries.begin()->first <= number;
  };
  return holds(passed_) || holds(waiting_);
}

std::expected<void, events::EngineError> EventJournal::catch_up() {
  std::unique_lock lock(mutex_);
  const std::int64_t number = last_number_;
  if (!is_behind(number)) return {};
  writer_.hurry();
  changed_.wait_for(lock, kLongestWait, [&] { return !is_behind(number) || engine_fails_ || stopping_; });
  if (!is_behind(number)) return {};
  const std::string why =
      engine_fails_ ? "it does not take them: " + *engine_fails_ : "it is busy; try again";
  return std::unexpected(
      events::EngineError{events::EngineError::Kind::kUnavailable, 0,
                          "events that were acknowledged are not in the event engine yet: " + why});
}

std::size_t EventJournal::queued_bytes() const {
  const std::scoped_lock lock(mutex_);
  return waiting_bytes_;
}

void EventJournal::stop(Millis bound) {
  {
    std::unique_lock lock(mutex_);
    if (!stopping_ && is_behind(last_number_)) {
      writer_.hurry();
      changed_.wait_for(lock, bound, [&] { return !is_behind(last_number_) || engine_fails_; });
    }
    stopping_ = true;
  }
  changed_.notify_all();
  feeder_.stop();
  file_.stop();
}

}  // namespace bellwether::ingestion
