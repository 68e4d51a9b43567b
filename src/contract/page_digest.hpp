#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

/// Tells whether two pages are the same: 128 bits of what they say. Not for secrets: a sender can make two texts that
/// have one digest, and deceives only itself.
namespace bellwether::contract {

struct PageDigest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  bool operator==(const PageDigest&) const = default;
};

PageDigest digest_of(std::string_view text);

/// The digest of a set of ids: neither their order nor repetitions count. Keeps its memory from set to set.
class IdSetDigest {
 public:
  IdSetDigest();
  ~IdSetDigest();

  void add(std::string_view id);
  /// The digest of what was added; empties the set.
  PageDigest take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bellwether::contract
