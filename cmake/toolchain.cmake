# How everything is compiled: warnings, sanitizers, and what makes the build quick where it is there.

add_library(bellwether_flags INTERFACE)
target_compile_options(bellwether_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Werror)
# As librsvg's own flags have it: what uses a precompiled header is compiled with the same flags.
target_compile_options(bellwether_flags INTERFACE -pthread)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 suspects every std::optional that it inlines, the copying of short strings, and designated initializers that
  # leave fields at their defaults, which is what they are for.
  target_compile_options(bellwether_flags INTERFACE -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow
                                                    -Wno-stringop-overread -Wno-restrict -Wno-missing-field-initializers)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # GCC 12's library uses what it has itself deprecated (std::stable_sort's buffer).
  target_compile_options(bellwether_flags INTERFACE -Wno-missing-field-initializers -Wno-deprecated-declarations)
endif()
if(BELLWETHER_SANITIZE)
  set(sanitize -fsanitize=${BELLWETHER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_compile_options(bellwether_flags INTERFACE ${sanitize})
  target_link_options(bellwether_flags INTERFACE ${sanitize})
  if(BELLWETHER_SANITIZE STREQUAL "thread")
    # GCC's ThreadSanitizer does not understand fences; Asio's other locks order the same accesses.
    target_compile_definitions(bellwether_flags INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
    target_compile_options(bellwether_flags INTERFACE -Wno-tsan)
  endif()
endif()

# Hardening: it turns a fault in memory into an end of the process instead of an attacker's tool. Flags that a target's
# processor does not have are left out; _FORTIFY_SOURCE needs an optimised build. tests/system/hardening.test.mjs reads
# the result from the binary.
include(CheckCXXCompilerFlag)
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection)
  string(MAKE_C_IDENTIFIER "takes${flag}" takes)
  check_cxx_compiler_flag(${flag} ${takes})
  if(${takes})
    target_compile_options(bellwether_flags INTERFACE ${flag})
  endif()
endforeach()
target_compile_definitions(bellwether_flags INTERFACE _GLIBCXX_ASSERTIONS)
if(NOT BELLWETHER_SANITIZE)
  # Not in a target that is sanitized by itself (tests/sanitized).
  set(fortified $<AND:$<CONFIG:RelWithDebInfo,Release>,$<NOT:$<BOOL:$<TARGET_PROPERTY:SANITIZED>>>>)
  target_compile_options(bellwether_flags INTERFACE $<${fortified}:-U_FORTIFY_SOURCE$<SEMICOLON>-D_FORTIFY_SOURCE=2>)
endif()
target_link_options(bellwether_flags INTERFACE -Wl,-z,relro,-z,now)

if(BELLWETHER_FUZZ AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(bellwether_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(ccache ccache)
if(ccache)
  # Without these it compiles anew whatever uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${ccache})
endif()
find_program(mold mold)
if(mold)
  add_link_options(-fuse-ld=mold)
endif()
