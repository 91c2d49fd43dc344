# find_package(NeptuneSDK): gives neptune_sdk_program and neptune_add_driver. Needs clang-19, lld-19 and, for libc++'s headers, libc++-19-dev.
include_guard(GLOBAL)
get_filename_component(NEPTUNE_SDK ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
include(${CMAKE_CURRENT_LIST_DIR}/target.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/driver.cmake)

# Without the toolchain file: a project that has no language yet, project(NAME LANGUAGES NONE), gets clang here.
if(NOT CMAKE_TOOLCHAIN_FILE AND NOT CMAKE_C_COMPILER AND NOT CMAKE_CXX_COMPILER)
  set(CMAKE_C_COMPILER clang-19)
  set(CMAKE_CXX_COMPILER clang++-19)
  set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
  enable_language(C CXX)
endif()

function(neptune_sdk_need_clang)
  foreach(language C CXX)
    if(CMAKE_${language}_COMPILER_ID AND NOT CMAKE_${language}_COMPILER_ID STREQUAL "Clang")
      message(FATAL_ERROR "NeptuneSDK needs clang, this project uses ${CMAKE_${language}_COMPILER}: configure with "
        "-DCMAKE_TOOLCHAIN_FILE=${NEPTUNE_SDK}/neptune.cmake")
    endif()
  endforeach()
endfunction()

# neptune_sdk_program(NAME source...): a native program NAME (a file name such as hello.exe) for Neptune OS. It starts at
# main(int, char **), arguments in UTF-8, or at NtProcessStartup(PPEB) when the sources define that.
function(neptune_sdk_program name)
  neptune_sdk_need_clang()
  add_executable(${name} ${ARGN})
  target_compile_options(${name} PRIVATE --target=${NEPTUNE_SDK_TRIPLE} -ffreestanding -nostdlibinc -fms-extensions
    -fno-stack-protector -fasynchronous-unwind-tables -mcx16 -ffunction-sections -fdata-sections -O2
    "$<$<COMPILE_LANGUAGE:CXX>:-std=c++23;-fno-exceptions;-fno-rtti;-fno-threadsafe-statics;-nostdinc++>"
    "$<$<COMPILE_LANGUAGE:CXX>:-D_LIBCPP_NO_VCRUNTIME>"
    "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-isystem ${NEPTUNE_SDK}/include/libcxx-config>"
    "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-isystem /usr/lib/llvm-19/include/c++/v1>"
    "SHELL:-isystem ${NEPTUNE_SDK}/include/crt" "SHELL:-isystem ${NEPTUNE_SDK}/include")
  # /filealign is the page: the boot volume's pages are the program's pages.
  target_link_options(${name} PRIVATE --target=${NEPTUNE_SDK_TRIPLE} -fuse-ld=lld -nostdlib
    -Wl,/nodefaultlib,/subsystem:native,/entry:NtProcessStartup,/machine:${NEPTUNE_SDK_MACHINE}
    -Wl,/dynamicbase,/filealign:4096,/Brepro)
  target_link_libraries(${name} PRIVATE ${NEPTUNE_SDK}/lib/neptune_start.lib ${NEPTUNE_SDK}/lib/ntdll.lib)
  set_target_properties(${name} PROPERTIES SUFFIX "")
endfunction()

# neptune_add_driver(NAME SOURCES file... [DATABASE file.reg] [DEF file] [INCLUDE dir...] [LIBS lib...] [IMPORTS driver...])
# A driver NAME.sys from C or C++ sources written for the Windows driver kit; no -D is needed. Headers are found in any letter case.
# DEF: the driver exports routines, which others import by IMPORTS NAME. LIBS are given to the linker. DATABASE, text for the
# boot hive, is copied beside NAME.sys as NAME.reg, where the image's build looks for it.
function(neptune_add_driver name)
  cmake_parse_arguments(ARG "" "DATABASE;DEF" "SOURCES;INCLUDE;LIBS;IMPORTS" ${ARGN})
  neptune_sdk_need_clang()
  set(target ${name}.sys)
  add_executable(${target} ${ARG_SOURCES})
  neptune_driver_folders(folders SOURCES ${ARG_SOURCES} INCLUDE ${ARG_INCLUDE})
  neptune_driver_overlay(${target} overlay ${folders} ${NEPTUNE_SDK}/driver/include)
  target_compile_definitions(${target} PRIVATE ${NEPTUNE_DRIVER_DEFINES} $<IF:$<CONFIG:Debug>,DBG=1,DBG=0>)
  target_compile_options(${target} PRIVATE --target=${NEPTUNE_SDK_TRIPLE} ${NEPTUNE_DRIVER_OPTIONS} -O2 -g -gdwarf-4
    "SHELL:-ivfsoverlay ${overlay}"
    "$<$<COMPILE_LANGUAGE:C>:-std=gnu17>"
    "$<$<COMPILE_LANGUAGE:CXX>:-std=gnu++20;-fno-exceptions;-fno-rtti;-fno-threadsafe-statics;-nostdinc++>"
    "$<$<COMPILE_LANGUAGE:CXX>:-D_LIBCPP_NO_VCRUNTIME>")
  foreach(dir IN LISTS ARG_INCLUDE)
    target_include_directories(${target} PRIVATE ${dir})
  endforeach()
  target_compile_options(${target} PRIVATE "SHELL:-isystem ${NEPTUNE_SDK}/driver/include"
    "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-isystem ${NEPTUNE_SDK}/include/libcxx-config>"
    "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-isystem /usr/lib/llvm-19/include/c++/v1>"
    "SHELL:-isystem ${NEPTUNE_SDK}/include/crt" "SHELL:-isystem ${NEPTUNE_SDK}/include")
  target_link_options(${target} PRIVATE --target=${NEPTUNE_SDK_TRIPLE} -fuse-ld=lld -nostdlib
    -Wl,/nodefaultlib,/subsystem:native,/driver,/entry:GsDriverEntry,/machine:${NEPTUNE_SDK_MACHINE}
    -Wl,/dynamicbase,/filealign:4096,/Brepro,/debug:dwarf)
  if(ARG_DEF)
    cmake_path(ABSOLUTE_PATH ARG_DEF BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_options(${target} PRIVATE -Wl,/def:${ARG_DEF},/implib:${CMAKE_BINARY_DIR}/${name}.lib)
  endif()
  target_link_libraries(${target} PRIVATE ${NEPTUNE_SDK}/lib/neptune_driver.lib ${NEPTUNE_SDK}/lib/ntoskrnl.lib
    ${NEPTUNE_SDK}/lib/hal.lib ${ARG_LIBS})
  foreach(other IN LISTS ARG_IMPORTS)
    add_dependencies(${target} ${other}.sys)
    # An option, not a library: ninja knows no rule for the file, which the link of the other driver leaves there.
    target_link_options(${target} PRIVATE ${CMAKE_BINARY_DIR}/${other}.lib)
  endforeach()
  set_target_properties(${target} PROPERTIES SUFFIX "")
  if(ARG_DATABASE)
    configure_file(${ARG_DATABASE} ${name}.reg COPYONLY)
  endif()
endfunction()
