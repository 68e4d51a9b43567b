#include "demo/shop.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace bellwether::demo {

namespace {

constexpr std::array kFirstNames{"Ada", "Bert", "Cleo", "Dora", "Emil", "Fay",
                                 "Gus", "Hana", "Ivo",  "Jule", "Karl", "Lena"};
constexpr std::array kLastNames{"Abel", "Baum",   "Conti", "Dahl", "Egger",
                                "Frey", "Gruber", "Holm",  "Ito",  "Jung"};
constexpr std::array kPlans{"free", "basic", "pro"};
struct Product {
  const char* name;
  double price;
};
constexpr std::array kProducts{Product{"tea", 9.5},     Product{"kettle", 49},      Product{"cups", 24},
                               Product{"teapot", 79.9}, Product{"strainer", 12.25}, Product{"gift box", 35}};

/// How busy an hour is: 1 on average, a quiet night, a lively evening, half as much again at the week's end.
double rhythm(std::uint64_t hour) {
  constexpr double kDay = 24;
  const auto of_day = static_cast<double>(hour % 24);
  const std::uint64_t weekday = hour / 24 % 7;
  const double daily = 1.0 - 0.8 * std::cos((of_day - 19.0) / kDay * 2 * M_PI + M_PI);
  return daily * (weekday >= 5 ? 1.5 : 0.8);
}

}  // namespace

Shop::Shop(std::uint64_t seed, std::string token, std::size_t customers)
    : random_(seed), token_(std::move(token)), wanted_(customers) {}

std::size_t Shop::customers() const {
  return static_cast<std::size_t>(std::ranges::count(customers_, false, &Customer::gone));
}

Timestamp Shop::some_time(Timestamp until, Millis length) {
  return until - Millis(static_cast<std::int64_t>(below(static_cast<std::size_t>(length.count()) + 1)));
}

void Shop::live(std::uint64_t hour, Timestamp until, Millis length, Activity& activity) {
  const double busy = rhythm(hour);
  // As many come as leave once the shop has its size.
  constexpr double kLeaving = 0.004;
  const double expected = static_cast<double>(wanted_) * kLeaving * busy;
  const auto newcomers =
      static_cast<std::size_t>(expected) + (chance(expected - std::floor(expected)) ? 1 : 0);
  for (std::size_t i = 0; i < newcomers; ++i) sign_up(some_time(until, length), activity);
  for (Customer& customer : customers_) {
    if (customer.gone) continue;
    const Timestamp at = some_time(until, length);
    if (chance(0.06 * busy * customer.eagerness)) visit(customer, at, activity);
    if (customer.cart && chance(0.05)) buy(customer, at, activity);
    if (chance(kLeaving)) leave(customer, at, activity);
  }
}

void Shop::track(std::string_view event, const Customer& customer, Timestamp at, std::string_view properties,
                 Activity& activity) {
  activity.events.push_back(fmt::format(
      R"({{"event":"{}","properties":{{"time":{},"distinct_id":"{}","$insert_id":"shop-{}"{}{}}}}})", event,
      to_unix_ms(at), customer.id, ++events_, properties.empty() ? "" : ",", properties));
}

void Shop::sign_up(Timestamp at, Activity& activity) {
  Customer customer{fmt::format("customer-{}", customers_.size() + 1)};
  customer.eagerness = std::exp(std::normal_distribution<double>(0, 0.6)(random_));
  const char* first = kFirstNames[below(kFirstNames.size())];
  const char* last = kLastNames[below(kLastNames.size())];
  const char* plan = kPlans[below(kPlans.size())];
  track("Sign Up", customer, at, fmt::format(R"("plan":"{}")", plan), activity);
  activity.profile_updates.push_back(fmt::format(
      R"({{"$token":"{}","$distinct_id":"{}","$set":{{"$email":"{}@example.com","$first_name":"{}","$last_name":"{}","plan":"{}","status":"active"}}}})",
      token_, customer.id, customer.id, first, last, plan));
  customers_.push_back(std::move(customer));
}

void Shop::visit(Customer& customer, Timestamp at, Activity& activity) {
  track("Visit", customer, at, R"("page":"home")", activity);
  if (!chance(0.35)) return;
  const Product& product = kProducts[below(kProducts.size())];
  track("Add to Cart", customer, at + Millis(1),
        fmt::format(R"("product":"{}","price":{})", product.name, product.price), activity);
  customer.cart = true;
  if (chance(0.5)) buy(customer, at + Millis(2), activity);
}

void Shop::buy(Customer& customer, Timestamp at, Activity& activity) {
  if (at >= broken_from_ && at < broken_to_) return;
  const Product& product = kProducts[below(kProducts.size())];
  track("Purchase", customer, at,
        fmt::format(R"("product":"{}","amount":{:.2f})", product.name,
                    product.price * static_cast<double>(1 + below(3))),
        activity);
  activity.profile_updates.push_back(
      fmt::format(R"({{"$token":"{}","$distinct_id":"{}","$add":{{"purchases":1}}}})", token_, customer.id));
  customer.cart = false;
}

void Shop::leave(Customer& customer, Timestamp at, Activity& activity) {
  track("Close Account", customer, at, "", activity);
  activity.profile_updates.push_back(fmt::format(
      R"({{"$token":"{}","$distinct_id":"{}","$set":{{"status":"closed"}}}})", token_, customer.id));
  customer.gone = true;
}

}  // namespace bellwether::demo
