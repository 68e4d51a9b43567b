#pragma once

#include <string_view>

namespace bellwether::ingestion {

/// Whether an id is one of those that programs send by mistake when they do not know who it is: "undefined", "null",
/// "0", …, in any case. Mixpanel refuses them (contract: disallowed distinct ids). Taken for a person's id they would
/// make one person of all. The empty id is no mistake: it says that nobody did it.
bool means_nobody(std::string_view id);

}  // namespace bellwether::ingestion
