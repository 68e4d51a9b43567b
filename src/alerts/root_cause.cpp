#include "alerts/root_cause.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/shorten.hpp"

namespace bellwether::alerts {

namespace {

constexpr double kReal = 2;
constexpr double kSure = 3;
constexpr double kStandsOut = 5;
constexpr double kTelling = 3;
constexpr double kMaxOfIt = 0.6;
constexpr std::size_t kFewSegments = 3;
constexpr std::size_t kFewestLike = 3;
constexpr double kPercent = 100;
/// A share that is never quite nothing, so that a new segment counts for much but not for all.
constexpr double kSmallShare = 1e-3;

struct Spread {
  double mean = 0;
  double deviation = 0;
};

Spread spread(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  Spread spread{std::accumulate(values.begin(), values.end(), 0.0) / count, 0};
  for (const double value : values) spread.deviation += (value - spread.mean) * (value - spread.mean);
  if (values.size() > 1) spread.deviation = std::sqrt(spread.deviation / (count - 1));
  return spread;
}

std::vector<double> known(const std::vector<std::optional<double>>& values, std::size_t count) {
  std::vector<double> there;
  for (std::size_t i = 0; i < count; ++i) {
    if (values[i]) there.push_back(*values[i]);
  }
  return there;
}

/// The segments' parts of the whole in each bucket, and how large the whole is.
struct Parts {
  std::vector<std::vector<double>> shares;  ///< by bucket, by segment
  std::vector<double> wholes;
};

Parts parts_of(const std::vector<SegmentCourse>& segments, bool of_weights) {
  const std::size_t buckets = segments.front().values.size();
  Parts parts;
  for (std::size_t t = 0; t < buckets; ++t) {
    std::vector<double> row;
    for (const SegmentCourse& segment : segments) {
      const double part = of_weights                ? segment.weights[t]
                          : segment.weights.empty() ? segment.values[t]
                                                    : segment.values[t] * segment.weights[t];
      row.push_back(std::abs(part));
    }
    const double whole = std::accumulate(row.begin(), row.end(), 0.0);
    for (double& part : row) part = whole > 0 ? part / whole : 0;
    parts.shares.push_back(std::move(row));
    parts.wholes.push_back(whole);
  }
  return parts;
}

/// The mean of the rows before the last one, `except` left out.
std::vector<double> usual(const std::vector<std::vector<double>>& rows, std::optional<std::size_t> except) {
  std::vector<double> mean(rows.front().size());
  double count = 0;
  for (std::size_t t = 0; t + 1 < rows.size(); ++t) {
    if (except == t) continue;
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += rows[t][i];
    ++count;
  }
  for (double& one : mean) one /= std::max(count, 1.0);
  return mean;
}

/// How unlike the baseline the last row is, against how unlike it the baseline's own rows are. `distance` of
/// a row and what is usual; rows of larger wholes are more certain.
template <typename Distance>
double unusualness(const std::vector<std::vector<double>>& rows, Distance&& distance) {
  std::vector<double> baseline;
  for (std::size_t t = 0; t + 1 < rows.size(); ++t) baseline.push_back(distance(t, usual(rows, t)));
  const double flagged = distance(rows.size() - 1, usual(rows, std::nullopt));
  const Spread usually = spread(baseline);
  const double floor = std::max(usually.mean * 0.1, 1e-12);
  return (flagged - usually.mean) / std::max(usually.deviation, floor);
}

double share_score(const Parts& parts) {
  return unusualness(parts.shares, [&](std::size_t t, const std::vector<double>& mean) {
    double distance = 0;
    for (std::size_t i = 0; i < mean.size(); ++i) {
      const double off = parts.shares[t][i] - mean[i];
      distance += off * off / std::max(mean[i], kSmallShare);
    }
    return distance * parts.wholes[t];
  });
}

/// Whether the segments' rates moved apart: a common movement of all is no cause.
double rate_score(const std::vector<SegmentCourse>& segments, const Parts& weights) {
  std::vector<std::vector<double>> rates;
  std::vector<double> overall;
  for (std::size_t t = 0; t < weights.shares.size(); ++t) {
    std::vector<double> row;
    double rate = 0;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      row.push_back(segments[i].values[t]);
      rate += segments[i].values[t] * weights.shares[t][i];
    }
    rates.push_back(std::move(row));
    overall.push_back(rate);
  }
  return unusualness(rates, [&](std::size_t t, const std::vector<double>& mean) {
    double expected = 0;
    for (std::size_t i = 0; i < mean.size(); ++i) expected += mean[i] * weights.shares[t][i];
    const double common = expected != 0 ? overall[t] / expected : 1;
    double distance = 0;
    for (std::size_t i = 0; i < mean.size(); ++i) {
      const double off = rates[t][i] - mean[i] * common;
      distance += off * off * weights.shares[t][i];
    }
    return distance * weights.wholes[t];
  });
}

double mean_before(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end() - 1, 0.0) / static_cast<double>(values.size() - 1);
}

