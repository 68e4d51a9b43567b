#include "reports/impl/funnel_sql.hpp"

#include <fmt/format.h>

#include "selection/statement.hpp"

namespace bellwether::reports::impl {

namespace {

using selection::fill;

constexpr std::string_view kMoments = "arraySort(groupArray((at, done, broken, inside)))";

/// An attempt that has reached step `level` (from 0, as SQL) and meets the bits `broken` is over.
std::string broken_sql(const Funnel& funnel, std::string_view level) {
  std::string sql;
  for (std::size_t i = 0; i < funnel.exclusions.size(); ++i) {
    sql += fmt::format("{}(bitTest(moment.3, {}) AND {} >= {} AND {} < {})", i == 0 ? "" : " OR ", i, level,
                       funnel.exclusions[i].after, level, funnel.exclusions[i].before);
  }
  return sql.empty() ? "0" : "(" + sql + ")";
}

std::string with_parts(std::string_view statement, const Funnel& funnel) {
  return fill(statement, {{"$moments", std::string(kMoments)},
                          {"$steps", std::to_string(funnel.steps.size())},
                          {"$window", std::to_string(funnel.window.count())},
                          {"$broken_at_k", broken_sql(funnel, "k")},
                          {"$broken_before", broken_sql(funnel, "(state.1 - 1)")}});
}

}  // namespace

std::string reached_by_window_funnel(const Funnel& funnel) {
  std::string conditions;
  for (std::size_t i = 0; i < funnel.steps.size(); ++i) conditions += fmt::format(", bitTest(done, {})", i);
  return fmt::format(
      "arrayWithConstant(windowFunnel({}, 'strict_once', 'strict_increase')(toUInt64(at){}), toInt64(0))",
      funnel.window.count(), conditions);
}

// For each step k the latest beginning of an attempt that has reached it (0: none): of all attempts at a step
// that one can go furthest. And for each step how long it took the first that reached it (-1: none did).
// `before` is the state of the step before, so a moment serves one step of an attempt.
std::string reached_in_order(const Funnel& funnel) {
  return with_parts(R"sql(arrayFilter(took -> took >= 0, arrayFold(
    (state, moment) -> (
        arrayMap((k, began, before) -> greatest(
            multiIf(NOT bitTest(moment.2, k), toInt64(0),
                    k = 0, moment.1,
                    before > 0 AND moment.1 - before <= $window, before, toInt64(0)),
            if($broken_at_k, toInt64(0), began)),
            range($steps), state.1, arrayPushFront(arrayPopBack(state.1), toInt64(0))),
        arrayMap((k, took, before) -> multiIf(
            took >= 0 OR NOT bitTest(moment.2, k), took,
            k = 0, toInt64(0),
            before > 0 AND moment.1 - before <= $window, moment.1 - before, toInt64(-1)),
            range($steps), state.2, arrayPushFront(arrayPopBack(state.1), toInt64(0)))),
    $moments,
    (arrayWithConstant($steps, toInt64(0)), arrayWithConstant($steps, toInt64(-1)))).2))sql",
                    funnel);
}

// The last time of each step, and of any step in the bucket: the steps within the window before now belong
// together when one of them is in the bucket. Then how long it took until so many were together for the first
// time.
std::string reached_in_any_order(const Funnel& funnel) {
  return with_parts(R"sql(arrayFilter(took -> took >= 0, arrayFold(
    (state, moment) -> arrayMap(last -> (
        last.1,
        last.2,
        arrayMap((k, took) -> if(
            took >= 0 OR moment.1 - last.2 > $window
                OR arrayCount(at -> at > 0 AND moment.1 - at <= $window, last.1) <= k,
            took, moment.1 - arrayMin(arrayFilter(at -> at > 0 AND moment.1 - at <= $window, last.1))),
            range($steps), state.3)),
        [(arrayMap((k, at) -> if(bitTest(moment.2, k), moment.1, at), range($steps), state.1),
          if(moment.4 AND moment.2 != 0, moment.1, state.2))])[1],
    $moments,
    (arrayWithConstant($steps, toInt64(0)), toInt64(-1000000000000000), arrayWithConstant($steps, toInt64(-1)))).3))sql",
                    funnel);
}

