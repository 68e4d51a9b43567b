#include "importer/source.hpp"

#include <array>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "importer/file_bytes.hpp"

namespace bellwether::importer {

namespace {

bool begins_as_parquet(const std::string& file) {
  constexpr std::string_view kMagic = "PAR1";
  std::array<char, kMagic.size()> begin{};
  std::ifstream stream(file, std::ios::binary);
  return stream.read(begin.data(), begin.size()) && std::string_view(begin.data(), begin.size()) == kMagic;
}

bool describes_a_table(const TableOptions& options) {
  const TableOptions usual;
  return options.event_name || options.event != usual.event || options.time != usual.time ||
         options.distinct_id != usual.distinct_id || options.insert_id != usual.insert_id ||
         !options.types.empty() || options.decimal_comma;
}

/// The first byte that is no blank, behind a byte order mark; unpacked.
Result<char> first_byte(const std::string& file) {
  const auto bytes = TRY(FileBytes::open(file));
  const std::string_view begin = TRY(bytes->next());
  const std::size_t first = begin.find_first_not_of("\xef\xbb\xbf \t\r\n");
  return first == std::string_view::npos ? '\0' : begin[first];
}

/// The end of the name, without what says that the file is packed.
std::string kind_of(const std::filesystem::path& file) {
  const std::string end = file.extension().string();
  return end == ".gz" || end == ".zst" ? file.stem().extension().string() : end;
}

}  // namespace

Result<std::unique_ptr<Source>> open_source(const std::string& file, const TableOptions& options,
                                            const OpenEngine& open_engine) {
  std::error_code unknown;
  const auto status = std::filesystem::status(file, unknown);
  if (std::filesystem::is_directory(status))
    return fail(fmt::format("{} is a folder; name the files in it", file));
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    return fail(fmt::format(
        "{} is not a file but a pipe or the like; save it as a file first, in which an import that is cut off can go on",
        file));
  if (begins_as_parquet(file)) return open_parquet(file, options, TRY(open_engine()));
  const std::string kind = kind_of(file);
  if (kind == ".parquet") return fail(fmt::format("{} is named as Parquet and is not", file));
  if (kind == ".csv" || kind == ".tsv") return open_csv(file, options);
  if (describes_a_table(options)) {
    return fail(fmt::format(
        "{} is JSON, whose events have names and types: --event, --…-column, --type and --decimal-comma are for "
        "CSV and Parquet; import it without them",
        file));
  }
  return TRY(first_byte(file)) == '[' ? open_json_array(file, options) : open_json_lines(file, options);
}

Record make_record(std::uint64_t line, Event event, std::string_view written, const Position& behind) {
  const bool is_event = event.has_value();
  return {.line = line,
          .event = std::move(event),
          .written = std::string(is_event ? "" : written),
          .behind = behind};
}

}  // namespace bellwether::importer
