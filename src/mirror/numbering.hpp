#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "contract/cohort_sync.hpp"

/// Is a session complete? The contract counts `page_count` of `total_pages` over all POSTs of a run, but some senders
/// number each action by itself under one session id, and some do not number at all:
///
///     over the run:    add_members 1/3, add_members 2/3, remove_members 3/3
///     by action:       add_members 1/2, add_members 2/2, remove_members 1/1
///
/// A session is judged by its own pages: it is complete when it is so under a numbering that none of them contradicts.
/// What earlier sessions of the cohort have shown is a hint, which can hold it back for a while. Pure.
namespace bellwether::mirror {

enum class Numbering : std::uint8_t {
  kUnknown,
  kRun,
  kAction,
};

/// What has arrived of one action of a session, each page counted once.
struct ActionProgress {
  std::uint32_t pages = 0;
  std::uint32_t total = 0;  ///< `total_pages` of its pages; 0: they have none
};

struct Progress {
  std::array<ActionProgress, 3> actions;  ///< indexed by contract::Action
  /// So far the pages came as 1, 2, 3, … over the whole run, each after the answers to all before it had arrived: the
  /// sender sends one page after the other.
  bool in_run_order = true;
  bool index_repeats = false;  ///< two actions have a page of the same index
  bool unnumbered = false;     ///< a page came without numbers

  const ActionProgress& of(contract::Action action) const {
    return actions[static_cast<std::size_t>(action)];
  }
  ActionProgress& of(contract::Action action) { return actions[static_cast<std::size_t>(action)]; }
  bool has(contract::Action action) const { return of(action).pages > 0; }
  std::uint32_t pages() const;
  /// Both calls of an incremental run, or a full load.
  bool has_all_actions() const;

  /// `earlier_answered`: the sender is known to have the answer to every page that came before this one.
  /// `index_taken`: a page of another action has the same index.
  void add(const contract::CohortPage& page, bool earlier_answered, bool index_taken);
};

struct NumberingRules {
  Numbering hint = Numbering::kUnknown;   ///< how this cohort's sessions were numbered before
  Numbering fixed = Numbering::kUnknown;  ///< the configuration says so
  bool expects_both_actions = true;  ///< the sender makes both calls of an incremental run, also empty ones

  Numbering known() const { return fixed != Numbering::kUnknown ? fixed : hint; }
};

enum class Completeness : std::uint8_t {
  kIncomplete,
  kHeld,  ///< it looks complete, but more may come: taken for complete when nothing comes for a while
  kComplete,
};

Completeness judge_completeness(const Progress& progress, const NumberingRules& rules);

/// Complete over the run alone, its pages came in no order that would show that the sender counts so, and nothing else
/// has told.
bool is_ambiguous(const Progress& progress, const NumberingRules& rules);

/// What a complete session proves about its sender's numbering; kUnknown: nothing.
Numbering shown_by(const Progress& progress);

/// How many POSTs the session will have had, as far as is known. 0 for unnumbered pages.
std::uint32_t expected_pages(const Progress& progress, const NumberingRules& rules);

}  // namespace bellwether::mirror
