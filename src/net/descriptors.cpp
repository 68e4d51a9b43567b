#include "net/descriptors.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sys/resource.h>

#include "base/log.hpp"

namespace bellwether::net {

namespace {
/// With fewer a listener is of no use.
constexpr std::size_t kLeastConnections = 16;
}  // namespace

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) return raised.rlim_cur;
  return limit.rlim_cur;
}

Result<std::size_t> connections_within(std::size_t limit, std::size_t wanted, std::size_t own) {
  const std::size_t least = own + kLeastConnections;
  if (limit < least) {
    return fail(
        fmt::format("this process may open {} files, and needs at least {}: raise the limit (`ulimit -n`, or "
                    "LimitNOFILE= in a systemd unit)",
                    limit, least));
  }
  return std::min(wanted, limit - own);
}

Result<std::size_t> reserve_descriptors(std::size_t wanted, std::size_t own) {
  const std::size_t limit = raise_descriptor_limit();
  auto connections = connections_within(limit, wanted, own);
  if (connections && *connections < wanted) {
    log::warn("fewer connections than configured, because the limit of open files is low",
              {{"configured", wanted}, {"connections", *connections}, {"open_files", limit}});
  }
  return connections;
}

}  // namespace bellwether::net
