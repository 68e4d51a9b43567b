# bellwether_room(NAME USES room… PRIVATE library…)
# One folder of src/ as one target. USES names the rooms below it whose headers it includes; a room that is
# not named there cannot be linked, so the lists are the architecture's proof. Libraries stay private: no
# header of ours includes theirs.
function(bellwether_room name)
  cmake_parse_arguments(room "" "" "USES;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  add_library(bellwether_${name} STATIC ${sources})
  target_include_directories(bellwether_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM room_USES PREPEND bellwether_)
  target_link_libraries(bellwether_${name} PUBLIC ${room_USES} PRIVATE bellwether_flags ${room_PRIVATE})
endfunction()
