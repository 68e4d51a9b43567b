#include "net/gzip.hpp"

#include <algorithm>
#include <limits>
#include <new>

#include <zlib.h>

namespace bellwether::net {

namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window, gzip framing only
constexpr std::size_t kFirstGuess = 4;
constexpr std::size_t kPiece = 1UL << 30U;

/// Owns zlib's state.
class Inflater {
 public:
  Inflater() { ready_ = inflateInit2(&stream_, kGzipWindow) == Z_OK; }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  bool ready() const { return ready_; }
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

}  // namespace

std::expected<std::string, InflateFault> inflate_gzip(std::string_view body, std::size_t limit,
                                                      const std::function<bool(std::size_t)>& may_hold) {
  Inflater inflater;
  if (!inflater.ready() || body.size() > std::numeric_limits<uInt>::max())
    return std::unexpected(InflateFault::kCorrupt);
  z_stream& stream = inflater.stream();
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  std::string out;
  std::size_t used = 0;
  for (;;) {
    if (used == out.size()) {
      if (used == limit + 1) return std::unexpected(InflateFault::kTooLarge);
      const std::size_t wanted =
          std::min(std::max<std::size_t>({out.size() * 2, body.size() * kFirstGuess, 1024}), limit + 1);
      // While it grows, the old and the new piece are there at once.
      if (!may_hold(out.size() + wanted)) return std::unexpected(InflateFault::kNoRoom);
      out.resize(wanted);
    }
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    stream.avail_out =
        static_cast<uInt>(std::min<std::size_t>(out.size() - used, std::numeric_limits<uInt>::max()));
    const uInt room = stream.avail_out;
    const int code = inflate(&stream, Z_NO_FLUSH);
    used += room - stream.avail_out;
    if (code == Z_STREAM_END) {
      if (stream.avail_in == 0) break;
      if (inflateReset(&stream) != Z_OK) return std::unexpected(InflateFault::kCorrupt);
    } else if (code != Z_OK || (stream.avail_in == 0 && stream.avail_out > 0)) {
      return std::unexpected(InflateFault::kCorrupt);
    }
  }
  if (used > limit) return std::unexpected(InflateFault::kTooLarge);
  out.resize(used);
  return out;
}

std::string deflate_gzip(std::string_view body) {
  z_stream stream{};
  constexpr int kMemory = 8;
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  std::string out(deflateBound(&stream, body.size()), '\0');
  std::size_t read = 0;
  std::size_t written = 0;
  int code = Z_OK;
  while (code == Z_OK) {
    // zlib counts in 32 bits.
    const auto piece = static_cast<uInt>(std::min<std::size_t>(body.size() - read, kPiece));
    const auto room = static_cast<uInt>(std::min<std::size_t>(out.size() - written, kPiece));
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data() + read));
    stream.avail_in = piece;
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + written);
    stream.avail_out = room;
    code = deflate(&stream, read + piece == body.size() ? Z_FINISH : Z_NO_FLUSH);
    read += piece - stream.avail_in;
    written += room - stream.avail_out;
  }
  deflateEnd(&stream);
  out.resize(written);
  return out;
}

}  // namespace bellwether::net
