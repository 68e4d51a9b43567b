#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mirror/resolve.hpp"

/// How `Undo::below` is stored, in the column undo.below. Most are empty; then so is the text. One entry is
///
///     17+0;            session 17 made the member enter: there was none before
///     17~5,1790,12;{}…  session 17 updated the member; before, session 5 had changed it last, it had entered at 1790
///                       (Unix ms), and the 12 bytes after the semicolon are its properties
namespace bellwether::mirror {

std::string encode_undo_stack(const std::vector<Undo>& stack);
/// Throws StorageError for what was not encoded here: the file is damaged.
std::vector<Undo> decode_undo_stack(std::string_view text);

}  // namespace bellwether::mirror
