#include "mirror/mention_sorter.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

#include "storage/database.hpp"

namespace bellwether::mirror {

namespace {

constexpr std::size_t kFileBuffer = 256UL << 10U;

std::uint64_t prefix_of(std::string_view id) {
  std::uint64_t prefix = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    prefix = prefix << 8U | (i < id.size() ? static_cast<unsigned char>(id[i]) : 0U);
  }
  return prefix;
}

[[noreturn]] void raise_spill_error() {
  const auto kind = errno == ENOSPC || errno == EFBIG ? storage::StorageError::Kind::kFull
                                                      : storage::StorageError::Kind::kOther;
  throw storage::StorageError(kind, std::string("cannot write a sorted run: ") + std::strerror(errno));
}

[[noreturn]] void raise_read_error(std::FILE* file) {
  const std::string why = std::ferror(file) != 0 ? std::strerror(errno) : "it ends early";
  throw storage::StorageError(storage::StorageError::Kind::kOther, "cannot read a sorted run: " + why);
}

struct RecordHead {
  std::uint32_t id_size;
  std::uint32_t properties_size;
  std::uint32_t add;
};

}  // namespace

/// A sorted sequence with a current mention.
class MentionSorter::Run {
 public:
  virtual ~Run() = default;
  /// Moves to the next mention; false at the end.
  virtual bool advance() = 0;
  virtual void rewind() = 0;
  SortedMention current;
};

class MentionSorter::MemoryRun final : public Run {
 public:
  MemoryRun(const std::string& arena, const std::vector<Entry>& entries) : arena_(arena), entries_(entries) {}
  bool advance() override {
    if (at_ == entries_.size()) return false;
    const Entry& entry = entries_[at_++];
    current.distinct_id.assign(arena_, entry.offset, entry.id_size);
    current.properties.assign(arena_, entry.offset + entry.id_size, entry.properties_size);
    current.add = entry.add;
    return true;
  }
  void rewind() override { at_ = 0; }

 private:
  const std::string& arena_;
  const std::vector<Entry>& entries_;
  std::size_t at_ = 0;
};

class MentionSorter::FileRun final : public Run {
 public:
  explicit FileRun(const std::string& dir) : buffer_(kFileBuffer) {
    std::string name = dir + "/run-XXXXXX";
    const int fd = mkstemp(name.data());
    if (fd < 0) raise_spill_error();
    unlink(name.c_str());
    file_.reset(fdopen(fd, "w+b"));
    if (file_ == nullptr) raise_spill_error();
    std::setvbuf(file_.get(), buffer_.data(), _IOFBF, buffer_.size());
  }
  void write(std::string_view id, std::string_view properties, bool add) {
    const RecordHead head{static_cast<std::uint32_t>(id.size()),
                          static_cast<std::uint32_t>(properties.size()), add ? 1U : 0U};
    put(&head, sizeof head);
    put(id.data(), id.size());
    put(properties.data(), properties.size());
    ++written_;
  }
  void flush() {
    if (std::fflush(file_.get()) != 0) raise_spill_error();
  }
  /// Its end is where as many records were read as were written: a read error never looks like the end.
  bool advance() override {
    if (read_ == written_) return false;
    RecordHead head{};
    if (std::fread(&head, sizeof head, 1, file_.get()) != 1) raise_read_error(file_.get());
    ++read_;
    current.add = head.add != 0;
    get(current.distinct_id, head.id_size);
    get(current.properties, head.properties_size);
    return true;
  }
  void rewind() override {
    std::rewind(file_.get());
    read_ = 0;
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void put(const void* bytes, std::size_t size) {
    if (size > 0 && std::fwrite(bytes, size, 1, file_.get()) != 1) raise_spill_error();
  }
  void get(std::string& out, std::size_t size) {
    out.resize(size);
    if (size > 0 && std::fread(out.data(), size, 1, file_.get()) != 1) raise_read_error(file_.get());
  }
  std::vector<char> buffer_;
  std::unique_ptr<std::FILE, Close> file_;
  std::size_t written_ = 0;
  std::size_t read_ = 0;
};

MentionSorter::MentionSorter(std::string spill_dir, std::size_t budget_bytes)
    : spill_dir_(std::move(spill_dir)), budget_bytes_(budget_bytes) {}
MentionSorter::~MentionSorter() = default;

// A memory run refers to its sorter, so a sorter moves only before `finish`.
MentionSorter::MentionSorter(MentionSorter&&) noexcept = default;

void MentionSorter::add(std::string_view distinct_id, bool add, std::string_view properties) {
  ++added_;
  entries_.push_back({prefix_of(distinct_id), arena_.size(), static_cast<std::uint32_t>(distinct_id.size()),
                      static_cast<std::uint32_t>(properties.size()), add});
  arena_.append(distinct_id).append(properties);
  if (arena_.size() + entries_.size() * sizeof(Entry) >= budget_bytes_) spill();
}

void MentionSorter::sort_entries() {
  const auto id = [this](const Entry& entry) {
    return std::string_view(arena_).substr(entry.offset, entry.id_size);
  };
  std::ranges::sort(entries_, [&](const Entry& a, const Entry& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    const int order = id(a).compare(id(b));
    return order != 0 ? order < 0 : a.offset < b.offset;
  });
}

void MentionSorter::spill() {
  sort_entries();
  auto run = std::make_unique<FileRun>(spill_dir_);
  const std::string_view arena = arena_;
  for (const Entry& entry : entries_) {
    run->write(arena.substr(entry.offset, entry.id_size),
               arena.substr(entry.offset + entry.id_size, entry.properties_size), entry.add);
  }
  run->flush();
  runs_.push_back(std::move(run));
  entries_.clear();
  arena_.clear();
}

void MentionSorter::finish() {
  if (runs_.empty()) {
    sort_entries();
    runs_.push_back(std::make_unique<MemoryRun>(arena_, entries_));
  } else {
    if (!entries_.empty()) spill();
    entries_ = {};
    arena_ = {};
  }
  rewind();
}

void MentionSorter::rewind() {
  heap_.clear();
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    runs_[i]->rewind();
    if (runs_[i]->advance()) heap_.push_back(i);
  }
  std::ranges::make_heap(heap_, [this](std::size_t a, std::size_t b) { return later(a, b); });
}

/// Heap order: whether run `left`'s mention is given after run `right`'s. Of equal ids the older run comes
/// first.
bool MentionSorter::later(std::size_t left, std::size_t right) const {
  const int order = runs_[left]->current.distinct_id.compare(runs_[right]->current.distinct_id);
  return order != 0 ? order > 0 : left > right;
}

/// Takes the first run's next mention, and puts the run where it now belongs.
void MentionSorter::settle_heap() {
  const auto order = [this](std::size_t a, std::size_t b) { return later(a, b); };
  std::ranges::pop_heap(heap_, order);
  if (runs_[heap_.back()]->advance()) {
    std::ranges::push_heap(heap_, order);
  } else {
    heap_.pop_back();
  }
}

bool MentionSorter::next(SortedMention& out) {
  if (heap_.empty()) return false;
  do {
    std::swap(out, runs_[heap_.front()]->current);
    settle_heap();
  } while (!heap_.empty() && runs_[heap_.front()]->current.distinct_id == out.distinct_id);
  return true;
}

std::vector<SortedMention> MentionSorter::next_batch(std::size_t count) {
  std::vector<SortedMention> batch;
  batch.reserve(count);
  SortedMention mention;
  while (batch.size() < count && next(mention)) batch.push_back(std::move(mention));
  return batch;
}

}  // namespace bellwether::mirror
