#include "events/impl/chdb_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

namespace bellwether::events::impl {

namespace {

template <typename Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

}  // namespace

Result<ChdbLibrary> ChdbLibrary::open(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return fail(fmt::format("the event engine cannot be loaded: {}", dlerror()));
  ChdbLibrary found;
  void (*set_signal_handlers)(bool enabled) = nullptr;
  const bool complete =
      find(library, "chdb_connect", found.connect) && find(library, "chdb_close_conn", found.close) &&
      find(library, "chdb_query_with_params_n", found.query) &&
      find(library, "chdb_stream_query_with_params_n", found.stream) &&
      find(library, "chdb_stream_fetch_result", found.fetch) &&
      find(library, "chdb_stream_cancel_query", found.cancel) &&
      find(library, "chdb_result_buffer", found.buffer) &&
      find(library, "chdb_result_length", found.length) && find(library, "chdb_result_error", found.error) &&
      find(library, "chdb_destroy_query_result", found.destroy) &&
      find(library, "chdb_set_signal_handlers_enabled", set_signal_handlers);
  if (!complete) return fail(fmt::format("{} is not chDB 26.5 or newer: {}", path, dlerror()));
  set_signal_handlers(false);  // signals are ours
  return found;
}

}  // namespace bellwether::events::impl
