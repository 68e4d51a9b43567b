#include "ingestion/event_writer.hpp"

#include "events/sql.hpp"

namespace bellwether::ingestion {

EventWriter::EventWriter(events::Engine& engine, const BatchLimits& limits)
    : engine_(engine), queue_(limits, [this](std::vector<Item> items) { write_batch(std::move(items)); }) {}

bool EventWriter::write(EventBatch batch, Done done) {
  const std::size_t bytes = batch.rows.size();
  return queue_.push(bytes, {std::move(batch), std::move(done)});
}

void EventWriter::write_batch(std::vector<Item> items) {
  if (items.size() > 1) {
    std::size_t bytes = 0;
    for (const Item& item : items) bytes += item.batch.rows.size();
    std::string rows;
    rows.reserve(bytes);
    std::vector<IdentityLink> links;
    for (const Item& item : items) {
      rows += item.batch.rows;
      links.insert(links.end(), item.batch.links.begin(), item.batch.links.end());
    }
    const Written written = insert(links, rows);
    // One that the engine does not take must not fail those who came with it.
    const bool each_alone = !written && written.error().kind == events::EngineError::Kind::kQuery;
    if (!each_alone) {
      for (Item& item : items) item.done(written);
      return;
    }
  }
  for (Item& item : items) item.done(insert(item.batch.links, item.batch.rows));
}

Written EventWriter::insert(const std::vector<IdentityLink>& links, const std::string& rows) {
  if (!links.empty()) {
    if (auto stored = store_links(engine_, links, system_now()); !stored) return stored;
  }
  if (rows.empty()) return {};
  return engine_.insert(events::sql::kInsertEvents, rows, {});
}

}  // namespace bellwether::ingestion
