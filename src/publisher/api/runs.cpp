#include <condition_variable>
#include <memory>
#include <mutex>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/guarded.hpp"
#include "base/log.hpp"
#include "publisher/api/render.hpp"
#include "publisher/api/routes.hpp"

namespace bellwether::publisher {

namespace {

using sync::AuditOrder;

/// The engine's rows on their way from the thread that asks the engine to the stream that a reader takes them from. The
/// engine waits while a slow reader has not taken them.
class AuditPipe {
 public:
  /// Asks the engine, to the end or until the reader is gone.
  void fill(sync::EngineLedger& ledger, const AuditOrder& order) {
    bool is_whole = false;
    guarded("an audit was cut", [&] {
      const auto done = ledger.audit(order, [this](std::string_view piece) { return put(piece); });
      if (!done) log::warn("an audit was cut", {{"error", done.error().message}});
      is_whole = done.has_value();
    });
    const std::scoped_lock lock(mutex_);
    done_ = true;
    failed_ = !is_whole;
  }

  net::BodySource::State take(std::string& chunk) {
    using State = net::BodySource::State;
    const std::scoped_lock lock(mutex_);
    chunk.swap(pending_);
    pending_.clear();
    taken_.notify_all();
    if (!chunk.empty()) return State::kMore;
    if (!done_) return State::kWait;
    return failed_ ? State::kBroken : State::kEnd;
  }

  void abandon() {
    {
      const std::scoped_lock lock(mutex_);
      abandoned_ = true;
    }
    taken_.notify_all();
  }

 private:
  static constexpr std::size_t kHeld = 1UL << 20U;

  bool put(std::string_view piece) {
    std::unique_lock lock(mutex_);
    taken_.wait(lock, [this] { return abandoned_ || pending_.size() < kHeld; });
    pending_ += piece;
    return !abandoned_;
  }

  std::mutex mutex_;
  std::condition_variable taken_;
  std::string pending_;
  bool abandoned_ = false;
  bool done_ = false;
  bool failed_ = false;
};

/// A reader that hangs up does not wait for the engine, which notices it with its next rows.
class AuditStream final : public net::BodySource {
 public:
  explicit AuditStream(std::shared_ptr<AuditPipe> pipe) : pipe_(std::move(pipe)) {}
  ~AuditStream() override { pipe_->abandon(); }
  AuditStream(const AuditStream&) = delete;
  AuditStream& operator=(const AuditStream&) = delete;

  State next(std::string& chunk) override { return pipe_->take(chunk); }

 private:
  const std::shared_ptr<AuditPipe> pipe_;
};

std::expected<sync::Run, ApiError> find_run(const Call& call, storage::Database& database) {
  const auto id = TRY(call.id_at(2));
  auto run = sync::find_run(database, id);
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
  const auto run = TRY(find_run(call, *reader));
  return show(run);
}

Answer list_attempts(const Call& call) {
  const auto limit = call.limit();
  const auto after = call.number("after");
  if (!limit) return std::unexpected(limit.error());
  if (!after) return std::unexpected(after.error());
  const auto reader = call.parts.store.readers().borrow();
  const auto run = TRY(find_run(call, *reader));
  return show_page(sync::list_attempts(*reader, run.id, *after, *limit + 1), *limit);
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
  const auto pipe = std::make_shared<AuditPipe>();
  net::Response response = api::text_response("", "text/csv; charset=utf-8");
  response.stream = std::make_unique<AuditStream>(pipe);
  const bool taken = call.parts.audits.submit(
      [pipe, &ledger = call.parts.ledger, order = std::move(order)] { pipe->fill(ledger, order); });
  if (!taken) return api_error(503, "busy", "too many audits are being read; try again later");
  return response;
}

}  // namespace bellwether::publisher
