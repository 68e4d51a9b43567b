#include <fmt/format.h>

#include "api/live_stream.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "feed/feed.hpp"
#include "subscriber/api/call.hpp"
#include "subscriber/api/routes.hpp"

namespace bellwether::subscriber {

namespace {

using storage::Transaction;

constexpr std::size_t kChangesPerChunk = 1000;

void render_change(JsonWriter& json, const feed::Change& change) {
  json.begin_object().key("seq").value(change.seq).key("at").value(format_iso8601(change.at));
  json.key("project_id").value(change.origin.project_id);
  if (change.kind == feed::Kind::kAlert) {
    json.key("change").value(feed::to_string(change.kind)).key("alert").raw(change.subject);
  } else {
    json.key("cohort_id").value(change.origin.cohort_id).key("distinct_id").value(change.subject);
    json.key("change").value(feed::to_string(change.kind)).key("session_id").value(change.origin.session_id);
  }
  json.end_object();
}

/// Where a reader goes on: `Last-Event-ID`, then `after` (a number, or "latest"), then the oldest change
/// kept.
std::expected<std::int64_t, ApiError> find_cursor(const Call& call, storage::Database& database) {
  const std::int64_t oldest = feed::first_seq(database) - 1;
  std::optional<std::string> given = call.parameter("after");
  if (const auto last_id = call.request.header("Last-Event-ID"); !last_id.empty())
    given = std::string(last_id);
  if (!given) return oldest;
  if (*given == "latest") return feed::last_seq(database);
  const auto after = parse_integer(*given);
  if (!after || *after < 0)
    return api_error(400, "bad_parameter", "after must be a sequence number, or \"latest\"");
  if (*after < oldest) {
    return api_error(
        410, "cursor_too_old",
        fmt::format("the changes after {} are no longer kept, the oldest is {}: read the cohorts again, "
                    "then go on from there",
                    *after, oldest + 1));
  }
  return *after;
}

/// The feed as server-sent events, from a cursor on and then live. It queries only after something was committed.
class ChangeStream final : public api::LiveStream {
 public:
  ChangeStream(storage::ReaderPool& readers, const Metrics& metrics, std::int64_t after)
      : LiveStream("bellwether changes"), readers_(readers), metrics_(metrics), after_(after) {}

 private:
  State append_news(std::string& chunk) override {
    const std::uint64_t commits = metrics_.commits();
    if (looked_at_ == commits) return State::kWait;
    const State state = append_changes(chunk);
    if (state == State::kWait) looked_at_ = commits;
    return state;
  }

  /// kMore when there may be more, kWait when there is nothing more now.
  State append_changes(std::string& chunk) {
    try {
      const auto reader = readers_.borrow();
      Transaction snapshot(*reader, Transaction::Kind::kRead);
      // Too slow for the retention: the next try is told 410.
      if (after_ + 1 < feed::first_seq(*reader)) return State::kBroken;
      const auto changes = feed::read(*reader, after_, kChangesPerChunk);
      for (const feed::Change& change : changes) append(chunk, change);
      return changes.size() == kChangesPerChunk ? State::kMore : State::kWait;
    } catch (const storage::StorageError& error) {
      log::warn("a stream of changes was cut", {{"error", error.what()}});
      return State::kBroken;
    }
  }

  void append(std::string& chunk, const feed::Change& change) {
    chunk += fmt::format("id: {}\nevent: {}\ndata: ", change.seq, feed::to_string(change.kind));
    JsonWriter json(chunk);
    render_change(json, change);
    chunk += "\n\n";
    after_ = change.seq;
  }

  storage::ReaderPool& readers_;
  const Metrics& metrics_;
  std::int64_t after_;
  std::optional<std::uint64_t> looked_at_;  ///< commits when there was nothing more
};

}  // namespace

Answer list_changes(const Call& call) {
  const auto limit = TRY(call.limit());
  const auto reader = call.readers.borrow();
  Transaction snapshot(*reader, Transaction::Kind::kRead);
  const auto after = TRY(find_cursor(call, *reader));
  if (call.accepts("text/event-stream")) {
    return api::stream_response(std::make_unique<ChangeStream>(call.readers, call.metrics, after));
  }
  const auto changes = feed::read(*reader, after, limit + 1);
  return list_response(changes, limit, render_change,
                       [](const feed::Change& change) { return std::to_string(change.seq); });
}

}  // namespace bellwether::subscriber
