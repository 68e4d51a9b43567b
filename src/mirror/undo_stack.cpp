#include "mirror/undo_stack.hpp"

#include <charconv>

#include <fmt/format.h>

#include "storage/database.hpp"

namespace bellwether::mirror {

namespace {

[[noreturn]] void fail_damaged() {
  throw storage::StorageError(storage::StorageError::Kind::kOther, "a stored undo is damaged");
}

/// Takes one piece after the other from the front.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  std::int64_t integer() {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (error != std::errc()) fail_damaged();
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return number;
  }
  char letter() { return bytes(1).front(); }
  std::string_view bytes(std::size_t count) {
    if (rest_.size() < count) fail_damaged();
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  void expect(char c) {
    if (letter() != c) fail_damaged();
  }

 private:
  std::string_view rest_;
};

Undo read_entry(Reader& reader) {
  Undo undo;
  undo.session_ref = reader.integer();
  undo.change = static_cast<feed::Kind>(reader.letter());
  const std::int64_t changed_by = reader.integer();
  if (changed_by == 0) {
    reader.expect(';');
    return undo;
  }
  reader.expect(',');
  MemberState prior;
  prior.session_ref = changed_by;
  prior.entered_at = reader.integer();
  reader.expect(',');
  const std::int64_t size = reader.integer();
  if (size < 0) fail_damaged();
  reader.expect(';');
  prior.properties = reader.bytes(static_cast<std::size_t>(size));
  undo.prior = std::move(prior);
  return undo;
}

}  // namespace

std::string encode_undo_stack(const std::vector<Undo>& stack) {
  std::string text;
  for (const Undo& undo : stack) {
    text += fmt::format("{}{}", undo.session_ref, static_cast<char>(undo.change));
    if (!undo.prior) {
      text += "0;";
      continue;
    }
    text += fmt::format("{},{},{};{}", undo.prior->session_ref, undo.prior->entered_at,
                        undo.prior->properties.size(), undo.prior->properties);
  }
  return text;
}

std::vector<Undo> decode_undo_stack(std::string_view text) {
  std::vector<Undo> stack;
  Reader reader(text);
  while (!reader.at_end()) stack.push_back(read_entry(reader));
  return stack;
}

}  // namespace bellwether::mirror
