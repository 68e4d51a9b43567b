#include "base/csv_reader.hpp"

#include <new>
#include <utility>

#include <csv.h>

namespace bellwether {

namespace {

/// What libcsv's callbacks fill.
struct Records {
  CsvReader::Record open;
  std::vector<CsvReader::Record> ended;
};

void on_field(void* text, std::size_t size, void* records) {
  auto& field = static_cast<Records*>(records)->open.emplace_back();
  if (text != nullptr) field.emplace(static_cast<const char*>(text), size);
}

void on_record(int /*line_end*/, void* records) {
  auto& all = *static_cast<Records*>(records);
  all.ended.push_back(std::exchange(all.open, {}));
}

}  // namespace

struct CsvReader::State {
  State(char separator, unsigned char options) {
    if (csv_init(&parser, options) != 0) throw std::bad_alloc();
    csv_set_delim(&parser, static_cast<unsigned char>(separator));
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { csv_free(&parser); }

  csv_parser parser{};
  Records records;
};

CsvReader::CsvReader(char separator) : state_(std::make_unique<State>(separator, CSV_EMPTY_IS_NULL)) {}
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;
CsvReader::~CsvReader() = default;

std::vector<CsvReader::Record> CsvReader::take(std::string_view piece) {
  // Without its strict mode, libcsv stops early only for want of memory.
  if (csv_parse(&state_->parser, piece.data(), piece.size(), on_field, on_record, &state_->records) !=
      piece.size())
    throw std::bad_alloc();
  return std::exchange(state_->records.ended, {});
}

std::optional<std::vector<CsvReader::Record>> CsvReader::finish() {
  // Ends the last line, unless that is text within quotes.
  auto records = take("\n");
  csv_fini(&state_->parser, on_field, on_record, &state_->records);
  const Records left = std::exchange(state_->records, {});
  return left.ended.empty() ? std::optional(std::move(records)) : std::nullopt;
}

bool CsvReader::has_clean_quotes(std::string_view text, char separator) {
  State strict(separator, CSV_STRICT | CSV_STRICT_FINI);
  return csv_parse(&strict.parser, text.data(), text.size(), nullptr, nullptr, nullptr) == text.size() &&
         csv_fini(&strict.parser, nullptr, nullptr, nullptr) == 0;
}

}  // namespace bellwether
