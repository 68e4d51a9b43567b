#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace bellwether::net::impl {

/// How many requests of each client are under way that come through trusted proxies: many clients share a
/// proxy's connections there, so connections cannot be counted. Thread-safe.
class ClientCounts {
 public:
  /// One request of a client; it ends when this is destroyed.
  class Entry {
   public:
    Entry(ClientCounts& counts, std::string client)
        : counts_(counts), client_(std::move(client)), place_(counts_.begin(client_)) {}
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { counts_.end(client_); }
    /// The first of the client is 1.
    std::size_t place() const { return place_; }

   private:
    ClientCounts& counts_;
    std::string client_;
    std::size_t place_;
  };

 private:
  std::size_t begin(const std::string& client) {
    const std::scoped_lock lock(mutex_);
    return ++counts_[client];
  }
  void end(const std::string& client) {
    const std::scoped_lock lock(mutex_);
    const auto found = counts_.find(client);
    if (--found->second == 0) counts_.erase(found);
  }

  std::mutex mutex_;
  std::map<std::string, std::size_t> counts_;
};

}  // namespace bellwether::net::impl
