#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "contract/cohort_sync.hpp"

/// Is a session complete? The contract counts `page_count` of `total_pages` over all POSTs of a run, but some
/// senders number each action by itself under one session id:
///
///     over the run:    add_members 1/3, add_members 2/3, remove_members 3/3
///     by action:       add_members 1/2, add_members 2/2, remove_members 1/1
///
/// Numbering by action is recognised by what numbering over the run can never show: one index under two
/// actions, or two totals in one session. Pure: no I/O, no clock.
namespace bellwether::mirror {

enum class Numbering : std::uint8_t {
  kUnknown,  ///< nothing has told yet; read as kRun
  kRun,
  kAction,
};

/// What has arrived of one action of a session, each page counted once.
struct ActionProgress {
  std::uint32_t pages = 0;
  std::uint32_t total = 0;  ///< the largest `total_pages` seen with this action
};

struct Progress {
  std::array<ActionProgress, 3> actions;  ///< indexed by contract::Action
  /// So far the pages came as 1, 2, 3, … over the whole run, each after the answers to all before it had
  /// arrived: the sender sends one page after the other.
  bool in_run_order = true;

  const ActionProgress& of(contract::Action action) const {
    return actions[static_cast<std::size_t>(action)];
  }
  ActionProgress& of(contract::Action action) { return actions[static_cast<std::size_t>(action)]; }
  bool has(contract::Action action) const { return of(action).pages > 0; }
  std::uint32_t pages() const;
  /// How many POSTs the session will have had, as far as is known under this numbering.
  std::uint32_t expected(Numbering numbering) const;

  /// `earlier_answered`: the sender is known to have the answer to every page that came before this one.
  void add(contract::Action action, std::uint32_t page_count, std::uint32_t total_pages,
           bool earlier_answered);
};

/// The numbering that `progress` proves, or `known` when it proves none. `index_under_two_actions`: a page
/// stands beside another with the same index and another action.
Numbering recognise(const Progress& progress, Numbering known, bool index_under_two_actions);

bool is_complete(const Progress& progress, Numbering numbering);

/// Complete over the run, but by action pages would be missing, and nothing has told which it is.
bool is_ambiguous(const Progress& progress, Numbering numbering);

}  // namespace bellwether::mirror
