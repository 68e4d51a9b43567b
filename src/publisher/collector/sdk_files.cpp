#include "publisher/collector/sdk_files.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include <fmt/format.h>

namespace bellwether::publisher {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxBytes = 4UL << 20U;

std::string read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  return std::move(content).str();
}

}  // namespace

Result<SdkFiles> SdkFiles::load(const std::string& folder) {
  SdkFiles sdk;
  if (folder.empty()) return sdk;
  std::error_code failed;
  for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    if (!at->is_regular_file() || at->path().extension() != ".js" || at->file_size() > kMaxBytes) continue;
    std::string content = read(at->path());
    std::string tag = fmt::format("\"{:x}\"", std::hash<std::string>()(content));
    sdk.files_.emplace("/libs/" + at->path().filename().string(), File{std::move(content), std::move(tag)});
  }
  if (failed)
    return fail(fmt::format("collector.serve_sdk: {} cannot be read: {}", folder, failed.message()));
  const auto small = sdk.files_.find("/libs/mixpanel.min.js");
  if (small == sdk.files_.end()) {
    return fail(
        fmt::format("collector.serve_sdk: {} does not hold mixpanel.min.js; give the folder dist of the npm "
                    "package mixpanel-browser",
                    folder));
  }
  sdk.files_.emplace("/lib.min.js", small->second);
  const auto readable = sdk.files_.find("/libs/mixpanel.globals.js");
  if (readable != sdk.files_.end()) sdk.files_.emplace("/lib.js", readable->second);
  return sdk;
}

std::optional<net::Response> SdkFiles::find(const net::RequestHead& request) const {
  const auto found = files_.find(request.path);
  if (found == files_.end()) return std::nullopt;
  net::Response response{.content_type = "text/javascript; charset=utf-8"};
  response.headers.push_back({"ETag", found->second.tag});
  response.headers.push_back({"Cache-Control", "public, max-age=3600"});
  if (request.header("If-None-Match") == found->second.tag) {
    response.status = 304;
  } else {
    response.body = found->second.content;
  }
  return response;
}

}  // namespace bellwether::publisher
