#include "storage/reader_pool.hpp"

namespace bellwether::storage {

namespace {
constexpr std::size_t kMaxIdle = 8;
constexpr int kReaderCacheMib = 4;
}  // namespace

ReaderPool::Borrowed ReaderPool::borrow() {
  {
    const std::scoped_lock lock(mutex_);
    if (!idle_.empty()) {
      Database* database = idle_.back().release();
      idle_.pop_back();
      return {database, GiveBack{this}};
    }
  }
  auto opened = std::make_unique<Database>(
      path_, Database::Options{.access = Database::Access::kReadOnly, .cache_mib = kReaderCacheMib});
  return {opened.release(), GiveBack{this}};
}

void ReaderPool::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  idle_.clear();
}

void ReaderPool::give_back(Database* database) {
  std::unique_ptr<Database> owned(database);
  const std::scoped_lock lock(mutex_);
  if (!closed_ && idle_.size() < kMaxIdle) idle_.push_back(std::move(owned));
}

}  // namespace bellwether::storage
