#include "base/csv.hpp"

#include "base/encoding.hpp"

namespace bellwether {

namespace {

bool is_formula(std::string_view text) {
  if (text.empty() || std::string_view("=+-@\t\r").find(text[0]) == std::string_view::npos) return false;
  const bool has_sign = text[0] == '+' || text[0] == '-';
  return !(has_sign && text.size() > 1 && text[1] != '-' && parse_number(text.substr(1)));
}

}  // namespace

void append_sheet_field(std::string& out, std::string_view text) {
  append_csv_field(out, is_formula(text) ? "'" + std::string(text) : std::string(text));
}

}  // namespace bellwether
