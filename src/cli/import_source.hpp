#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "cli/import_record.hpp"
#include "events/engine.hpp"

namespace bellwether::cli {

/// How far a file was read: enough to go on behind it.
struct ImportPosition {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  ///< only of files of lines
};

/// A file of events: NDJSON as Mixpanel exports it, or CSV or Parquet through the event engine, told apart by
/// the name's end.
class ImportSource {
 public:
  /// `at` is the position behind the event.
  using OnEvent = std::function<bool(std::string event, const ImportPosition& at)>;
  virtual ~ImportSource() = default;

  /// Events behind `from`, in order; `on_event` answers false to end it early.
  virtual Result<void> read(const ImportPosition& from, const OnEvent& on_event) = 0;
  /// How much of the whole a position is, for a progress bar.
  virtual std::uint64_t done(const ImportPosition& at) const = 0;
  virtual std::uint64_t whole() const = 0;
};

/// `open_engine` is called for what needs the engine.
Result<std::unique_ptr<ImportSource>> open_import_source(
    const std::string& file, const ImportColumns& columns,
    const std::function<Result<std::shared_ptr<events::Engine>>()>& open_engine);

}  // namespace bellwether::cli
