# Debian's packages (tools/packages.txt); every make target installs those that it needs. Their headers count as system headers: no warnings from them.

find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL 7.85 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(date REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(RSVG REQUIRED IMPORTED_TARGET librsvg-2.0)
if(BELLWETHER_TESTS AND NOT BELLWETHER_FUZZ)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
endif()

# Asio's and Beast's header-only code, compiled once for all (src/net/beast_library.cpp).
add_library(bellwether_beast INTERFACE)
target_compile_definitions(bellwether_beast INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                                                      BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(bellwether_beast INTERFACE Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
