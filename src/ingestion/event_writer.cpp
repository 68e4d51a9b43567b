#include "ingestion/event_writer.hpp"

#include "events/sql.hpp"
#include "ingestion/impl/isolate.hpp"
#include "ingestion/impl/rows.hpp"

namespace bellwether::ingestion {

EventWriter::EventWriter(events::Engine& engine, const BatchLimits& limits)
    : engine_(engine), queue_(limits, [this](std::vector<Item> items) { write_batch(std::move(items)); }) {}

bool EventWriter::write(EventBatch batch, Done done) {
  const std::size_t bytes = batch.rows.size();
  return queue_.push(bytes, {std::move(batch), std::move(done)});
}

void EventWriter::write_batch(std::vector<Item> items) {
  const auto insert_some = [&](std::size_t begin, std::size_t end) -> Written {
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
  // One that the engine does not take must not fail those that came with it.
  impl::insert_isolating(0, items.size(), insert_some,
                         [&](std::size_t begin, std::size_t end, const Written& written) {
                           for (std::size_t i = begin; i < end; ++i) items[i].done(written);
                         });
}

Written EventWriter::insert(const std::vector<IdentityLink>& links, const std::string& rows) {
  if (!links.empty()) {
    if (auto stored = store_links(engine_, links, system_now()); !stored) return stored;
  }
  if (rows.empty()) return {};
  return engine_.insert(events::sql::kInsertEvents, rows, impl::kIngestionQuery);
}

}  // namespace bellwether::ingestion
