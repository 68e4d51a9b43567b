#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "base/guarded.hpp"
#include "base/log.hpp"
#include "publisher/api/render.hpp"
#include "publisher/api/routes.hpp"

namespace bellwether::publisher {

namespace {

using sync::AuditOrder;

/// The engine's rows on their way to a reader: a thread asks the engine, the server takes what has come. The
/// engine waits while a slow reader has not taken it.
class AuditStream final : public net::BodySource {
 public:
  AuditStream(sync::EngineLedger& ledger, AuditOrder order)
      : thread_([this, &ledger, order = std::move(order)] { read(ledger, order); }) {}
  ~AuditStream() override {
    {
      const std::scoped_lock lock(mutex_);
      abandoned_ = true;
    }
    taken_.notify_all();
    thread_.join();
  }
  AuditStream(const AuditStream&) = delete;
  AuditStream& operator=(const AuditStream&) = delete;

  State next(std::string& chunk) override {
    const std::scoped_lock lock(mutex_);
    chunk.swap(pending_);
    pending_.clear();
    taken_.notify_all();
    if (!chunk.empty()) return State::kMore;
    if (!done_) return State::kWait;
    return failed_ ? State::kBroken : State::kEnd;
  }

 private:
  void read(sync::EngineLedger& ledger, const AuditOrder& order) {
    constexpr std::size_t kHeld = 1UL << 20U;
    bool is_whole = false;
    guarded("an audit was cut", [&] {
      const auto done = ledger.audit(order, [this](std::string_view piece) {
        std::unique_lock lock(mutex_);
        taken_.wait(lock, [this] { return abandoned_ || pending_.size() < kHeld; });
        pending_ += piece;
        return !abandoned_;
      });
      if (!done) log::warn("an audit was cut", {{"error", done.error().message}});
      is_whole = done.has_value();
    });
    const std::scoped_lock lock(mutex_);
    done_ = true;
    failed_ = !is_whole;
  }

  std::mutex mutex_;
  std::condition_variable taken_;
  std::string pending_;
  bool abandoned_ = false;
  bool done_ = false;
  bool failed_ = false;
  std::thread thread_;
};

std::expected<sync::Run, ApiError> find_run(const Call& call, storage::Database& database) {
  const auto id = call.id_at(2);
  if (!id) return std::unexpected(id.error());
  auto run = sync::find_run(database, *id);
  if (!run) return no_such("sync run");
  return std::move(*run);
}

template <typename Item>
Answer show_page(const std::vector<Item>& items, std::size_t limit) {
  return api::list_response(
      items, limit, [](JsonWriter& json, const Item& item) { render(json, item); },
      [](const Item& item) { return std::to_string(item.id); });
}

}  // namespace

Answer list_runs(const Call& call) {
  const auto id = call.id_at(2);
  const auto limit = call.limit();
  const auto after = call.number("after");
  if (!id) return std::unexpected(id.error());
  if (!limit) return std::unexpected(limit.error());
  if (!after) return std::unexpected(after.error());
  const auto reader = call.parts.store.readers().borrow();
  if (!registry::find_sync(*reader, *id)) return no_such("sync");
  return show_page(sync::list_runs(*reader, *id, *after, *limit + 1), *limit);
}

Answer show_run(const Call& call) {
  const auto reader = call.parts.store.readers().borrow();
  const auto run = find_run(call, *reader);
  if (!run) return std::unexpected(run.error());
  return show(*run);
}

Answer list_attempts(const Call& call) {
  const auto limit = call.limit();
  const auto after = call.number("after");
  if (!limit) return std::unexpected(limit.error());
  if (!after) return std::unexpected(after.error());
  const auto reader = call.parts.store.readers().borrow();
  const auto run = find_run(call, *reader);
  if (!run) return std::unexpected(run.error());
  return show_page(sync::list_attempts(*reader, run->id, *after, *limit + 1), *limit);
}

Answer audit_run(const Call& call) {
  AuditOrder order;
  {
    const auto reader = call.parts.store.readers().borrow();
    const auto run = find_run(call, *reader);
    if (!run) return std::unexpected(run.error());
    if (run->phase == sync::Phase::kFreezing || run->total_pages == 0)
      return api_error(409, "conflict", "the run has no changes yet, or its cohort could not be computed");
    const auto sync = registry::find_sync(*reader, run->sync_id);
    if (!sync) return no_such("sync");
    order = {sync->key, run->change_set, sync::applied_since(*reader, sync->id, run->number)};
  }
  net::Response response = api::text_response("", "text/csv; charset=utf-8");
  response.stream = std::make_unique<AuditStream>(call.parts.ledger, std::move(order));
  return response;
}

}  // namespace bellwether::publisher
