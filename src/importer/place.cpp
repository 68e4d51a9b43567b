#include "importer/place.hpp"

namespace bellwether::importer {

Result<void> check_unchanged(const Place& found, const Place& imported) {
  if (imported.bytes == 0) return {};
  // Version 0.1 noted no digest.
  const bool same = imported.digest == 0 || found.digest == imported.digest;
  if (same && found.bytes == imported.bytes) return {};
  return fail(
      "the file is not the one of which a part was imported; to import this one from its start, delete the .import file beside it");
}

}  // namespace bellwether::importer
