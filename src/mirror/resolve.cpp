#include "mirror/resolve.hpp"

namespace bellwether::mirror {

namespace {

/// With doubt = "always" sessions can stay unsettled for as long as nothing tells; what so many of them did is enough.
constexpr std::size_t kMaxBelow = 16;

std::optional<feed::Kind> difference(const std::optional<MemberState>& from,
                                     const std::optional<MemberState>& to) {
  if (!from && !to) return std::nullopt;
  if (!from) return feed::Kind::kEntered;
  if (!to) return feed::Kind::kLeft;
  if (from->properties != to->properties) return feed::Kind::kUpdated;
  return std::nullopt;
}

std::optional<MemberState> mentioned_state(const std::optional<MemberState>& current, const Mention& mention,
                                           const ApplyRules& rules) {
  if (!mention.add) return std::nullopt;
  if (current && current->properties == mention.properties) return current;
  return MemberState{std::string(mention.properties), current ? current->entered_at : rules.now,
                     rules.session_ref};
}

Resolution finish(const std::optional<MemberState>& current, std::optional<MemberState> state,
                  std::optional<Undo> undo) {
  Resolution resolution;
  resolution.change = difference(current, state);
  resolution.state_differs = current != state;
  resolution.state = std::move(state);
  resolution.undo = std::move(undo);
  return resolution;
}

/// What is left of an undo whose session is gone: the one below it.
std::optional<Undo> without_top(const Undo& undo) {
  if (undo.below.empty()) return std::nullopt;
  Undo next = undo.below.front();
  next.below.assign(undo.below.begin() + 1, undo.below.end());
  return next;
}

/// What a session does to a member whose state is in doubt, as it says it.
feed::Kind said_change(const std::optional<MemberState>& base, const Mention& mention, const Undo& doubt,
                       const ApplyRules& rules) {
  if (!mention.add) return feed::Kind::kLeft;
  if (!base) return feed::Kind::kEntered;
  if (rules.restatement) return feed::Kind::kUpdated;
  const bool repeated = doubt.change == feed::Kind::kEntered && base->properties == mention.properties;
  return repeated ? feed::Kind::kEntered : feed::Kind::kUpdated;
}

/// The applied session's own undo, over the state before it. `doubt`: the undo of a session that is still open, whose
/// change that state is; it stays below.
std::optional<Undo> own_undo(const std::optional<MemberState>& base, const std::optional<MemberState>& state,
                             const Mention& mention, const std::optional<Undo>& doubt,
                             const ApplyRules& rules) {
  if (!doubt) {
    const auto change = difference(base, state);
    return change ? std::optional(Undo{rules.session_ref, *change, base}) : std::nullopt;
  }
  Undo own{rules.session_ref, said_change(base, mention, *doubt, rules), base};
  own.below.push_back({doubt->session_ref, doubt->change, doubt->prior});
  own.below.insert(own.below.end(), doubt->below.begin(), doubt->below.end());
  if (own.below.size() > kMaxBelow) own.below.resize(kMaxBelow);
  return own;
}

}  // namespace

void Evidence::take(const Undo& undo, const std::optional<MemberState>& current, const Mention& mention) {
  const bool entered = undo.change == feed::Kind::kEntered;
  const bool left = undo.change == feed::Kind::kLeft;
  const bool is_certain = undo.below.empty();  // the state before that session
  if (!mention.add) {
    if (left) ++repeats;
    if (entered && is_certain) ++removed;
    return;
  }
  const auto says = [&mention](const std::optional<MemberState>& state) {
    return !state || state->properties == mention.properties;
  };
  if (entered && says(current)) ++repeats;
  if (left && is_certain && says(undo.prior)) ++returned;
}

bool restates(const std::optional<MemberState>& current, const Mention& mention) {
  return mention.add ? current && current->properties == mention.properties : !current;
}

Verdict judge(const Evidence& evidence, bool restatement) {
  const std::uint64_t repeats = restatement ? 0 : evidence.repeats;
  const std::uint64_t opposites = evidence.removed + (restatement ? 0 : evidence.returned);
  if (repeats > 0 && opposites == 0) return Verdict::kRefuted;
  if (opposites > 0 && repeats == 0) return Verdict::kConfirmed;
  return Verdict::kOpen;
}

Resolution resolve(const std::optional<MemberState>& current, const std::optional<Mention>& mention,
                   const std::optional<Undo>& undo, Verdict verdict, const ApplyRules& rules) {
  if (rules.full) {
    return finish(current, mention ? mentioned_state(current, *mention, rules) : std::nullopt, std::nullopt);
  }
  if (!mention) {
    if (!undo || verdict == Verdict::kConfirmed) return finish(current, current, std::nullopt);
    if (verdict == Verdict::kRefuted) return finish(current, undo->prior, without_top(*undo));
    return finish(current, current, undo);
  }
  auto state = mentioned_state(current, *mention, rules);
  std::optional<Undo> own;
  if (!undo || (verdict == Verdict::kConfirmed && undo->session_ref != rules.session_ref)) {
    own = own_undo(current, state, *mention, std::nullopt, rules);
  } else if (undo->session_ref == rules.session_ref || verdict == Verdict::kRefuted) {
    own = own_undo(undo->prior, state, *mention, without_top(*undo), rules);
  } else {
    own = own_undo(current, state, *mention, undo, rules);
  }
  return finish(current, std::move(state), std::move(own));
}

}  // namespace bellwether::mirror
