#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mirror/resolve.hpp"

/// Sorts the members of a session by distinct id, in bounded memory: what does not fit is spilled as sorted
/// runs to unlinked files and merged while reading. Ten million members take `budget_bytes` of memory and
/// their own size of disk for a while.
namespace bellwether::mirror {

struct SortedMention {
  std::string distinct_id;
  bool add = true;
  std::string properties;

  Mention mention() const { return {add, properties}; }
};

class MentionSorter {
 public:
  MentionSorter(std::string spill_dir, std::size_t budget_bytes);
  ~MentionSorter();
  MentionSorter(MentionSorter&&) noexcept;

  /// Of two with the same id the later one counts. Throws StorageError when the spill file cannot be written.
  void add(std::string_view distinct_id, bool add, std::string_view properties);

  /// No more `add`; `next` starts from the smallest id.
  void finish();

  /// In ascending byte order of the id (SQLite's BINARY order), each id once. False at the end. Throws StorageError when
  /// the spill file cannot be read: what cannot be read has not left.
  bool next(SortedMention& out);
  /// Up to `count` more; fewer only at the end.
  std::vector<SortedMention> next_batch(std::size_t count);
  /// Begins again with the smallest id.
  void rewind();

  std::size_t added() const { return added_; }

 private:
  class Run;
  class MemoryRun;
  class FileRun;
  struct Entry {
    std::uint64_t prefix;  ///< the id's first eight bytes, so that most comparisons stay in the entry
    std::uint64_t offset;  ///< into arena_: the id, then the properties; grows with time
    std::uint32_t id_size;
    std::uint32_t properties_size;
    bool add;
  };
  void sort_entries();
  void spill();
  void settle_heap();
  bool later(std::size_t left, std::size_t right) const;

  const std::string spill_dir_;
  const std::size_t budget_bytes_;
  std::size_t added_ = 0;
  std::string arena_;
  std::vector<Entry> entries_;
  std::vector<std::unique_ptr<Run>> runs_;
  std::vector<std::size_t> heap_;  ///< indexes of runs_ that have a current mention, the smallest id first
};

}  // namespace bellwether::mirror
