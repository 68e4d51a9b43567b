#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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
/// `judge` draws the conclusion for a session from all mentions; `resolve` then settles each member.
namespace bellwether::mirror {

struct MemberState {
  std::string properties;        ///< a JSON object, as it came
  std::int64_t entered_at = 0;   ///< Unix ms
  std::int64_t session_ref = 0;  ///< the session that last changed it

  bool operator==(const MemberState&) const = default;
};

struct Undo {
  std::int64_t session_ref = 0;  ///< the unsettled session that made the change
  feed::Kind change = feed::Kind::kEntered;
  std::optional<MemberState> prior;  ///< no value: was not a member
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
  std::uint64_t opposites = 0;

  void take(feed::Kind change, bool mentioned_as_add);
};

Verdict judge(const Evidence& evidence);

struct ApplyRules {
  std::int64_t session_ref = 0;  ///< the session that is applied
  std::int64_t now = 0;          ///< Unix ms
  bool full = false;             ///< a full load: who is not mentioned leaves, and everything is settled
};

struct Resolution {
  std::optional<MemberState> state;
  std::optional<Undo> undo;
  std::optional<feed::Kind> change;  ///< what readers see, if they see anything
  bool state_differs = false;        ///< the member's row must be written or removed
};

/// One member: its state now, the mention if there is one, its undo if there is one, and the verdict on the
/// undo's session (which may be the applied session itself, when more of its pages came).
Resolution resolve(const std::optional<MemberState>& current, const std::optional<Mention>& mention,
                   const std::optional<Undo>& undo, Verdict verdict, const ApplyRules& rules);

}  // namespace bellwether::mirror
