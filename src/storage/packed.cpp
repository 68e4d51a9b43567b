#include "storage/packed.hpp"

#include <memory>
#include <new>

#include <zstd.h>

namespace bellwether::storage {

namespace {

/// Of zstd's fast levels, which are negative, the one that compresses most: its job is to save writes, not space.
constexpr int kLevel = -1;

struct Free {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// More is not asked of the allocator on the word of bytes that may be damaged.
constexpr std::size_t kLargestText = 1UL << 30U;

}  // namespace

std::string pack(std::string_view text) {
  thread_local const std::unique_ptr<ZSTD_CCtx, Free> kContext(ZSTD_createCCtx());
  if (!kContext) throw std::bad_alloc();
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  ZSTD_CCtx_setParameter(kContext.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(kContext.get(), ZSTD_c_checksumFlag, 1);
  const std::size_t size =
      ZSTD_compress2(kContext.get(), packed.data(), packed.size(), text.data(), text.size());
  if (ZSTD_isError(size) != 0U) throw std::bad_alloc();  // the room always suffices
  packed.resize(size);
  return packed;
}

std::optional<std::string> unpack(std::string_view packed) {
  thread_local const std::unique_ptr<ZSTD_DCtx, Free> kContext(ZSTD_createDCtx());
  if (!kContext) throw std::bad_alloc();
  const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  // Above the limit are also the two values that stand for an error.
  if (size > kLargestText) return std::nullopt;
  std::string text(size, '\0');
  const std::size_t read =
      ZSTD_decompressDCtx(kContext.get(), text.data(), text.size(), packed.data(), packed.size());
  if (read != text.size()) return std::nullopt;
  return text;
}

}  // namespace bellwether::storage
