# What building a driver means, in the tree (cmake/driver.cmake) and out of it (NeptuneSDKConfig.cmake).

# As the WDK's projects define them; the driver's sources need no -D of their own.
set(NEPTUNE_DRIVER_DEFINES _KERNEL_MODE=1 WIN32=100 CONDITION_HANDLING=1 STD_CALL WINNT=1 _WIN32_WINNT=0x0A00 WINVER=0x0A00
  NTDDI_VERSION=0x0A000008 DEPRECATE_DDK_FUNCTIONS=1 UNICODE _UNICODE)
# -ffreestanding turns unwind data off, which SEH needs. Microsoft's compiler has no strict aliasing, and knows
# #pragma warning, alloc_text and their like; a header in another letter case is no mistake here. -fasync-exceptions: the fault
# of a plain load or store inside __try is caught there, not those of calls alone.
set(NEPTUNE_DRIVER_OPTIONS -ffreestanding -nostdlibinc -fms-extensions -fms-compatibility -fasync-exceptions
  -fasynchronous-unwind-tables -mcx16
  -fstack-protector-strong -fno-strict-aliasing -ffunction-sections -fdata-sections -fno-ident
  -Wno-nonportable-include-path -Wno-unknown-pragmas -Wno-ignored-pragmas -Wno-ignored-pragma-intrinsic -Wno-pragma-pack -Wno-multichar -Wno-four-char-constants -Wno-invalid-token-paste)

# neptune_driver_overlay(NAME out dirs...): a file for -ivfsoverlay that lets the headers of these folders be
# found in any letter case. `out` is set to its path.
function(neptune_driver_overlay name out)
  set(text "{ 'version': 0, 'case-sensitive': 'false', 'roots': [\n")
  set(dirs ${ARGN})
  list(REMOVE_DUPLICATES dirs)
  foreach(dir IN LISTS dirs)
    file(GLOB headers CONFIGURE_DEPENDS ${dir}/*.h ${dir}/*.H ${dir}/*.hpp ${dir}/*.inc ${dir}/*.inl ${dir}/*.c ${dir}/*.cpp)
    if(NOT headers)
      continue()
    endif()
    string(APPEND text "  { 'type': 'directory', 'name': '${dir}', 'contents': [\n")
    foreach(header IN LISTS headers)
      cmake_path(GET header FILENAME file)
      string(APPEND text "    { 'type': 'file', 'name': '${file}', 'external-contents': '${header}' },\n")
    endforeach()
    string(APPEND text "  ] },\n")
  endforeach()
  string(APPEND text "] }\n")
  set(file ${CMAKE_CURRENT_BINARY_DIR}/${name}.headers.yaml)
  file(CONFIGURE OUTPUT ${file} CONTENT "${text}" @ONLY)
  set(${out} ${file} PARENT_SCOPE)
endfunction()

# neptune_driver_folders(out SOURCES file... INCLUDE dir...): the folders whose headers a driver may mean: those of its sources, its
# include folders, and everything below the current folder.
function(neptune_driver_folders out)
  cmake_parse_arguments(ARG "" "" "SOURCES;INCLUDE" ${ARGN})
  set(dirs)
  foreach(source IN LISTS ARG_SOURCES)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    cmake_path(GET source PARENT_PATH dir)
    list(APPEND dirs ${dir})
  endforeach()
  foreach(dir IN LISTS ARG_INCLUDE)
    cmake_path(ABSOLUTE_PATH dir BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    list(APPEND dirs ${dir})
  endforeach()
  file(GLOB_RECURSE below ${CMAKE_CURRENT_SOURCE_DIR}/*.h ${CMAKE_CURRENT_SOURCE_DIR}/*.H)
  foreach(header IN LISTS below)
    cmake_path(GET header PARENT_PATH dir)
    list(APPEND dirs ${dir})
  endforeach()
  list(REMOVE_DUPLICATES dirs)
  set(${out} ${dirs} PARENT_SCOPE)
endfunction()
