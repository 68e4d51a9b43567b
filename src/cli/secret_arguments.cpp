#include "cli/secret_arguments.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace bellwether::cli {

void hide_secrets(int argc, char** argv) {
  constexpr std::array<std::string_view, 3> kSecrets{"--token", "--secret", "--password"};
  const auto hide = [](char* from) { std::memset(from, '*', std::strlen(from)); };
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument(argv[i]);
    const std::size_t equals = argument.find('=');
    if (std::ranges::find(kSecrets, argument.substr(0, equals)) == kSecrets.end()) continue;
    if (equals != std::string_view::npos) {
      hide(argv[i] + equals + 1);
    } else if (i + 1 < argc) {
      hide(argv[++i]);
    }
  }
}

}  // namespace bellwether::cli
