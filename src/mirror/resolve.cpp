#include "mirror/resolve.hpp"

namespace bellwether::mirror {

namespace {

bool repeats(const Undo& undo, const Mention& mention) {
  return mention.add ? undo.change != feed::Kind::kLeft : undo.change == feed::Kind::kLeft;
}

/// The state against which the applied session's own change is to be undone.
const std::optional<MemberState>& base_of(const std::optional<MemberState>& current, const Mention& mention,
                                          const std::optional<Undo>& undo, Verdict verdict,
                                          const ApplyRules& rules) {
  if (!undo) return current;
  if (undo->session_ref == rules.session_ref || verdict == Verdict::kRefuted) return undo->prior;
  if (verdict == Verdict::kConfirmed) return current;
  return repeats(*undo, mention) ? undo->prior : current;
}

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

}  // namespace

void Evidence::take(feed::Kind change, bool mentioned_as_add) {
  // A changed property tells nothing: the member was in the cohort before and after.
  if (change != feed::Kind::kEntered && change != feed::Kind::kLeft) return;
  const bool same = mentioned_as_add == (change == feed::Kind::kEntered);
  ++(same ? repeats : opposites);
}

Verdict judge(const Evidence& evidence) {
  if (evidence.repeats > 0 && evidence.opposites == 0) return Verdict::kRefuted;
  if (evidence.opposites > 0 && evidence.repeats == 0) return Verdict::kConfirmed;
  return Verdict::kOpen;
}

Resolution resolve(const std::optional<MemberState>& current, const std::optional<Mention>& mention,
                   const std::optional<Undo>& undo, Verdict verdict, const ApplyRules& rules) {
  if (rules.full) {
    return finish(current, mention ? mentioned_state(current, *mention, rules) : std::nullopt, std::nullopt);
  }
  if (!mention) {
    if (!undo || verdict == Verdict::kConfirmed) return finish(current, current, std::nullopt);
    if (verdict == Verdict::kRefuted) return finish(current, undo->prior, std::nullopt);
    return finish(current, current, undo);
  }
  auto state = mentioned_state(current, *mention, rules);
  const auto& base = base_of(current, *mention, undo, verdict, rules);
  std::optional<Undo> own;
  if (const auto change = difference(base, state)) own = Undo{rules.session_ref, *change, base};
  return finish(current, std::move(state), std::move(own));
}

}  // namespace bellwether::mirror
