#include "storage/data_file.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/log.hpp"
#include "storage/migrations.hpp"

namespace bellwether::storage {

namespace {

namespace fs = std::filesystem;

std::uintmax_t size_of(const std::string& path) {
  std::error_code missing;
  const auto size = fs::file_size(path, missing);
  return missing ? 0 : size;
}

std::uint32_t big_endian(const unsigned char* bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24U | static_cast<std::uint32_t>(bytes[1]) << 16U |
         static_cast<std::uint32_t>(bytes[2]) << 8U | static_cast<std::uint32_t>(bytes[3]);
}

/// Whether the first 32 bytes are a header of a write-ahead log:
/// https://www.sqlite.org/fileformat2.html#walformat
bool is_log_header(const std::array<unsigned char, 32>& header) {
  constexpr std::uint32_t kMagic = 0x377f0682;
  const std::uint32_t magic = big_endian(header.data());
  if ((magic & ~1U) != kMagic) return false;
  const bool is_big = (magic & 1U) != 0;
  const auto word = [&](std::size_t at) {
    const std::uint32_t value = big_endian(header.data() + at);
    return is_big ? value : __builtin_bswap32(value);
  };
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  for (std::size_t at = 0; at < 24; at += 8) {
    first += word(at) + second;
    second += word(at + 4) + first;
  }
  return first == big_endian(header.data() + 24) && second == big_endian(header.data() + 28);
}

bool is_damaged_log(const std::string& path) {
  std::array<unsigned char, 32> header{};
  if (size_of(path) < header.size()) return false;
  std::ifstream stream(path, std::ios::binary);
  stream.read(reinterpret_cast<char*>(header.data()), header.size());
  return stream && !is_log_header(header);
}

void keep_damaged_log(const std::string& log) {
  const std::string copy = log + ".damaged";
  std::error_code failed;
  fs::copy_file(log, copy, fs::copy_options::overwrite_existing, failed);
  log::error("the write-ahead log is damaged: what was written since the last checkpoint is lost",
             {{"file", log}, {"copy", failed ? "none: " + failed.message() : copy}});
}

bool has_tables(Database& database) {
  auto query = database.query("SELECT EXISTS (SELECT 1 FROM sqlite_schema)");
  return query.next() && query.integer(0) != 0;
}

/// So that a rename in it survives a power failure.
void sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

Result<void> create(const std::string& path, std::span<const char* const> scripts) {
  const std::string unfinished = path + ".new";
  std::error_code failed;
  for (const char* end : {"", "-wal", "-shm"}) fs::remove(unfinished + end, failed);
  {
    Database database(unfinished, {});
    if (auto migrated = migrate(database, scripts); !migrated) return migrated;
    database.checkpoint();
  }
  fs::rename(unfinished, path, failed);
  if (failed) return fail(fmt::format("cannot rename {} to {}: {}", unfinished, path, failed.message()));
  sync_folder(fs::path(path).parent_path());
  return {};
}

}  // namespace

Result<Database> open_data_file(const std::string& path, std::span<const char* const> scripts) {
  const std::string log = path + "-wal";
  try {
    if (size_of(path) == 0 && size_of(log) == 0) {
      TRY(create(path, scripts));
    }
    if (is_damaged_log(log)) keep_damaged_log(log);
    Database database(path, {});
    if (!has_tables(database)) {
      return fail(fmt::format(
          "the data file {0} holds no tables: its write-ahead log {0}-wal, which must stay beside "
          "it, is missing or damaged. Restore both from a backup, or move {0} away to start with "
          "nothing",
          path));
    }
    TRY(migrate(database, scripts));
    return database;
  } catch (const StorageError& error) {
    return fail(fmt::format("the data file {} cannot be opened: {}", path, error.what()));
  }
}

}  // namespace bellwether::storage