void sort_by_contribution(Dimension& dimension) {
  std::ranges::stable_sort(dimension.segments, std::ranges::greater(), &SegmentShift::contribution);
}

Dimension split_sum(std::string property, const std::vector<SegmentCourse>& segments) {
  Dimension dimension{.property = std::move(property), .score = share_score(parts_of(segments, false))};
  double change = 0;
  for (const SegmentCourse& segment : segments) change += segment.values.back() - mean_before(segment.values);
  for (const SegmentCourse& segment : segments) {
    const double before = mean_before(segment.values);
    const double own = segment.values.back() - before;
    dimension.segments.push_back({segment.label, before, segment.values.back(),
                                  change != 0 ? own / change : 0, 0, change != 0 ? own / change : 0});
  }
  sort_by_contribution(dimension);
  return dimension;
}

/// The rate that a segment had over the whole baseline.
double rate_before(const SegmentCourse& segment) {
  double sum = 0;
  double weight = 0;
  for (std::size_t t = 0; t + 1 < segment.values.size(); ++t) {
    sum += segment.values[t] * segment.weights[t];
    weight += segment.weights[t];
  }
  return weight > 0 ? sum / weight : 0;
}

Dimension split_rate(std::string property, const std::vector<SegmentCourse>& segments) {
  const Parts weights = parts_of(segments, true);
  const std::vector<double> usual_shares = usual(weights.shares, std::nullopt);
  Dimension dimension{.property = std::move(property)};
  double rate_then = 0;
  double rate_now = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    rate_then += usual_shares[i] * rate_before(segments[i]);
    rate_now += weights.shares.back()[i] * segments[i].values.back();
  }
  const double change = rate_now - rate_then;
  double mix_of_all = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const double before = rate_before(segments[i]);
    const double after = weights.shares.back()[i] > 0 ? segments[i].values.back() : before;
    const double more = weights.shares.back()[i] - usual_shares[i];
    // Shares sum up to one, so a constant may be taken off: a segment that grows moves the rate by how it
    // differs.
    double mix = more * ((before + after) / 2 - (rate_then + rate_now) / 2);
    double within = (after - before) * (usual_shares[i] + weights.shares.back()[i]) / 2;
    mix_of_all += mix;
    if (change != 0) mix /= change;
    if (change != 0) within /= change;
    dimension.segments.push_back({segments[i].label, before, after, mix + within, mix, within});
  }
  const double mix_share = change != 0 ? mix_of_all / change : 0;
  dimension.is_mix = mix_share > 0.5;
  // A mix that moved without moving the rate explains nothing.
  dimension.score = dimension.is_mix ? share_score(weights) * std::min(mix_share, 1.0)
                                     : rate_score(segments, weights) * std::clamp(1 - mix_share, 0.0, 1.0);
  sort_by_contribution(dimension);
  return dimension;
}

/// How many of the first segments make most of the change.
std::size_t segments_for_most(const Dimension& dimension) {
  double sum = 0;
  for (std::size_t i = 0; i < dimension.segments.size(); ++i) {
    sum += dimension.segments[i].contribution;
    if (sum >= kMaxOfIt) return i + 1;
  }
  return dimension.segments.size() + 1;
}

std::string describe_label(const std::optional<std::string>& label) {
  return label ? shorten(*label, kReadableCharacters) : "(not set)";
}

}  // namespace

