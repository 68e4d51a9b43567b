# bellwether_module(NAME USES module… PRIVATE library…)
# One folder of src/ as one target, and tests/unit/NAME as a test program of its own, linked to this module and to
# those in USES alone. USES names the modules below it whose headers it includes: tools/check_modules.mjs compares the
# two, exactly.
function(bellwether_module name)
  cmake_parse_arguments(module "" "" "USES;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  add_library(bellwether_${name} STATIC ${sources})
  target_include_directories(bellwether_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_precompile_headers(bellwether_${name} REUSE_FROM bellwether_precompiled)
  list(TRANSFORM module_USES PREPEND bellwether_)
  target_link_libraries(bellwether_${name} PUBLIC ${module_USES} PRIVATE bellwether_flags ${module_PRIVATE})
endfunction()
