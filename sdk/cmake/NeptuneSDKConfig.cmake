# find_package(NeptuneSDK): gives neptune_sdk_program. Needs clang-19, lld-19 and, for libc++'s headers, libc++-19-dev.
include_guard(GLOBAL)
get_filename_component(NEPTUNE_SDK ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
include(${CMAKE_CURRENT_LIST_DIR}/target.cmake)

# Without the toolchain file: a project that has no language yet, project(NAME LANGUAGES NONE), gets clang here.
if(NOT CMAKE_TOOLCHAIN_FILE AND NOT CMAKE_C_COMPILER AND NOT CMAKE_CXX_COMPILER)
  set(CMAKE_C_COMPILER clang-19)
  set(CMAKE_CXX_COMPILER clang++-19)
  set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
  enable_language(C CXX)
endif()

# neptune_sdk_program(NAME source...): a native program NAME (a file name such as hello.exe) for Neptune OS. It starts at
# main(int, char **), arguments in UTF-8, or at NtProcessStartup(PPEB) when the sources define that.
function(neptune_sdk_program name)
  foreach(language C CXX)
    if(CMAKE_${language}_COMPILER_ID AND NOT CMAKE_${language}_COMPILER_ID STREQUAL "Clang")
      message(FATAL_ERROR "NeptuneSDK needs clang, this project uses ${CMAKE_${language}_COMPILER}: configure with "
        "-DCMAKE_TOOLCHAIN_FILE=${NEPTUNE_SDK}/neptune.cmake")
    endif()
  endforeach()
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
