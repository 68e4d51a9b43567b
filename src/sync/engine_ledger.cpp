#include "sync/engine_ledger.hpp"

#include <array>
#include <sstream>

#include <fmt/format.h>

#include "sync/sql.hpp"

namespace bellwether::sync {

namespace {

using events::EngineError;
using events::Parameters;

/// The contract's names for what a profile holds under Mixpanel's.
struct ExportName {
  std::string_view profile;
  std::string_view member;
};
constexpr std::array kExportNames{ExportName{"$email", "email"}, ExportName{"$first_name", "first_name"},
                                  ExportName{"$last_name", "last_name"},
                                  ExportName{"$phone", "phone_number"}};

void add_export(Parameters& parameters, const std::vector<std::string>& chosen) {
  std::vector<std::string> sources;
  std::vector<std::string> names;
  for (const ExportName& name : kExportNames) {
    sources.emplace_back(name.profile);
    names.emplace_back(name.member);
  }
  for (const std::string& property : chosen) {
    sources.push_back(property);
    names.push_back(property);
  }
  parameters.add("sources", sources).add("names", names);
}

Parameters set_parameters(const std::string& sync_key, const std::string& change_set) {
  Parameters parameters;
  parameters.add("sync_key", sync_key).add("change_set", change_set);
  return parameters;
}

/// Reads the engine's RowBinary: an Int8 is a byte, a String its length in LEB128 and its bytes.
class RowReader {
 public:
  explicit RowReader(std::string_view bytes) : rest_(bytes) {}
  bool done() const { return rest_.empty(); }
  int small_integer() {
    const auto value = static_cast<signed char>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::string text() {
    std::size_t size = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      size |= static_cast<std::size_t>(byte & 0x7fU) << shift;
      if ((byte & 0x80U) == 0) break;
    }
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::expected<Counts, EngineError> EngineLedger::freeze(const FreezeOrder& order) {
  const events::QueryOptions options{.timeout = freeze_within_};
  Parameters people = order.people.parameters;
  people.add("sync_key", order.sync_key).add("change_set", order.change_set);
  people.add("full", static_cast<std::int64_t>(order.full));
  const auto found =
      engine_.run(cohorts::with_people(sql::kFreezePeople, order.people), people, "Null", options);
  if (!found) return std::unexpected(found.error());
  const auto counts = count(order);
  if (!counts) return counts;
  if (counts->members() > order.most_members) return counts;  // too many to send: the caller says so
  Parameters members = set_parameters(order.sync_key, order.change_set);
  members.add("run_number", static_cast<std::int64_t>(order.run_number)).add("project", order.project_id);
  add_export(members, order.properties);
  const auto frozen = engine_.run(sql::kFreezeMembers, members, "Null", options);
  if (!frozen) return std::unexpected(frozen.error());
  return counts;
}

std::expected<Counts, EngineError> EngineLedger::count(const FreezeOrder& order) {
  const auto row =
      engine_.run(sql::kCountFrozen, set_parameters(order.sync_key, order.change_set), "TabSeparated", {});
  if (!row) return std::unexpected(row.error());
  std::istringstream numbers(*row);
  Counts counts;
  numbers >> counts.entered >> counts.left >> counts.stayed;
  if (!order.full) counts.stayed = order.snapshot_members - std::min(order.snapshot_members, counts.left);
  return counts;
}

std::expected<std::vector<FrozenMember>, EngineError> EngineLedger::read(const std::string& sync_key,
                                                                         const std::string& change_set,
                                                                         const Slice& slice,
                                                                         const Cursor& behind,
                                                                         std::size_t limit) {
  Parameters parameters = set_parameters(sync_key, change_set);
  parameters.add("first", std::int64_t{slice.first_change}).add("last", std::int64_t{slice.last_change});
  parameters.add("change", std::int64_t{behind.change}).add("id", behind.distinct_id);
  parameters.add("limit", static_cast<std::int64_t>(limit));
  const auto rows = engine_.run(sql::kReadFrozen, parameters, "RowBinary", {});
  if (!rows) return std::unexpected(rows.error());
  std::vector<FrozenMember> members;
  members.reserve(limit);
  for (RowReader reader(*rows); !reader.done();) {
    FrozenMember member;
    member.change = reader.small_integer();
    member.distinct_id = reader.text();
    member.json = reader.text();
    members.push_back(std::move(member));
  }
  return members;
}

std::expected<void, EngineError> EngineLedger::settle(const std::string& sync_key,
                                                      const std::string& change_set,
                                                      std::uint64_t run_number) {
  Parameters parameters = set_parameters(sync_key, change_set);
  parameters.add("run_number", static_cast<std::int64_t>(run_number));
  const auto settled = engine_.run(sql::kSettleSnapshot, parameters, "Null", {.timeout = freeze_within_});
  if (!settled) return std::unexpected(settled.error());
  return {};
}

std::expected<void, EngineError> EngineLedger::audit(const AuditOrder& order,
                                                     const std::function<bool(std::string_view)>& on_piece) {
  Parameters parameters = set_parameters(order.sync_key, order.change_set);
  parameters.add("applied_since", order.applied_since);
  // The embedded engine writes a heading on every piece.
  if (!on_piece("distinct_id,action\n")) return {};
  return engine_.stream(sql::kAuditRun, parameters, "CSV", {.timeout = freeze_within_}, on_piece);
}

std::expected<void, EngineError> EngineLedger::drop_changes(const std::string& sync_key,
                                                            const std::vector<std::string>& change_sets) {
  const auto parameters = Parameters().add("sync_key", sync_key).add("change_sets", change_sets);
  for (const std::string_view statement : {sql::kDropPeople, sql::kDropChanges}) {
    if (auto gone = engine_.run(statement, parameters, "Null", {}); !gone)
      return std::unexpected(gone.error());
  }
  return {};
}

std::expected<void, EngineError> EngineLedger::drop_sync(const std::string& sync_key) {
  const auto parameters = Parameters().add("sync_key", sync_key);
  for (const std::string_view statement : {sql::kDropSnapshot, sql::kDropAllPeople, sql::kDropAllChanges}) {
    if (auto gone = engine_.run(statement, parameters, "Null", {}); !gone)
      return std::unexpected(gone.error());
  }
  return {};
}

}  // namespace bellwether::sync
