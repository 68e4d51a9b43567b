#include "unit/net/changing_name.hpp"

#include <algorithm>
#include <mutex>

#include <dlfcn.h>
#include <netdb.h>

namespace bellwether::testing {

namespace {

std::mutex mutex;
std::string changing;
std::vector<std::string> answers;

/// The address that the name has now; the name itself when it is not the changing one.
std::string answer_for(const char* name) {
  const std::scoped_lock lock(mutex);
  if (name == nullptr || changing.empty() || changing != name) return name == nullptr ? "" : name;
  std::string answer = answers.front();
  if (answers.size() > 1) answers.erase(answers.begin());
  return answer;
}

}  // namespace

ChangingName::ChangingName(const std::string& name, const std::vector<std::string>& addresses) {
  const std::scoped_lock lock(mutex);
  changing = name;
  answers = addresses;
}

ChangingName::~ChangingName() {
  const std::scoped_lock lock(mutex);
  changing.clear();
}

}  // namespace bellwether::testing

/// Stands before the C library's, for everything in this program.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** found) {
  using Resolve = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto kNext = reinterpret_cast<Resolve>(dlsym(RTLD_NEXT, "getaddrinfo"));
  const std::string answer = bellwether::testing::answer_for(name);
  return kNext(name == nullptr ? nullptr : answer.c_str(), service, hints, found);
}
