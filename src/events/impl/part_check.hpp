#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "events/engine.hpp"

/// The embedded engine says that rows are stored although a write of their file failed, for example because the disk
/// was full for a moment: the part is then shorter than the engine believes, queries of its table fail, and the next
/// start puts it aside. So each insert's new parts are compared with their files.
namespace bellwether::events::impl {

/// The table that a statement inserts into; no value for other statements.
std::optional<std::string> inserted_table(std::string_view statement);

/// Whether the files of a part's folder hold at least so many bytes. A folder that is gone was merged, which read it.
bool is_whole(const std::string& folder, std::uintmax_t bytes);

/// Watches the parts of all tables. Thread-safe: inserts of one table go one after another.
class PartCheck {
 public:
  /// Runs a statement, as `Engine::run` does.
  using Run = std::function<std::expected<std::string, EngineError>(
      std::string_view statement, const Parameters&, std::string_view format)>;

  /// Runs `insert` into the table and checks what it wrote. A part that is not whole is dropped, and the insert is
  /// then refused.
  std::expected<void, EngineError> watch(const std::string& table, const Run& run,
                                         const std::function<std::expected<void, EngineError>()>& insert);

  /// Looks for parts that a merge has written and that are not whole. The engine keeps what it merged for some minutes;
  /// opening the table again puts the damaged part aside and takes those back.
  std::expected<void, EngineError> heal(const Run& run);

 private:
  struct Table {
    std::mutex mutex;
    std::optional<std::int64_t> last_block;  ///< all parts up to it are known
  };
  Table& table_of(const std::string& name);

  std::mutex mutex_;
  std::map<std::string, Table> tables_;
};

}  // namespace bellwether::events::impl
