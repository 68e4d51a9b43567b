#include "contract/page_digest.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace bellwether::contract {

namespace {

PageDigest hash(const void* bytes, std::size_t size) {
  const XXH128_hash_t found = XXH3_128bits(bytes, size);
  return {found.high64, found.low64};
}

}  // namespace

PageDigest digest_of(std::string_view text) {
  return hash(text.data(), text.size());
}

struct IdSetDigest::Impl {
  std::vector<PageDigest> ids;
};

IdSetDigest::IdSetDigest() : impl_(std::make_unique<Impl>()) {}
IdSetDigest::~IdSetDigest() = default;

void IdSetDigest::add(std::string_view id) {
  impl_->ids.push_back(digest_of(id));
}

PageDigest IdSetDigest::take() {
  auto& ids = impl_->ids;
  std::ranges::sort(ids, {}, [](const PageDigest& id) { return std::tie(id.high, id.low); });
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  const PageDigest digest = hash(ids.data(), ids.size() * sizeof(PageDigest));
  ids.clear();
  return digest;
}

}  // namespace bellwether::contract
