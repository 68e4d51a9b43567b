#include "subscriber.hpp"

#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>

#include "feed/feed.hpp"
#include "mirror/views.hpp"
#include "support/service_tables.hpp"

namespace bellwether::simulation {

using storage::Database;

namespace {

constexpr std::size_t kAll = 100'000;

mirror::Options in_folder(mirror::Options options, const std::string& folder) {
  options.spill_dir = folder;
  return options;
}

}  // namespace

Subscriber::Subscriber(const std::string& folder, const mirror::Options& options)
    : path_(folder + "/mirror.db"), mirror_(in_folder(options, folder)) {
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  std::filesystem::copy_file(folder + "/template.db", path_);
  start();
}

void Subscriber::start() {
  ++processes_;
  reader_.reset();
  writer_.reset();
  writer_ = std::make_unique<Database>(path_, Database::Options{.cache_mib = 1, .durable = false});
  reader_ = std::make_unique<Database>(
      path_, Database::Options{.access = Database::Access::kReadOnly, .cache_mib = 1});
  commit([this](Database& database) {
    mirror_.recover(database);
    feed::drop_unpublished(database);
  });
}

void Subscriber::commit(const std::function<void(Database&)>& work) {
  storage::Transaction transaction(*writer_);
  work(*writer_);
  transaction.commit();
}

mirror::Receipt Subscriber::receive(const contract::CohortPage& page, Timestamp now) {
  mirror::Receipt receipt;
  commit([&](Database& database) { receipt = mirror_.receive(database, page, now); });
  return receipt;
}

void Subscriber::on_acknowledgement(const mirror::AnswerRef& ref, mirror::Acknowledgement answer) {
  commit([&](Database& database) { mirror_.on_acknowledgement(database, ref, answer); });
}

void Subscriber::merge(Timestamp now, const std::function<void()>& at_transaction) {
  mirror::Merger merger(
      *reader_,
      [&](const std::function<void(Database&)>& work) {
        at_transaction();
        commit(work);
      },
      mirror_.options());
  while (merger.merge_next(now)) {
  }
  while (merger.collect_garbage(now)) {
  }
}

void Subscriber::expire_stale_sessions(Timestamp now) {
  commit([&](Database& database) {
    while (mirror_.expire_stale_sessions(database, now, 10)) {
    }
  });
}

bool Subscriber::release_held_sessions(Timestamp now) {
  bool waits = false;
  commit([&](Database& database) { waits = mirror_.release_held_sessions(database, now, kAll); });
  return waits;
}

bool Subscriber::holds_a_session() {
  auto query = reader_->query("SELECT 1 FROM session WHERE held_until IS NOT NULL LIMIT 1");
  return query.next();
}

Membership Subscriber::members() {
  Membership members;
  const auto cohort = mirror::find_cohort(*reader_, "8", "12");
  if (!cohort) return members;
  for (const auto& member : mirror::list_members(*reader_, cohort->generation, std::nullopt, kAll)) {
    members[member.distinct_id] = member.properties;
  }
  if (static_cast<std::int64_t>(members.size()) != cohort->size) {
    throw std::runtime_error(
        fmt::format("the cohort says {} members and has {}", cohort->size, members.size()));
  }
  return members;
}

std::set<std::string> Subscriber::doubts() {
  std::set<std::string> ids;
  const auto cohort = mirror::find_cohort(*reader_, "8", "12");
  if (!cohort) return ids;
  for (const auto& doubt : mirror::list_doubts(*reader_, *cohort, std::nullopt, kAll))
    ids.insert(doubt.distinct_id);
  if (static_cast<std::int64_t>(ids.size()) != cohort->in_doubt) {
    throw std::runtime_error(
        fmt::format("the cohort says {} in doubt and lists {}", cohort->in_doubt, ids.size()));
  }
  return ids;
}

Membership Subscriber::settled_members() {
  Membership members;
  auto pending = reader_->query("SELECT 1 FROM session WHERE state = 'receiving' LIMIT 1");
  if (pending.next()) return members;
  auto query = reader_->query(
      "SELECT distinct_id, properties FROM member WHERE generation = (SELECT generation FROM cohort WHERE cohort_id = '12') "
      "AND distinct_id NOT IN (SELECT distinct_id FROM undo WHERE undo.generation = member.generation "
      "AND session_ref IN (SELECT ref FROM session WHERE open = 1))");
  while (query.next()) members.emplace(query.text(0), query.text(1));
  return members;
}

std::set<std::string> Subscriber::replay_feed() {
  std::set<std::string> members;
  std::int64_t expected = 1;
  for (const auto& change : feed::read(*reader_, 0, kAll)) {
    if (change.seq != expected++)
      throw std::runtime_error(fmt::format("the feed has a gap before {}", change.seq));
    if (change.origin.cohort_id != "12") continue;
    const bool present = members.contains(change.subject);
    if (present == (change.kind == feed::Kind::kEntered)) {
      throw std::runtime_error(fmt::format("change {}: {} {} is no change", change.seq, change.subject,
                                           feed::to_string(change.kind)));
    }
    if (change.kind == feed::Kind::kEntered) members.insert(change.subject);
    if (change.kind == feed::Kind::kLeft) members.erase(change.subject);
  }
  return members;
}

std::string Subscriber::describe() {
  std::string text;
  for (const auto& view : mirror::list_sessions(*reader_, {}, 25)) {
    const mirror::Session& session = view.session;
    text += fmt::format("    {} attempt {} {} pages {}/{} carried {} open changes {} waiting {} ({})\n",
                        session.session_id, session.attempt, mirror::to_string(session.state),
                        session.progress.pages(), view.expected_pages, session.carried, session.open_changes,
                        session.waiting, session.why);
  }
  return text;
}

void make_template(const std::string& path) {
  Database database(path, {.durable = false});
  bellwether::testing::create_tables(database, "subscriber");
  database.script("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace bellwether::simulation
