#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/http.hpp"

namespace bellwether::publisher {

/// Mixpanel's browser SDK, served to pages so that they load nothing from elsewhere:
///
///     /lib.min.js, /lib.js   the SDK, as Mixpanel's snippet loads it (MIXPANEL_CUSTOM_LIB_URL)
///     /libs/NAME.js          every script of the package (`lib_base_path`)
///
/// Read once; thread-safe.
class SdkFiles {
 public:
  /// `folder` is the `dist` folder of the npm package mixpanel-browser; empty: nothing is served. Fails when it does
  /// not hold the SDK.
  static Result<SdkFiles> load(const std::string& folder);

  /// No value for paths that are no script's.
  std::optional<net::Response> find(const net::RequestHead& request) const;
  bool has(std::string_view path) const { return files_.contains(path); }

 private:
  struct File {
    std::string content;
    std::string tag;
  };
  std::map<std::string, File, std::less<>> files_;  ///< by path
};

}  // namespace bellwether::publisher
