#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/calendar.hpp"
#include "reports/number_format.hpp"

/// Why a metric moved: the flagged bucket against those right before it, and which segments made the
/// difference. Pure: what is compared is handed over.
namespace bellwether::alerts {

/// How many buckets right before the flagged one are the baseline (contract; a minute's is an hour).
std::size_t baseline_of(calendar::Unit unit);

/// The metric's values; the last one is the flagged bucket's.
struct Course {
  std::vector<std::optional<double>> values;
  /// The same hour and weekday (or weekday) of earlier weeks, the latest last; empty where there is no such
  /// thing.
  std::vector<std::optional<double>> like_for_like;
};

struct Movement {
  double value = 0;
  double mean = 0;                ///< of the baseline
  double deviation = 0;           ///< the baseline's standard deviation
  std::optional<double> change;   ///< (value - mean) / mean; none when the mean is 0
  std::optional<double> z_score;  ///< none when the baseline never moved
  bool is_real = false;           ///< two deviations or more
  std::optional<double> like_for_like_mean;
  /// Whether the value is as far from what it is at such times; none without enough of them.
  std::optional<bool> stands_like_for_like;
};
/// No value when the flagged bucket or the baseline has none.
std::optional<Movement> measure(const Course& course);

/// One segment of a dimension by bucket; the last one is flagged.
struct SegmentCourse {
  std::optional<std::string> label;  ///< none: not set
  std::vector<double> values;        ///< of a sum: what it adds; of a rate: its own rate
  std::vector<double> weights;       ///< of a rate: what it is a share of; empty for a sum
};

struct SegmentShift {
  std::optional<std::string> label;
  double before = 0;  ///< its mean in the baseline
  double after = 0;
  double contribution = 0;  ///< its part of the whole change, 1 is all of it; negative: it went against it
  double mix = 0;           ///< of a rate: what of that came from its share of the whole
  double within = 0;        ///< and what from its own rate
};

struct Dimension {
  std::string property;
  /// How much more unusual the split over the segments is than in the baseline, in standard deviations.
  double score = 0;
  bool is_mix = false;  ///< a rate that moved because the mix moved, not within the segments (Simpson)
  std::vector<SegmentShift> segments;  ///< the largest contribution first
};

/// How the dimension's segments shifted. `segments` all have as many values, three or more.
Dimension split(std::string property, const std::vector<SegmentCourse>& segments);

/// The most telling first.
void rank(std::vector<Dimension>& dimensions);

/// high: three deviations or more, also against like times, and one dimension stands out (score of 5) with at
/// most three segments that make 60 % of the change. medium: two deviations or more, and a dimension with a
/// score of 3. low: else.
enum class Confidence : std::uint8_t { kLow, kMedium, kHigh };
std::string_view to_string(Confidence confidence);
Confidence confidence(const Movement& movement, const std::vector<Dimension>& ranked);

/// "Sales fell 62% to €380 (usually about €1,000). Most of it is city = Ulm: from €750 to €0, 98% of the
/// change."
std::string explain(const std::string& metric, const Movement& movement, const std::vector<Dimension>& ranked,
                    const reports::NumberFormat& format);

}  // namespace bellwether::alerts
