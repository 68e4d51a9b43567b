#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "events/engine.hpp"
#include "importer/place.hpp"
#include "importer/table_row.hpp"

namespace bellwether::importer {

/// How far a file was read: enough to go on behind it.
struct Position {
  std::uint64_t records = 0;
  Place place;  ///< without bytes in what version 0.1 kept of tables
};

/// A record of a file.
struct Record {
  std::uint64_t line = 0;  ///< where it begins, from 1; 0 where a file has no lines
  Event event;
  std::string written = {};  ///< when it is not an event: the record as it stands in the file
  Position behind;
};

/// `written` is kept when it is needed.
Record make_record(std::uint64_t line, Event event, std::string_view written, const Position& behind);

/// A file of events. One thread.
class Source {
 public:
  using OnRecord = std::function<bool(Record&& record)>;
  virtual ~Source() = default;

  /// The records behind `from`, in order; `on_record` answers false to end it early.
  virtual Result<void> read(const Position& from, const OnRecord& on_record) = 0;
  /// How much of the whole was read, in the file's own measure.
  virtual std::uint64_t done() const = 0;
  virtual std::uint64_t whole() const = 0;
};

using OpenEngine = std::function<Result<std::shared_ptr<events::Engine>>()>;

/// A file by what it is: Parquet by its first bytes, CSV by the end of its name (.csv, .tsv; then .gz or .zst), a JSON array by
/// its bracket, and else NDJSON as Mixpanel exports it. `open_engine` is called for what needs the engine.
Result<std::unique_ptr<Source>> open_source(const std::string& file, const TableOptions& options,
                                            const OpenEngine& open_engine);

Result<std::unique_ptr<Source>> open_json_lines(const std::string& file, const TableOptions& options);
Result<std::unique_ptr<Source>> open_json_array(const std::string& file, const TableOptions& options);
Result<std::unique_ptr<Source>> open_csv(const std::string& file, const TableOptions& options);
Result<std::unique_ptr<Source>> open_parquet(const std::string& file, const TableOptions& options,
                                             std::shared_ptr<events::Engine> engine);

}  // namespace bellwether::importer