std::size_t baseline_of(calendar::Unit unit) {
  constexpr std::array<std::size_t, 5> kBuckets{60, 24, 14, 9, 6};
  return kBuckets[static_cast<std::size_t>(unit)];
}

std::optional<Movement> measure(const Course& course) {
  if (course.values.empty() || !course.values.back()) return std::nullopt;
  const std::vector<double> baseline = known(course.values, course.values.size() - 1);
  if (baseline.size() < 2) return std::nullopt;
  const Spread usually = spread(baseline);
  Movement movement{.value = *course.values.back(), .mean = usually.mean, .deviation = usually.deviation};
  const double off = movement.value - movement.mean;
  if (movement.mean != 0) movement.change = off / movement.mean;
  if (movement.deviation > 0) movement.z_score = off / movement.deviation;
  // A baseline that never moved makes any movement real.
  movement.is_real = movement.z_score ? std::abs(*movement.z_score) >= kReal : off != 0;
  const std::vector<double> like = known(course.like_for_like, course.like_for_like.size());
  if (!like.empty()) movement.like_for_like_mean = spread(like).mean;
  if (like.size() >= kFewestLike) {
    const Spread at_such_times = spread(like);
    const double least = kReal * std::max(at_such_times.deviation, std::abs(at_such_times.mean) * 0.01);
    movement.stands_like_for_like = std::abs(movement.value - at_such_times.mean) >= least &&
                                    (movement.value > at_such_times.mean) == (off > 0);
  }
  return movement;
}

Dimension split(std::string property, const std::vector<SegmentCourse>& segments) {
  if (segments.empty()) return {.property = std::move(property)};
  return segments.front().weights.empty() ? split_sum(std::move(property), segments)
                                          : split_rate(std::move(property), segments);
}

void rank(std::vector<Dimension>& dimensions) {
  std::ranges::stable_sort(dimensions, std::ranges::greater(), &Dimension::score);
}

std::string_view to_string(Confidence confidence) {
  constexpr std::array<std::string_view, 3> kWords{"low", "medium", "high"};
  return kWords[static_cast<std::size_t>(confidence)];
}

Confidence confidence(const Movement& movement, const std::vector<Dimension>& ranked) {
  if (!movement.is_real || ranked.empty() || ranked.front().score < kTelling) return Confidence::kLow;
  const bool sure = !movement.z_score || std::abs(*movement.z_score) >= kSure;
  const bool like_too = movement.stands_like_for_like.value_or(true);
  const bool stands_out =
      ranked.front().score >= kStandsOut && segments_for_most(ranked.front()) <= kFewSegments;
  return sure && like_too && stands_out ? Confidence::kHigh : Confidence::kMedium;
}

std::string explain(const std::string& metric, const Movement& movement, const std::vector<Dimension>& ranked,
                    const reports::NumberFormat& format) {
  const auto shown = [&](double value) { return reports::format_value(value, format); };
  const bool fell = movement.value < movement.mean;
  std::string text =
      movement.change
          ? fmt::format("{} {} {}% to {} (usually about {}).", metric, fell ? "fell" : "rose",
                        reports::format_number(std::round(std::abs(*movement.change) * kPercent)),
                        shown(movement.value), shown(movement.mean))
          : fmt::format("{} is {} (usually {}).", metric, shown(movement.value), shown(movement.mean));
  if (!movement.is_real) return text + " That is within what is usual.";
  if (movement.stands_like_for_like == false) text += " At this time of the week that is not unusual.";
  if (ranked.empty() || ranked.front().score < kTelling || ranked.front().segments.empty())
    return text + " No property's segments stand out: it moved everywhere alike.";
  const Dimension& first = ranked.front();
  const SegmentShift& most = first.segments.front();
  const std::string part = reports::format_number(std::round(most.contribution * kPercent)) + "%";
  if (first.is_mix) {
    return text +
           fmt::format(" The mix of {} moved, not the segments themselves: most by {}, {} of the change.",
                       first.property, describe_label(most.label), part);
  }
  return text + fmt::format(" Most of it is {} = {}: from {} to {}, {} of the change.", first.property,
                            describe_label(most.label), shown(most.before), shown(most.after), part);
}

}  // namespace bellwether::alerts
