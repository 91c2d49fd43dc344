# The four flavours of code and the flags of each: kernel, executive (ELF, freestanding), pe (programs, DLLs, drivers)
# and host (tools and tests, under ASan and UBSan for the libraries' tests).

set(NEPTUNE_ARCH amd64 CACHE STRING "Target architecture: amd64 or i386")
set(NEPTUNE_LLVM /usr/lib/llvm-19/bin)
set(NEPTUNE_LIBCXX /usr/lib/llvm-19/include/c++/v1)
set(NEPTUNE_PE_DIR ${CMAKE_BINARY_DIR}/pe)
set(NEPTUNE_IMPORT_DIR ${CMAKE_BINARY_DIR}/lib)
# Not "tools": the folders of the build tree are there.
set(NEPTUNE_TOOL_DIR ${CMAKE_BINARY_DIR}/bin)
set(NEPTUNE_IMAGE_DIR ${CMAKE_BINARY_DIR}/images)
set(NEPTUNE_GENERATED_DIR ${CMAKE_BINARY_DIR}/generated)

# Boost.Intrusive without the rest of the host's /usr/include.
set(NEPTUNE_BOOST ${CMAKE_BINARY_DIR}/boost)
file(MAKE_DIRECTORY ${NEPTUNE_BOOST} ${NEPTUNE_IMPORT_DIR} ${NEPTUNE_IMAGE_DIR} ${NEPTUNE_GENERATED_DIR})
file(CREATE_LINK /usr/include/boost ${NEPTUNE_BOOST}/boost SYMBOLIC)

if(NEPTUNE_ARCH STREQUAL "amd64")
  set(NEPTUNE_ELF_TRIPLE x86_64-unknown-none-elf)
  set(NEPTUNE_PE_TRIPLE x86_64-pc-windows-msvc)
  set(NEPTUNE_PE_MACHINE x64)
  set(NEPTUNE_SEL4_ARCH x86_64)
else()
  message(FATAL_ERROR "NEPTUNE_ARCH=${NEPTUNE_ARCH} is not supported: amd64 is")
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(NEPTUNE_DEBUG ON)
  set(NEPTUNE_OPTIMISE -O1 -g -gdwarf-4 -DNEPTUNE_DEBUG=1)
else()
  set(NEPTUNE_DEBUG OFF)
  set(NEPTUNE_OPTIMISE -O2 -g -gdwarf-4 -DNEPTUNE_DEBUG=0)
endif()
# Our own -O and -g are the whole truth; CMake's per-configuration flags (with -DNDEBUG) stay out.
foreach(language C CXX ASM)
  foreach(config DEBUG RELEASE)
    set(CMAKE_${language}_FLAGS_${config} "")
  endforeach()
endforeach()

set(NEPTUNE_WARNINGS -Wall -Wextra -Wconversion -Wshadow -Wswitch -Wthread-safety -Werror)
set(NEPTUNE_COMMON ${NEPTUNE_OPTIMISE} ${NEPTUNE_WARNINGS} -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.
  -fno-omit-frame-pointer -ffunction-sections -fdata-sections)
if(NOT NEPTUNE_DEBUG)
  list(REMOVE_ITEM NEPTUNE_COMMON -fno-omit-frame-pointer)
endif()
set(NEPTUNE_FREESTANDING -ffreestanding -nostdlibinc)
set(NEPTUNE_CXX -std=c++23 -fno-exceptions -fno-rtti)
set(NEPTUNE_FREESTANDING_CXX ${NEPTUNE_CXX} -fno-threadsafe-statics -fno-c++-static-destructors -nostdinc++
  "SHELL:-isystem ${CMAKE_SOURCE_DIR}/lib/crt/config" "SHELL:-isystem ${NEPTUNE_LIBCXX}")

# Frame sizes are limited where stacks are small and fixed.
set(NEPTUNE_FLAGS_kernel --target=${NEPTUNE_ELF_TRIPLE} -mno-red-zone -mcmodel=kernel -mno-sse -mno-sse2 -mno-mmx
  -fno-pic -fno-stack-protector -Wframe-larger-than=2048)
set(NEPTUNE_FLAGS_executive --target=${NEPTUNE_ELF_TRIPLE} -mno-sse -mno-sse2 -mno-mmx -fno-pic
  -fstack-protector-strong -mstack-protector-guard=global -ftrivial-auto-var-init=zero -Wframe-larger-than=4096)
# A program that needs no SSE of its own saves the kernel an FXSAVE only if the compiler does not use it either, but
# Win64 passes floating point in XMM: programs keep the full instruction set.
# -ffreestanding turns unwind data off, which exceptions need.
set(NEPTUNE_FLAGS_pe --target=${NEPTUNE_PE_TRIPLE} -fms-extensions -fno-stack-protector -fasynchronous-unwind-tables -fno-ident -mcx16)

# neptune_apply_flavour(TARGET kernel|executive|pe|host): flags and include paths of one flavour.
function(neptune_apply_flavour target flavour)
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:C,CXX>:${NEPTUNE_COMMON}>")
  if(flavour STREQUAL "host")
    target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:${NEPTUNE_CXX};-stdlib=libc++>"
      -fsanitize=address,undefined -fno-sanitize-recover=all -DNEPTUNE_HOST=1)
    return()
  endif()
  target_compile_options(${target} PRIVATE ${NEPTUNE_FREESTANDING} ${NEPTUNE_FLAGS_${flavour}}
    "$<$<COMPILE_LANGUAGE:CXX>:${NEPTUNE_FREESTANDING_CXX}>"
    "SHELL:-isystem ${CMAKE_SOURCE_DIR}/lib/crt/include" "SHELL:-isystem ${NEPTUNE_BOOST}"
    "$<$<COMPILE_LANGUAGE:ASM>:-g>")
  if(flavour STREQUAL "pe")
    target_compile_options(${target} PRIVATE -D_LIBCPP_NO_VCRUNTIME)
  endif()
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF CXX_STANDARD_REQUIRED OFF)
endfunction()

function(neptune_link_host target)
  foreach(lib IN LISTS ARGN)
    target_link_libraries(${target} PRIVATE ${lib}.host)
  endforeach()
  target_link_options(${target} PRIVATE -stdlib=libc++ -fuse-ld=lld -fsanitize=address,undefined)
endfunction()

# GoogleTest, built once from Debian's sources with our libc++.
function(neptune_need_googletest)
  if(TARGET neptune_gtest)
    return()
  endif()
  add_library(neptune_gtest STATIC /usr/src/googletest/googletest/src/gtest-all.cc
    /usr/src/googletest/googletest/src/gtest_main.cc)
  target_include_directories(neptune_gtest SYSTEM PUBLIC /usr/src/googletest/googletest/include
    PRIVATE /usr/src/googletest/googletest)
  target_compile_options(neptune_gtest PRIVATE -O1 -g -stdlib=libc++ -std=c++20 -fsanitize=address,undefined -fno-sanitize=vptr -w)
endfunction()
