#include "sync/page_file.hpp"

#include <array>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace bellwether::sync {

namespace {

constexpr std::uint64_t kMark = 0x3173656761706c62;  // "blpages1"
constexpr std::size_t kNumberBytes = sizeof(std::uint64_t);

void write_number(std::ofstream& stream, std::uint64_t number) {
  std::array<char, kNumberBytes> bytes{};
  for (std::size_t i = 0; i < kNumberBytes; ++i) bytes[i] = static_cast<char>(number >> (8 * i) & 0xffU);
  stream.write(bytes.data(), bytes.size());
}

std::uint64_t read_number(std::ifstream& stream) {
  std::array<char, kNumberBytes> bytes{};
  stream.read(bytes.data(), bytes.size());
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < kNumberBytes; ++i)
    number |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return number;
}

Result<void> sync_to_disk(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  if (!synced) return fail(fmt::format("{} cannot be written to the disk", path));
  return {};
}

}  // namespace

PageFileWriter::PageFileWriter(const std::string& path, std::uint32_t page_members)
    : path_(path), page_members_(page_members), stream_(path, std::ios::binary | std::ios::trunc) {}

void PageFileWriter::begin_page() {
  offsets_.push_back(offset_);
  page_.assign(1, '[');
  on_page_ = 0;
  action_has_page_ = true;
}

void PageFileWriter::end_page() {
  page_ += ']';
  stream_.write(page_.data(), static_cast<std::streamsize>(page_.size()));
  offset_ += page_.size();
  page_.clear();
}

void PageFileWriter::add(std::string_view member) {
  if (!page_.empty() && on_page_ == page_members_) end_page();
  if (page_.empty()) begin_page();
  if (on_page_ > 0) page_ += ',';
  page_ += member;
  ++on_page_;
}

void PageFileWriter::end_action() {
  if (!action_has_page_) begin_page();
  if (!page_.empty()) end_page();
  action_has_page_ = false;
}

Result<void> PageFileWriter::finish() {
  offsets_.push_back(offset_);
  for (const std::uint64_t offset : offsets_) write_number(stream_, offset);
  write_number(stream_, offsets_.size() - 1);
  write_number(stream_, kMark);
  stream_.close();
  if (!stream_) return fail(fmt::format("{} cannot be written; is there room on the disk?", path_));
  if (auto synced = sync_to_disk(path_); !synced) return synced;
  return sync_to_disk(std::filesystem::path(path_).parent_path().string());
}

Result<PageFile> PageFile::open(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  const auto broken = [&] { return fail(fmt::format("the pages in {} are not all there any more", path)); };
  stream.seekg(-static_cast<std::streamoff>(2 * kNumberBytes), std::ios::end);
  if (!stream) return broken();
  const std::uint64_t pages = read_number(stream);
  const bool marked = read_number(stream) == kMark;
  std::error_code missing;
  const std::uint64_t size = std::filesystem::file_size(path, missing);
  if (!stream || !marked || missing || pages > size / kNumberBytes) return broken();
  stream.seekg(-static_cast<std::streamoff>((pages + 3) * kNumberBytes), std::ios::end);
  std::vector<std::uint64_t> offsets(pages + 1);
  for (std::uint64_t& offset : offsets) offset = read_number(stream);
  if (!stream) return broken();
  return PageFile(path, std::move(stream), std::move(offsets));
}

Result<std::string> PageFile::read(std::uint32_t page) {
  if (page < 1 || page > pages()) return fail(fmt::format("{} has no page {}", path_, page));
  std::string members;
  stream_.seekg(static_cast<std::streamoff>(offsets_[page - 1]));
  members.resize_and_overwrite(offsets_[page] - offsets_[page - 1], [&](char* place, std::size_t size) {
    stream_.read(place, static_cast<std::streamsize>(size));
    return static_cast<std::size_t>(stream_.gcount());
  });
  if (!stream_) return fail(fmt::format("{} cannot be read", path_));
  return members;
}

}  // namespace bellwether::sync
