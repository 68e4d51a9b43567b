#include "publisher.hpp"

#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>

#include "subscriber.hpp"
#include "support/service_tables.hpp"
#include "sync/run_store.hpp"

namespace bellwether::simulation {

using storage::Database;
using sync::Durability;

namespace {

constexpr std::int64_t kSync = 1;
constexpr Millis kInterval = std::chrono::minutes(30);
constexpr std::uint64_t kMany = 1'000'000;

}  // namespace

Publisher::Publisher(const std::string& folder, const Membership& people, std::uint32_t page_members,
                     const Faults& faults, Dice& dice)
    : path_(folder + "/publisher.db"),
      page_members_(page_members),
      faults_(faults),
      dice_(dice),
      ledger_(people, [this] { may_die("while the engine wrote"); }) {
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  std::filesystem::copy_file(folder + "/publisher-template.db", path_);
}

void Publisher::kill() {
  ++processes_;
  delayed_.reset();
  active_.reset();
  database_.reset();
}

void Publisher::start() {
  database_ = std::make_unique<Database>(path_, Database::Options{.cache_mib = 1, .durable = false});
  if (auto open = sync::find_open_run(*database_, kSync)) take_up(std::move(*open));
}

bool Publisher::begin(Timestamp now) {
  if (!database_) return false;
  if (sync::find_open_run(*database_, kSync)) return false;
  const auto sync = registry::find_sync(*database_, kSync);
  if (sync->state != registry::SyncState::kActive) return false;
  std::optional<sync::Run> run;
  commit([&](Database& database) {
    run = sync::create_run(database, *sync, fmt::format("session-{}", ++keys_), page_members_, now);
  });
  take_up(std::move(*run));
  return true;
}

void Publisher::take_up(sync::Run run) {
  const auto snapshot = sync::find_snapshot(*database_, kSync);
  active_ = std::make_unique<sync::ActiveRun>(
      std::move(run),
      sync::RunSubject{"key", "8", "12", "Cohort", "", {}, snapshot ? snapshot->members : 0, kMany}, ledger_,
      sync::ActiveRun::Hooks{
          .compile = [](Timestamp) -> std::expected<cohorts::PeopleQuery, std::string> {
            return cohorts::PeopleQuery{};
          },
          .save = [this](const sync::Run& saved, Durability durability) { return save(saved, durability); },
          .new_change_set = [this] { return fmt::format("changes-{}", ++keys_); }});
}

std::optional<sync::ActiveRun::Step> Publisher::next(Timestamp now) {
  if (!active_) return std::nullopt;
  return active_->next(now);
}

void Publisher::on_answer(const retry_policy::Judgement& judgement, Timestamp now) {
  active_->on_answer(judgement, now, static_cast<double>(dice_.between(0, 100)) / 100.0);
}

void Publisher::resume() {
  commit([](Database& database) {
    registry::set_sync_state(database, kSync, registry::SyncState::kActive, "");
  });
}

bool Publisher::save(const sync::Run& run, Durability durability) {
  write_delayed();
  if (durability == Durability::kSoon && dice_.chance(faults_.save_lost)) {
    delayed_ = run;
    return true;
  }
  commit([&](Database& database) {
    if (run.ended()) {
      sync::finish_run(database, run, kInterval);
    } else {
      sync::save_run(database, run);
    }
  });
  return true;
}

/// One step behind at most, as the worker has it.
void Publisher::write_delayed() {
  if (!delayed_) return;
  const sync::Run run = *std::exchange(delayed_, std::nullopt);
  commit([&](Database& database) { sync::save_run(database, run); });
}

void Publisher::commit(const std::function<void(Database&)>& work) {
  may_die("before it stored");
  storage::Transaction transaction(*database_);
  work(*database_);
  transaction.commit();
  may_die("behind storing");
}

void Publisher::may_die(const char* when) {
  if (dice_.chance(faults_.killed)) throw Killed{when};
}

void make_publisher_template(const std::string& path) {
  Database database(path, {.durable = false});
  bellwether::testing::create_tables(database, "publisher");
  database.script(
      "INSERT INTO project (id, name, token, secret) VALUES ('8', 'Shop', 'token', '');"
      "INSERT INTO cohort VALUES (12, '8', 'Cohort', '', '', 'list', 0);"
      "INSERT INTO destination VALUES (1, '8', 'receiver', 'https://example.com/', '', '', 1);"
      "INSERT INTO sync VALUES (1, 'key', '8', 12, 1, '[]', 1, '', 'active', '', 0);"
      "PRAGMA wal_checkpoint(TRUNCATE);");
}

}  // namespace bellwether::simulation
