#include "ingestion/event_writer.hpp"

#include <algorithm>
#include <utility>

#include "events/sql.hpp"
#include "ingestion/impl/isolate.hpp"
#include "ingestion/impl/rows.hpp"

namespace bellwether::ingestion {

namespace {

/// Which record of its request a row is: those that were rejected have none.
std::size_t record_of_row(const EventBatch& batch, std::size_t row) {
  for (const Rejection& rejected : batch.rejected) {
    if (rejected.index > row) break;
    ++row;
  }
  return row;
}

}  // namespace

EventWriter::EventWriter(events::Engine& engine, const BatchLimits& limits, OnStored on_stored)
    : engine_(engine),
      on_stored_(std::move(on_stored)),
      queue_(limits, [this](std::vector<Item> items) { write_batch(std::move(items)); }) {}

bool EventWriter::write(EventBatch batch, Done done) {
  const std::size_t bytes = batch.rows.size();
  return queue_.push(bytes, {std::move(batch), std::move(done)});
}

void EventWriter::write_batch(std::vector<Item> items) {
  const auto insert_some = [&](std::size_t begin, std::size_t end) {
    // A link that cannot be stored fails with the events that brought it.
    if (end - begin == 1) return insert(items[begin].batch.links, items[begin].batch.rows);
    std::size_t bytes = 0;
    for (std::size_t i = begin; i < end; ++i) bytes += items[i].batch.rows.size();
    std::string rows;
    rows.reserve(bytes);
    std::vector<IdentityLink> links;
    for (std::size_t i = begin; i < end; ++i) {
      rows += items[i].batch.rows;
      links.insert(links.end(), items[i].batch.links.begin(), items[i].batch.links.end());
    }
    return insert(links, rows);
  };
  const auto tell = [&](std::size_t begin, std::size_t end, const Inserted& inserted) {
    const bool refused = !inserted && inserted.error().kind == events::EngineError::Kind::kQuery;
    for (std::size_t i = begin; i < end; ++i) {
      if (refused) {
        items[i].done(insert_row_by_row(items[i].batch));
      } else if (inserted) {
        items[i].done(Written());
      } else {
        items[i].done(std::unexpected(inserted.error()));
      }
    }
  };
  // A request that the engine does not take must not fail those that came with it.
  impl::insert_isolating(0, items.size(), insert_some, tell);
}

EventWriter::Inserted EventWriter::insert(const std::vector<IdentityLink>& links, const std::string& rows) {
  if (!links.empty()) {
    if (auto stored = store_links(engine_, links, system_now()); !stored) return stored;
  }
  if (rows.empty()) return {};
  auto inserted = engine_.insert(events::sql::kInsertEvents, rows, impl::kIngestionQuery);
  if (inserted && on_stored_) on_stored_(rows);
  return inserted;
}

Written EventWriter::insert_row_by_row(const EventBatch& batch) {
  std::vector<std::string> rows;
  for (std::string_view rest = batch.rows; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    rows.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  std::vector<RefusedRow> refused;
  std::optional<events::EngineError> failed;
  const auto insert_some = [&](std::size_t begin, std::size_t end) {
    std::string some;
    for (std::size_t i = begin; i < end; ++i) some += rows[i];
    return insert({}, some);
  };
  const auto tell = [&](std::size_t begin, std::size_t end, const Inserted& inserted) {
    if (inserted) return;
    if (inserted.error().kind != events::EngineError::Kind::kQuery) failed = inserted.error();
    for (std::size_t i = begin; i < end; ++i) refused.push_back({record_of_row(batch, i), rows[i]});
  };
  impl::insert_isolating(0, rows.size(), insert_some, tell);
  if (failed) return std::unexpected(*failed);
  return refused;
}

}  // namespace bellwether::ingestion
