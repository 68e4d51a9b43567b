#include <fmt/format.h>

#include "importer/exported_event.hpp"
#include "importer/file_bytes.hpp"
#include "importer/json_array.hpp"
#include "importer/source.hpp"

namespace bellwether::importer {

namespace {

class JsonArraySource final : public Source {
 public:
  JsonArraySource(std::string file, std::unique_ptr<FileBytes> bytes, calendar::TimeZone zone)
      : file_(std::move(file)), bytes_(std::move(bytes)), zone_(zone) {}

  Result<void> read(const Position& from, const OnRecord& on_record) override {
    JsonArray array(kMaxEventBytes);
    Position at;
    Result<void> unchanged;
    const auto take = [&](const JsonArray::Element& element) {
      at = {.records = at.records + 1, .place = element.behind};
      if (at.records == from.records) unchanged = check_unchanged(at.place, from.place);
      if (at.records <= from.records) return unchanged.has_value();
      return on_record(make_record(
          element.line, exported_event(element.text, element.size, at.records, zone_), element.text, at));
    };
    for (std::string_view piece = TRY(bytes_->next()); !piece.empty(); piece = TRY(bytes_->next())) {
      const auto taken = array.take(piece, take);
      if (!taken) return fail(fmt::format("{}: {}", file_, taken.error().message));
      if (!*taken) return unchanged;
    }
    if (const auto ended = array.finish(); !ended)
      return fail(fmt::format("{}: {}", file_, ended.error().message));
    return {};
  }
  std::uint64_t done() const override { return bytes_->position(); }
  std::uint64_t whole() const override { return bytes_->size(); }

 private:
  const std::string file_;
  const std::unique_ptr<FileBytes> bytes_;
  const calendar::TimeZone zone_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_json_array(const std::string& file, const TableOptions& options) {
  return std::make_unique<JsonArraySource>(file, TRY(FileBytes::open(file)), options.time_zone);
}

}  // namespace bellwether::importer
