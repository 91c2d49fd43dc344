# Drivers of the tree. sdk/cmake/driver.cmake holds what is the same for drivers out of the tree.
include(${CMAKE_CURRENT_LIST_DIR}/../sdk/cmake/driver.cmake)

# neptune_add_driver(NAME SOURCES file... [DATABASE file.reg] [DEF file] [INCLUDE dir...] [LIBS lib...] [IMPORTS driver...]
#   [TEST])
# NAME.sys in ${NEPTUNE_PE_DIR} and in \System32\drivers of the boot volume; DATABASE is text for the boot hive. With DEF the driver
# exports routines, and others import them by IMPORTS NAME. LIBS as with neptune_add_pe. TEST: not in the image; boot tests put it there.
function(neptune_add_driver name)
  cmake_parse_arguments(ARG "TEST" "DATABASE;DEF" "SOURCES;INCLUDE;LIBS;IMPORTS" ${ARGN})
  set(target ${name}.sys)
  set(export)
  if(ARG_DEF)
    cmake_path(ABSOLUTE_PATH ARG_DEF BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    neptune_import_library(${name} DEF ${ARG_DEF})
    set(export DEF ${ARG_DEF})
  endif()
  neptune_add_pe(${target} DRIVER ENTRY GsDriverEntry ${export} SOURCES ${ARG_SOURCES}
    LIBS wdk wdk_start ${ARG_LIBS} crt IMPORTS wdk_ntoskrnl wdk_hal ${ARG_IMPORTS})
  neptune_driver_folders(folders SOURCES ${ARG_SOURCES} INCLUDE ${ARG_INCLUDE})
  neptune_driver_overlay(${target} overlay ${folders} ${CMAKE_SOURCE_DIR}/sdk/wdk/include)
  target_compile_definitions(${target} PRIVATE ${NEPTUNE_DRIVER_DEFINES} $<IF:$<BOOL:${NEPTUNE_DEBUG}>,DBG=1,DBG=0>)
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:C,CXX>:${NEPTUNE_DRIVER_OPTIONS}>"
    "$<$<COMPILE_LANGUAGE:C,CXX>:-ivfsoverlay;${overlay}>")
  foreach(dir IN LISTS ARG_INCLUDE)
    target_include_directories(${target} PRIVATE ${dir})
  endforeach()
  if(ARG_TEST)
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY NEPTUNE_DRIVERS ${target})
  if(ARG_DATABASE)
    cmake_path(ABSOLUTE_PATH ARG_DATABASE BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    set_property(GLOBAL APPEND PROPERTY NEPTUNE_DRIVER_DATABASES ${ARG_DATABASE})
  endif()
endfunction()
