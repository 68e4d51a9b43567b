#pragma once

#include <memory>

#include "base/error.hpp"
#include "net/address.hpp"
#include "publisher/options.hpp"

namespace bellwether::publisher {

/// A running publisher: the data folder, the event engine, the syncs and the two listeners.
class Service {
 public:
  /// Locks the folder, opens the data and the engine, binds both ports, goes on with interrupted syncs and
  /// serves. The error says what to do.
  static Result<std::unique_ptr<Service>> start(Options options);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  net::Address address() const;
  net::Address admin_address() const;
  Result<void> reload_tls();

  /// Takes nothing more, writes what was accepted, interrupts syncs (they go on at the next start).
  /// Idempotent.
  void stop();

 private:
  struct Impl;
  explicit Service(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace bellwether::publisher
