#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "feed/feed.hpp"

/// What happens to one member when a session is applied: the whole of the mirror's exactness, as two pure
/// functions.
///
/// A session that is applied but not settled has, for each member that it changed, an *undo*: the state
/// before it. The sender's next diff is either against the state after that session (it succeeded in the
/// sender's eyes) or against the state before it (it did not). What the next session mentions tells which:
///
///     undo says        next session says     so the sender's base is
///     entered          add                   the state before: refuted
///     entered          remove                the state after: confirmed
///     left             remove                the state before: refuted
///     left             add                   the state after: confirmed
///
/// An add proves something only with the properties that are stored: with others it may be an update, which says nothing
/// of who is in the cohort. And a session that adds a settled member who is there with these very properties, or removes
/// a settled one who is not there, states what the sender has rather than what changed (a sync that was connected again
/// may begin so): of such a *restatement* only removals prove something, and only by the opposite. Sessions before it
/// are told nothing by those after it: the sender has forgotten what they were about.
///
/// `judge` draws the conclusion for a session from all mentions; `resolve` then settles each member.
namespace bellwether::mirror {

struct MemberState {
  std::string properties;        ///< a JSON object, as it came
  std::int64_t entered_at = 0;   ///< Unix ms
  std::int64_t session_ref = 0;  ///< the session that last changed it

  bool operator==(const MemberState&) const = default;
};

/// What an unsettled session did to a member.
struct Undo {
  std::int64_t session_ref = 0;
  feed::Kind change = feed::Kind::kEntered;  ///< as the session said it
  std::optional<MemberState> prior;          ///< before the session; no value: was not a member
  /// What unsettled sessions before it did, the latest first: theirs again when this one is refuted.
  std::vector<Undo> below = {};
};

/// What a session says of one member.
struct Mention {
  bool add = true;  ///< false: remove
  std::string_view properties;
};

enum class Verdict : std::uint8_t {
  kOpen,       ///< nothing told, or the mentions contradict each other
  kConfirmed,  ///< the sender saw that session succeed
  kRefuted,    ///< the sender did not
};

/// How many mentions of a later session speak for and against an unsettled one.
struct Evidence {
  std::uint64_t repeats = 0;
  std::uint64_t removed = 0;   ///< opposites: members that it had added
  std::uint64_t returned = 0;  ///< opposites: members that it had removed

  void take(const Undo& undo, const std::optional<MemberState>& current, const Mention& mention);
};

/// Whether the mention of a settled member changes nothing.
bool restates(const std::optional<MemberState>& current, const Mention& mention);

/// `restatement`: the session that mentions is one.
Verdict judge(const Evidence& evidence, bool restatement);

struct ApplyRules {
  std::int64_t session_ref = 0;  ///< the session that is applied
  std::int64_t now = 0;          ///< Unix ms
  bool full = false;             ///< a full load: who is not mentioned leaves, and everything is settled
  bool restatement = false;      ///< see above: an add of somebody who is there is not a change
};

struct Resolution {
  std::optional<MemberState> state;
  std::optional<Undo> undo;
  std::optional<feed::Kind> change;  ///< what readers see, if they see anything
  bool state_differs = false;        ///< the member's row must be written or removed
};

/// One member: its state now, the mention if there is one, its undo if there is one, and the verdict on the undo's
/// session (which may be the applied session itself, when more of its pages came). Sessions in `undo->below` are open.
Resolution resolve(const std::optional<MemberState>& current, const std::optional<Mention>& mention,
                   const std::optional<Undo>& undo, Verdict verdict, const ApplyRules& rules);

}  // namespace bellwether::mirror
