#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mirror/resolve.hpp"
#include "storage/database.hpp"

/// The rows of `member` and `undo`: loading, saving and walking them in order of the distinct id. No rules.
namespace bellwether::mirror {

std::optional<MemberState> load_member(storage::Database& database, std::int64_t generation,
                                       std::string_view id);
void save_member(storage::Database& database, std::int64_t generation, std::string_view id,
                 const MemberState& state);
void erase_member(storage::Database& database, std::int64_t generation, std::string_view id);

std::optional<Undo> load_undo(storage::Database& database, std::int64_t generation, std::string_view id);
void save_undo(storage::Database& database, std::int64_t generation, std::string_view id, const Undo& undo);
void erase_undo(storage::Database& database, std::int64_t generation, std::string_view id);

/// All that one session can undo in a generation, by distinct id.
std::vector<std::pair<std::string, Undo>> load_undo_of_session(storage::Database& database,
                                                               std::int64_t generation,
                                                               std::int64_t session_ref);

/// Calls `visit` with the id of each; reads the index alone.
void for_each_undo_id(storage::Database& database, std::int64_t generation, std::int64_t session_ref,
                      const std::function<void(std::string_view)>& visit);

template <typename Row>
using RowChunk = std::deque<std::pair<std::string, Row>>;

/// Up to `count` rows of a generation in order of the id, from `from` on (that one included).
RowChunk<MemberState> load_members_from(storage::Database& database, std::int64_t generation,
                                        std::string_view from, std::size_t count);
RowChunk<Undo> load_undo_from(storage::Database& database, std::int64_t generation, std::string_view from,
                              std::size_t count);

/// Walks one generation's rows in order, a chunk at a time, so that it can go on over several transactions.
/// The generation must not change meanwhile.
template <typename Row,
          RowChunk<Row> (*Load)(storage::Database&, std::int64_t, std::string_view, std::size_t)>
class RowCursor {
 public:
  explicit RowCursor(std::int64_t generation) : generation_(generation) {}

  /// The current row, or null at the end.
  const std::pair<std::string, Row>* peek(storage::Database& database) {
    if (chunk_.empty() && !at_end_) refill(database);
    return chunk_.empty() ? nullptr : &chunk_.front();
  }
  void pop() { chunk_.pop_front(); }

 private:
  static constexpr std::size_t kChunkRows = 2000;

  void refill(storage::Database& database) {
    chunk_ = Load(database, generation_, last_.value_or(""), kChunkRows);
    at_end_ = chunk_.size() < kChunkRows;
    if (!chunk_.empty() && last_ && chunk_.front().first == *last_) chunk_.pop_front();
    if (!chunk_.empty()) last_ = chunk_.back().first;
  }

  std::int64_t generation_;
  std::optional<std::string> last_;
  bool at_end_ = false;
  RowChunk<Row> chunk_;
};

using MemberCursor = RowCursor<MemberState, load_members_from>;
using UndoCursor = RowCursor<Undo, load_undo_from>;

}  // namespace bellwether::mirror
