#include "storage/data_dir.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bellwether::storage {

namespace {

std::string read_holder(int fd) {
  std::array<char, 32> text{};
  const ssize_t size = pread(fd, text.data(), text.size() - 1, 0);
  std::string holder(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  return holder.empty() ? "unknown" : holder;
}

namespace fs = std::filesystem;

constexpr fs::perms kOthers = fs::perms::group_all | fs::perms::others_all;

/// What a service keeps in its folder, which may hold other people's files too.
bool is_ours(const std::string& name) {
  return name == "pages" || name == "events" || name.starts_with("bellwether.") ||
         name.starts_with("publisher.");
}

bool is_owner(const fs::path& path) {
  struct stat found{};
  return lstat(path.c_str(), &found) == 0 && found.st_uid == geteuid();
}

/// Takes the rights of group and others from a file or folder of ours; never through a link.
void tighten(const fs::directory_entry& entry) {
  std::error_code failed;
  const fs::file_status status = entry.symlink_status(failed);
  if (failed || (!fs::is_regular_file(status) && !fs::is_directory(status))) return;
  if ((status.permissions() & kOthers) == fs::perms::none || !is_owner(entry.path())) return;
  fs::permissions(entry.path(), kOthers, fs::perm_options::remove | fs::perm_options::nofollow, failed);
  // Not all systems can do it without following links; it was no link a moment ago, and the folder is ours.
  if (failed) fs::permissions(entry.path(), kOthers, fs::perm_options::remove, failed);
}

/// The data is personal. Earlier versions left files that all users could read. What is inside of `events` is
/// shut off with that folder, and may be very many files.
void tighten_folder(const std::string& path) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(path, failed)) {
    const std::string name = entry.path().filename();
    if (!is_ours(name)) continue;
    tighten(entry);
    if (name != "pages") continue;
    std::error_code unreadable;
    for (const auto& page : fs::directory_iterator(entry.path(), unreadable)) tighten(page);
  }
}

}  // namespace

Result<DataDir> DataDir::lock(const std::string& path) {
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (failed) return fail(fmt::format("cannot create the data folder {}: {}", path, failed.message()));
  const std::string lock_file = path + "/bellwether.lock";
  const int fd = open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail(fmt::format("cannot write in the data folder {}: {}", path, std::strerror(errno)));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const std::string holder = read_holder(fd);
    close(fd);
    return fail(
        fmt::format("the data folder {} is in use by process {}: stop that one first, or choose another "
                    "folder with --data",
                    path, holder));
  }
  tighten_folder(path);
  const std::string pid = fmt::format("{}\n", getpid());
  if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    // The lock is held all the same; only its holder's name is missing (a full disk).
  }
  return DataDir(path, fd);
}

DataDir::DataDir(DataDir&& other) noexcept
    : path_(std::move(other.path_)), lock_fd_(std::exchange(other.lock_fd_, -1)) {}

DataDir::~DataDir() {
  if (lock_fd_ >= 0) close(lock_fd_);
}

}  // namespace bellwether::storage
