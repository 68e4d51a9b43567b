#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"
#include "net/address.hpp"
#include "subscriber/options.hpp"

namespace bellwether::subscriber {

/// A running subscriber: the data folder, the writer, the maintenance and the two listeners.
class Service {
 public:
  /// Locks the folder, opens the data, binds both ports and serves. The error says what to do.
  static Result<std::unique_ptr<Service>> start(Options options);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  net::Address address() const;
  net::Address admin_address() const;
  Result<void> reload_tls();

  /// Takes nothing more, finishes what was accepted, commits it; within `options.stop_within`. Idempotent.
  void stop();

 private:
  struct Impl;
  explicit Service(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace bellwether::subscriber
