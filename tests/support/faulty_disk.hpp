#pragma once

#include <cstdint>
#include <functional>

#include <sqlite3.h>

namespace bellwether::testing {

/// SQLite's files on a disk whose writes can be refused. While one exists, every database that is opened lies on it.
/// One at a time, for tests on one thread.
class FaultyDisk {
 public:
  FaultyDisk() {
    Shared& shared = state();
    shared = {};
    shared.below = sqlite3_vfs_find(nullptr);
    shared.vfs = *shared.below;
    shared.vfs.zName = "faulty";
    shared.vfs.szOsFile = static_cast<int>(sizeof(File)) + shared.below->szOsFile;
    shared.vfs.xOpen = open;
    shared.vfs.pNext = nullptr;
    sqlite3_vfs_register(&shared.vfs, 1);
  }
  ~FaultyDisk() { sqlite3_vfs_unregister(&state().vfs); }
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  std::uint64_t writes() const { return state().writes; }
  /// From the `write`-th write on, counted from the beginning, there is no room.
  void fill_at(std::uint64_t write) { state().full_from = write; }
  void make_room() { state().full_from = kNever; }
  bool is_full() const { return state().writes >= state().full_from; }

 private:
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

  struct Shared {
    sqlite3_vfs* below = nullptr;
    sqlite3_vfs vfs{};
    sqlite3_io_methods methods{};
    std::uint64_t writes = 0;
    std::uint64_t full_from = kNever;
  };
  struct File {
    sqlite3_file base;
    sqlite3_file* below;
  };
  static Shared& state() {
    static Shared shared;
    return shared;
  }
  static sqlite3_file* below(sqlite3_file* file) { return reinterpret_cast<File*>(file)->below; }

  static int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
    Shared& shared = state();
    if (++shared.writes >= shared.full_from) return SQLITE_FULL;
    return below(file)->pMethods->xWrite(below(file), bytes, count, at);
  }
  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    Shared& shared = state();
    auto* own = reinterpret_cast<File*>(file);
    own->below = reinterpret_cast<sqlite3_file*>(own + 1);
    own->base.pMethods = nullptr;
    const int code = shared.below->xOpen(shared.below, name, own->below, flags, out);
    if (own->below->pMethods != nullptr) own->base.pMethods = methods();
    return code;
  }
  /// All but writing goes to the file below.
  static const sqlite3_io_methods* methods() {
    sqlite3_io_methods& m = state().methods;
    m.iVersion = 2;
    m.xClose = [](sqlite3_file* f) { return below(f)->pMethods->xClose(below(f)); };
    m.xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
      return below(f)->pMethods->xRead(below(f), to, n, at);
    };
    m.xWrite = write;
    m.xTruncate = [](sqlite3_file* f, sqlite3_int64 n) { return below(f)->pMethods->xTruncate(below(f), n); };
    m.xSync = [](sqlite3_file* f, int flags) { return below(f)->pMethods->xSync(below(f), flags); };
    m.xFileSize = [](sqlite3_file* f, sqlite3_int64* n) {
      return below(f)->pMethods->xFileSize(below(f), n);
    };
    m.xLock = [](sqlite3_file* f, int level) { return below(f)->pMethods->xLock(below(f), level); };
    m.xUnlock = [](sqlite3_file* f, int level) { return below(f)->pMethods->xUnlock(below(f), level); };
    m.xCheckReservedLock = [](sqlite3_file* f, int* out) {
      return below(f)->pMethods->xCheckReservedLock(below(f), out);
    };
    m.xFileControl = [](sqlite3_file* f, int op, void* arg) {
      return below(f)->pMethods->xFileControl(below(f), op, arg);
    };
    m.xSectorSize = [](sqlite3_file* f) { return below(f)->pMethods->xSectorSize(below(f)); };
    m.xDeviceCharacteristics = [](sqlite3_file* f) {
      return below(f)->pMethods->xDeviceCharacteristics(below(f));
    };
    m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
      return below(f)->pMethods->xShmMap(below(f), page, size, extend, out);
    };
    m.xShmLock = [](sqlite3_file* f, int at, int n, int flags) {
      return below(f)->pMethods->xShmLock(below(f), at, n, flags);
    };
    m.xShmBarrier = [](sqlite3_file* f) { below(f)->pMethods->xShmBarrier(below(f)); };
    m.xShmUnmap = [](sqlite3_file* f, int del) { return below(f)->pMethods->xShmUnmap(below(f), del); };
    return &m;
  }
};

}  // namespace bellwether::testing
