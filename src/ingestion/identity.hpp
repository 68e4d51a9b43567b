#pragma once

#include <expected>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "events/engine.hpp"

/// Who is who: an id that an event was done under (an anonymous device, an alias) leads to the person's id,
/// and cohorts and reports count the person once. docs/ingestion.md says which of Mixpanel's identity modes
/// this is.
namespace bellwether::ingestion {

/// Somebody said that `alias` is `person`.
struct IdentityLink {
  std::string project_id;
  std::string alias;
  std::string person;
};

/// What is known of one project: alias to person. A person is never an alias at the same time.
using IdentityMap = std::map<std::string, std::string>;

/// The rows that change when `links`, in order, become known: `known` must hold every row whose alias or
/// person occurs in them. The first person of an alias stays (contract: a device belongs to whom it
/// identified first). When a person turns out to be an alias of another, all that led to it leads on. A link
/// that would give a person more than `kAliasesOfAPerson` is ignored. All links are of one project; there is
/// at least one.
std::vector<IdentityLink> resolve_links(const IdentityMap& known, const std::vector<IdentityLink>& links);

/// Stores what `links` change, before the events that told it. To be called by one thread at a time.
std::expected<void, events::EngineError> store_links(events::Engine& engine,
                                                     const std::vector<IdentityLink>& links, Timestamp now);

}  // namespace bellwether::ingestion
