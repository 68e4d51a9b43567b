#include "importer/file_bytes.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

namespace bellwether::importer {

namespace {

constexpr std::size_t kPieceBytes = 256UL << 10U;

/// Gzip, of one or more members; and files that are not packed, which zlib hands through.
class GzipBytes final : public FileBytes {
 public:
  explicit GzipBytes(std::string file) : file_(std::move(file)), stream_(gzopen(file_.c_str(), "rb")) {
    if (stream_ != nullptr) gzbuffer(stream_, kPieceBytes);
  }
  GzipBytes(const GzipBytes&) = delete;
  GzipBytes& operator=(const GzipBytes&) = delete;
  ~GzipBytes() override {
    if (stream_ != nullptr) gzclose(stream_);
  }

  Result<std::string_view> next() override {
    if (stream_ == nullptr) return fail(fmt::format("{} cannot be read: {}", file_, std::strerror(errno)));
    const int size = gzread(stream_, piece_.data(), static_cast<unsigned>(piece_.size()));
    int code = Z_OK;
    const char* message = gzerror(stream_, &code);
    // A file that is cut off gives what it has, and then the fault.
    if (size < 0 || (size == 0 && code == Z_BUF_ERROR))
      return fail(fmt::format("{} cannot be read to its end: {}", file_,
                              code == Z_ERRNO ? std::strerror(errno) : message));
    return std::string_view(piece_.data(), static_cast<std::size_t>(size));
  }
  std::uint64_t position() const override {
    return stream_ == nullptr ? 0 : static_cast<std::uint64_t>(gzoffset(stream_));
  }

 private:
  const std::string file_;
  const gzFile stream_;
  std::vector<char> piece_ = std::vector<char>(kPieceBytes);
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
struct FreeStream {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

/// Zstandard, of one or more frames.
class ZstdBytes final : public FileBytes {
 public:
  explicit ZstdBytes(std::string file)
      : file_(std::move(file)), stream_(std::fopen(file_.c_str(), "rb")), unpacker_(ZSTD_createDStream()) {}

  Result<std::string_view> next() override {
    if (!stream_) return fail(fmt::format("{} cannot be read: {}", file_, std::strerror(errno)));
    ZSTD_outBuffer out{.dst = piece_.data(), .size = piece_.size(), .pos = 0};
    while (out.pos == 0) {
      const bool more = in_.pos < in_.size || refill();
      if (!more && !in_frame_) break;
      const std::size_t left = ZSTD_decompressStream(unpacker_.get(), &out, &in_);
      if (ZSTD_isError(left) != 0)
        return fail(fmt::format("{} cannot be read to its end: {}", file_, ZSTD_getErrorName(left)));
      in_frame_ = left != 0;
      if (!more && out.pos == 0) break;
    }
    if (out.pos == 0 && std::ferror(stream_.get()) != 0)
      return fail(fmt::format("{} cannot be read to its end: {}", file_, std::strerror(errno)));
    if (out.pos == 0 && in_frame_)
      return fail(fmt::format("{} cannot be read to its end: it is cut off", file_));
    return std::string_view(piece_.data(), out.pos);
  }
  std::uint64_t position() const override { return read_; }

 private:
  /// False at the end of the file. The unpacker may still hold some of the frame then.
  bool refill() {
    const std::size_t size = std::fread(packed_.data(), 1, packed_.size(), stream_.get());
    read_ += size;
    in_ = {.src = packed_.data(), .size = size, .pos = 0};
    return size > 0;
  }

  const std::string file_;
  const std::unique_ptr<std::FILE, CloseFile> stream_;
  const std::unique_ptr<ZSTD_DStream, FreeStream> unpacker_;
  std::vector<char> packed_ = std::vector<char>(ZSTD_DStreamInSize());
  std::vector<char> piece_ = std::vector<char>(ZSTD_DStreamOutSize());
  ZSTD_inBuffer in_{.src = nullptr, .size = 0, .pos = 0};
  bool in_frame_ = false;
  std::uint64_t read_ = 0;
};

constexpr std::string_view kZstd("\x28\xb5\x2f\xfd", 4);

}  // namespace

Result<std::unique_ptr<FileBytes>> FileBytes::open(const std::string& file) {
  const std::unique_ptr<std::FILE, CloseFile> stream(std::fopen(file.c_str(), "rb"));
  if (!stream) return fail(fmt::format("{} cannot be read: {}", file, std::strerror(errno)));
  std::array<char, kZstd.size()> begin{};
  const std::size_t size = std::fread(begin.data(), 1, begin.size(), stream.get());
  std::unique_ptr<FileBytes> bytes;
  if (std::string_view(begin.data(), size) == kZstd) {
    bytes = std::make_unique<ZstdBytes>(file);
  } else {
    bytes = std::make_unique<GzipBytes>(file);
  }
  std::error_code ignored;
  bytes->size_ = std::filesystem::file_size(file, ignored);
  return bytes;
}

}  // namespace bellwether::importer
