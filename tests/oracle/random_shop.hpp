#pragma once

#include <random>
#include <string>
#include <vector>

#include "base/time.hpp"

/// Small random data sets and random definitions over them, from a seed. What they hold is few names and few
/// values, so that conditions meet and miss often.
namespace bellwether::testing {

class RandomShop {
 public:
  /// Lists of different types come out of the engine converted, so who compares their text leaves them out.
  enum class Lists { kMixed, kPlain };
  RandomShop(unsigned seed, Timestamp now, Lists lists = Lists::kMixed)
      : random_(seed), now_(now), lists_(lists) {}

  /// Events as /import takes them: an array, with repeated and identified ones among them.
  std::string events(int count);
  /// Profile updates as /engage takes them.
  std::string profiles();
  /// A definition as JSON, valid by the schema. `cohorts` are the names that it may refer to.
  std::string definition(const std::vector<std::string>& cohorts);
  /// Reports as JSON, valid by the schema.
  std::string insights(const std::vector<std::string>& cohorts);
  std::string funnel(const std::vector<std::string>& cohorts);
  std::string retention(const std::vector<std::string>& cohorts);

 private:
  int below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }
  bool chance(int percent) { return below(100) < percent; }
  template <typename T>
  const T& pick(const std::vector<T>& items) {
    return items[static_cast<std::size_t>(below(static_cast<int>(items.size())))];
  }
  std::string person();
  std::string property_name();
  std::string value();
  std::string scalar();
  std::string properties();
  std::string filter();
  std::string filters();
  std::string range();
  std::string condition(const std::vector<std::string>& cohorts);
  std::string selection();
  std::string metric(bool by_days);
  std::string frame(const std::string& unit, const std::vector<std::string>& cohorts);

  std::mt19937 random_;
  const Timestamp now_;
  const Lists lists_;
};

}  // namespace bellwether::testing
