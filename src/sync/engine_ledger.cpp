#include "sync/engine_ledger.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "sync/sql.hpp"

namespace bellwether::sync {

namespace {

using events::EngineError;
using events::Parameters;

constexpr std::string_view kPagesEnd = ".pages";

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

/// Takes the engine's rows {change Int8, member String} apart as they come: RowBinary, in pieces that end
/// anywhere. A String is its length in LEB128 and its bytes.
class RowReader {
 public:
  /// Calls `on_row(change, member)` for each row that is whole.
  template <typename OnRow>
  void take(std::string_view piece, OnRow&& on_row) {
    pending_ += piece;
    std::size_t at = 0;
    for (;;) {
      const std::size_t begin = at;
      std::size_t position = begin + 1;
      const auto size = read_size(position);
      if (!size || pending_.size() - position < *size) {
        pending_.erase(0, begin);
        return;
      }
      on_row(static_cast<int>(static_cast<signed char>(pending_[begin])),
             std::string_view(pending_).substr(position, *size));
      at = position + *size;
    }
  }

 private:
  /// Moves `position` behind the length; no value when it is not all there.
  std::optional<std::size_t> read_size(std::size_t& position) const {
    std::size_t size = 0;
    for (unsigned shift = 0; position < pending_.size(); shift += 7) {
      const auto byte = static_cast<unsigned char>(pending_[position++]);
      size |= static_cast<std::size_t>(byte & 0x7fU) << shift;
      if ((byte & 0x80U) == 0) return size;
    }
    return std::nullopt;
  }

  std::string pending_;
};

}  // namespace

EngineLedger::EngineLedger(events::Engine& engine, const Options& options)
    : engine_(engine), options_(options) {
  std::error_code failed;  // writing a file there says it again
  std::filesystem::create_directories(options_.pages_dir, failed);
}

std::string EngineLedger::page_path(const std::string& change_set) const {
  return options_.pages_dir + "/" + change_set + std::string(kPagesEnd);
}

std::expected<Counts, EngineError> EngineLedger::freeze(const FreezeOrder& order) {
  Parameters people = order.people.parameters;
  people.add("sync_key", order.sync_key).add("change_set", order.change_set);
  people.add("run_number", static_cast<std::int64_t>(order.run_number));
  people.add("full", static_cast<std::int64_t>(order.full));
  const auto found = engine_.run(cohorts::with_people(sql::kFreezePeople, order.people), people, "Null",
                                 {.timeout = options_.freeze_within});
  if (!found) return std::unexpected(found.error());
  return write_pages(order);
}

std::expected<Counts, EngineError> EngineLedger::write_pages(const FreezeOrder& order) {
  Counts counts;
  PageFileWriter pages(page_path(order.change_set), order.page_members);
  if (!order.full) counts.stayed = order.snapshot_members;
  const auto write = [&](std::string_view statement,
                         const Parameters& parameters) -> std::expected<void, EngineError> {
    RowReader rows;
    const auto done = engine_.stream(statement, parameters, "RowBinary", {.timeout = options_.freeze_within},
                                     [&](std::string_view piece) {
                                       rows.take(piece, [&](int change, std::string_view member) {
                                         if (change > 0) ++counts.entered;
                                         if (change == 0) ++counts.stayed;
                                         if (change < 0) ++counts.left;
                                         if (counts.members() <= order.most_members) pages.add(member);
                                       });
                                       return true;
                                     });
    pages.end_action();
    return done;
  };
  Parameters parameters;
  parameters.add("sync_key", order.sync_key).add("change_set", order.change_set);
  Parameters exported = parameters;
  exported.add("project", order.project_id);
  add_export(exported, order.properties);
  TRY(write(sql::kReadEntered, exported));
  if (order.full) {
    const auto left = engine_.run(sql::kCountLeft, parameters, "TabSeparated", {});
    if (!left) return std::unexpected(left.error());
    counts.left = std::strtoull(left->c_str(), nullptr, 10);
  } else {
    TRY(write(sql::kReadLeft, parameters));
    counts.stayed -= std::min(counts.stayed, counts.left);
  }
  if (auto finished = pages.finish(); !finished)
    return std::unexpected(EngineError{EngineError::Kind::kUnavailable, 0, finished.error().message});
  return counts;
}

Result<std::string> EngineLedger::read(const std::string& change_set, std::uint32_t page) {
  const std::scoped_lock lock(mutex_);
  auto file = open_files_.find(change_set);
  if (file == open_files_.end()) {
    auto opened = TRY(PageFile::open(page_path(change_set)));
    file = open_files_.emplace(change_set, std::move(opened)).first;
  }
  return file->second.read(page);
}

void EngineLedger::drop_pages(const std::string& change_set) {
  {
    const std::scoped_lock lock(mutex_);
    open_files_.erase(change_set);
  }
  std::error_code ignored;
  std::filesystem::remove(page_path(change_set), ignored);
}

void EngineLedger::keep_only_pages(const std::vector<std::string>& change_sets) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(options_.pages_dir, failed)) {
    const std::string name = entry.path().filename().string();
    const bool ours = name.ends_with(kPagesEnd);
    const std::string change_set = ours ? name.substr(0, name.size() - kPagesEnd.size()) : "";
    if (ours && std::ranges::find(change_sets, change_set) == change_sets.end()) drop_pages(change_set);
  }
}

std::expected<void, EngineError> EngineLedger::settle(const std::string& sync_key,
                                                      const std::string& change_set,
                                                      std::uint64_t run_number) {
  Parameters parameters;
  parameters.add("sync_key", sync_key).add("change_set", change_set);
  parameters.add("run_number", static_cast<std::int64_t>(run_number));
  const auto settled =
      engine_.run(sql::kSettleSnapshot, parameters, "Null", {.timeout = options_.freeze_within});
  if (!settled) return std::unexpected(settled.error());
  return {};
}

std::expected<void, EngineError> EngineLedger::audit(const AuditOrder& order,
                                                     const std::function<bool(std::string_view)>& on_piece) {
  Parameters parameters;
  parameters.add("sync_key", order.sync_key).add("change_set", order.change_set);
  parameters.add("applied_since", order.applied_since);
  // The embedded engine writes a heading on every piece.
  if (!on_piece("distinct_id,action\n")) return {};
  return engine_.stream(sql::kAuditRun, parameters, "CSV", {.timeout = options_.freeze_within}, on_piece);
}

std::expected<void, EngineError> EngineLedger::drop_changes(const std::string& sync_key,
                                                            const std::vector<std::string>& change_sets) {
  for (const std::string& change_set : change_sets) drop_pages(change_set);
  const auto parameters = Parameters().add("sync_key", sync_key).add("change_sets", change_sets);
  const auto gone = engine_.run(options_.layout.remove(sql::kDropPeople), parameters, "Null", {});
  if (!gone) return std::unexpected(gone.error());
  return {};
}

std::expected<void, EngineError> EngineLedger::drop_sync(const std::string& sync_key) {
  const auto parameters = Parameters().add("sync_key", sync_key);
  for (const std::string_view statement : {sql::kDropSnapshot, sql::kDropAllPeople}) {
    if (auto gone = engine_.run(options_.layout.remove(statement), parameters, "Null", {}); !gone)
      return std::unexpected(gone.error());
  }
  return {};
}

}  // namespace bellwether::sync
