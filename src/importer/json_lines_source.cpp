#include "importer/exported_event.hpp"
#include "importer/file_bytes.hpp"
#include "importer/line_reader.hpp"
#include "importer/source.hpp"

namespace bellwether::importer {

namespace {

class JsonLinesSource final : public Source {
 public:
  JsonLinesSource(std::unique_ptr<FileBytes> bytes, calendar::TimeZone zone)
      : bytes_(std::move(bytes)), zone_(zone) {}

  Result<void> read(const Position& from, const OnRecord& on_record) override {
    LineReader lines(*bytes_, kMaxEventBytes);
    TRY(lines.skip_to(from.place));
    Position at = from;
    for (Line line; TRY(lines.next(line));) {
      at.place = line.behind;
      if (line.text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      ++at.records;
      if (!on_record(make_record(line.number, exported_event(line.text, line.size, at.records, zone_),
                                 line.text, at)))
        return {};
    }
    return {};
  }
  std::uint64_t done() const override { return bytes_->position(); }
  std::uint64_t whole() const override { return bytes_->size(); }

 private:
  const std::unique_ptr<FileBytes> bytes_;
  const calendar::TimeZone zone_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_json_lines(const std::string& file, const TableOptions& options) {
  return std::make_unique<JsonLinesSource>(TRY(FileBytes::open(file)), options.time_zone);
}

}  // namespace bellwether::importer