// State: the next step (0: no attempt is going on), when the attempt began, its durations, and the ended
// attempts.
std::string attempts_in_order(const Funnel& funnel) {
  return with_parts(
      R"sql(arrayMap(end -> if(end.1 > 0, arrayPushBack(end.4, (end.2, end.3)), end.4), [arrayFold(
    (state, moment) -> arrayMap(now -> multiIf(
        now.1,
            if(state.1 + 1 = $steps,
               (toInt64(0), toInt64(0), CAST([], 'Array(Int64)'),
                arrayPushBack(state.4, (state.2, arrayPushBack(state.3, moment.1 - state.2)))),
               (state.1 + 1, state.2, arrayPushBack(state.3, moment.1 - state.2), state.4)),
        now.2 AND bitTest(moment.2, 0),
            (toInt64(1), moment.1, [toInt64(0)],
             if(state.1 > 0, arrayPushBack(state.4, (state.2, state.3)), state.4)),
        now.2 AND state.1 > 0,
            (toInt64(0), toInt64(0), CAST([], 'Array(Int64)'), arrayPushBack(state.4, (state.2, state.3))),
        state),
        [(state.1 > 0 AND moment.1 - state.2 <= $window AND bitTest(moment.2, greatest(state.1, 0)),
          state.1 = 0 OR moment.1 - state.2 > $window OR $broken_before)])[1],
    $moments,
    (toInt64(0), toInt64(0), CAST([], 'Array(Int64)'), CAST([], 'Array(Tuple(Int64, Array(Int64)))')))])[1])sql",
      funnel);
}

// State: the steps done (0: no attempt is going on), when the attempt began, its durations, and the ended
// attempts.
std::string attempts_in_any_order(const Funnel& funnel) {
  return with_parts(
      R"sql(arrayMap(end -> if(end.1 > 0, arrayPushBack(end.4, (end.2, end.3)), end.4), [arrayFold(
    (state, moment) -> arrayMap(now -> multiIf(
        now.1 AND bitCount(bitOr(state.1, moment.2)) = $steps,
            (toUInt64(0), toInt64(0), CAST([], 'Array(Int64)'), arrayPushBack(state.4,
                (state.2, arrayConcat(state.3, arrayWithConstant(now.3, moment.1 - state.2))))),
        now.1,
            (bitOr(state.1, moment.2), state.2,
             arrayConcat(state.3, arrayWithConstant(now.3, moment.1 - state.2)), state.4),
        now.2 AND moment.4 AND bitCount(moment.2) = $steps,
            (toUInt64(0), toInt64(0), CAST([], 'Array(Int64)'), arrayPushBack(
                if(state.1 != 0, arrayPushBack(state.4, (state.2, state.3)), state.4),
                (moment.1, arrayWithConstant($steps, toInt64(0))))),
        now.2 AND moment.4 AND moment.2 != 0,
            (moment.2, moment.1, arrayWithConstant(bitCount(moment.2), toInt64(0)),
             if(state.1 != 0, arrayPushBack(state.4, (state.2, state.3)), state.4)),
        state),
        [(state.1 != 0 AND moment.1 - state.2 <= $window,
          state.1 = 0 OR moment.1 - state.2 > $window,
          bitCount(bitAnd(moment.2, bitNot(state.1))))])[1],
    $moments,
    (toUInt64(0), toInt64(0), CAST([], 'Array(Int64)'), CAST([], 'Array(Tuple(Int64, Array(Int64)))')))])[1])sql",
      funnel);
}

}  // namespace bellwether::reports::impl
