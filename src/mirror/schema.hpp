#pragma once

namespace bellwether::mirror {

/// The mirror's tables, with what each column means: people open the file with tools that they know.
extern const char* const kSchema;

}  // namespace bellwether::mirror
