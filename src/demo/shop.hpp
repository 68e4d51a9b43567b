#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/time.hpp"

/// A made-up web shop whose customers sign up, look around, fill carts, buy and leave, more of it in the
/// evening and at the week's end. The same seed and hours give the same shop.
namespace bellwether::demo {

/// What happened, as /import and /engage take it: JSON objects.
struct Activity {
  std::vector<std::string> events;
  std::vector<std::string> profile_updates;
};

class Shop {
 public:
  /// `token` is the project's, for the profile updates.
  Shop(std::uint64_t seed, std::string token, std::size_t customers);

  /// One hour of the shop's life. `hour` counts from a Monday's midnight and sets the rhythm; the events are
  /// spread over `length` before `until`.
  void live(std::uint64_t hour, Timestamp until, Millis length, Activity& activity);

  /// Nobody can buy from `from` to `to`: the checkout is broken.
  void break_checkout(Timestamp from, Timestamp to) {
    broken_from_ = from;
    broken_to_ = to;
  }

  /// Who has an account now.
  std::size_t customers() const;

 private:
  struct Customer {
    std::string id;
    bool gone = false;
    bool cart = false;
    double eagerness = 1;
  };
  bool chance(double probability) {
    return std::uniform_real_distribution<double>(0, 1)(random_) < probability;
  }
  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  Timestamp some_time(Timestamp until, Millis length);
  void sign_up(Timestamp at, Activity& activity);
  void visit(Customer& customer, Timestamp at, Activity& activity);
  void buy(Customer& customer, Timestamp at, Activity& activity);
  void leave(Customer& customer, Timestamp at, Activity& activity);
  void track(std::string_view event, const Customer& customer, Timestamp at, std::string_view properties,
             Activity& activity);

  std::mt19937_64 random_;
  const std::string token_;
  const std::size_t wanted_;
  std::vector<Customer> customers_;
  std::uint64_t events_ = 0;
  Timestamp broken_from_;
  Timestamp broken_to_;
};

}  // namespace bellwether::demo
