#include "net/gzip.hpp"

#include <algorithm>
#include <limits>

#include <zlib.h>

namespace bellwether::net {

namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window, gzip framing only
constexpr std::size_t kFirstGuess = 4;

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

std::expected<std::string, InflateFault> inflate_gzip(std::string_view body, std::size_t limit) {
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
      const std::size_t wanted = std::max<std::size_t>({out.size() * 2, body.size() * kFirstGuess, 1024});
      out.resize(std::min(wanted, limit + 1));
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

}  // namespace bellwether::net
