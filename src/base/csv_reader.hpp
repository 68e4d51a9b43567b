#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bellwether {

/// Reads CSV (RFC 4180) as it comes, in pieces that end anywhere. Lenient where files in the wild are wrong: blanks around a
/// field that is not quoted are left out, a quote within such a field is text, and lines without a field are no records.
/// What it holds is the record that has not ended; who feeds it sees to the bound on that.
class CsvReader {
 public:
  /// A record's fields, without quotes. No value for a field that is empty and not quoted.
  using Record = std::vector<std::optional<std::string>>;

  explicit CsvReader(char separator = ',');
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;
  ~CsvReader();

  /// The records that end within `piece`.
  std::vector<Record> take(std::string_view piece);

  /// What is left when there is no more: the last line without its end, or none. No value for a quote that does not end.
  /// Afterwards it reads from the beginning of a record.
  std::optional<std::vector<Record>> finish();

  /// Whether quotes stand only around fields, and doubled within them, as the standard has it. Pure.
  static bool has_clean_quotes(std::string_view text, char separator);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bellwether
