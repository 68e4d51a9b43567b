#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "ingestion/event_decoder.hpp"

namespace bellwether::ingestion::impl {

/// Reads the records of one request, one after another, into its batch.
class EventReader {
 public:
  /// Both outlive it.
  EventReader(const EventSource& source, EventBatch& batch) : source_(source), batch_(batch) {}

  /// A record that was parsed. `changed`: how many of its values had to be replaced or left out before; `sent`: its text as it
  /// came then.
  void take(simdjson::dom::element record, std::size_t changed = 0, std::string_view sent = {});
  /// A record that could not be parsed, or was not.
  void reject(Reason reason, std::string message, std::string_view record);
  std::size_t seen() const { return index_; }

 private:
  struct Head;
  struct Fault {
    Reason reason;
    std::string field;
    std::string message;
  };
  std::optional<Fault> read(simdjson::dom::element record, Head& head);
  static std::optional<Fault> what_was_changed(const Head& head, std::size_t changed);
  std::optional<Fault> read_properties(simdjson::dom::object properties, Head& head);
  std::optional<Fault> append(std::string_view name, Head& head);
  std::optional<Fault> read_time(const Head& head, Timestamp& at) const;
  std::optional<Fault> check_who(const Head& head) const;
  std::optional<Fault> check_insert_id(Head& head) const;
  std::optional<Fault> check_lengths(const Head& head) const;
  void append_row(std::string_view project_id, std::string_view name, Timestamp at, const Head& head);
  void note_links(const std::string& project_id, std::string_view name, const Head& head);
  /// Of a record that was not taken: by its token, when it can be read.
  std::string project_of(simdjson::dom::element record) const;

  const EventSource& source_;
  EventBatch& batch_;
  std::string properties_;  ///< of the record that is read, as JSON
  std::size_t index_ = 0;
};

}  // namespace bellwether::ingestion::impl
