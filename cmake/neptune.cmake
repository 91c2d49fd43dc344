# The build functions of Neptune OS. One clang makes everything: what differs between the flavours below is
# the target triple and a handful of flags (STYLE.md section 10). See README.md in this folder.

include(flavours)
include(driver)

# neptune_add_library(NAME FOR flavour... [SOURCES file...] [INCLUDE dir...] [LIBS lib...])
# Makes one target NAME.<flavour> for each flavour. Without SOURCES it is header-only. LIBS are plain names:
# each flavour links its own variant. INCLUDE is public, relative to the caller's folder.
function(neptune_add_library name)
  cmake_parse_arguments(ARG "" "" "FOR;SOURCES;INCLUDE;LIBS" ${ARGN})
  foreach(flavour IN LISTS ARG_FOR)
    set(target ${name}.${flavour})
    if(ARG_SOURCES)
      add_library(${target} STATIC ${ARG_SOURCES})
      set(scope PUBLIC)
      neptune_apply_flavour(${target} ${flavour})
    else()
      add_library(${target} INTERFACE)
      set(scope INTERFACE)
    endif()
    foreach(dir IN LISTS ARG_INCLUDE)
      target_include_directories(${target} ${scope} ${CMAKE_CURRENT_SOURCE_DIR}/${dir})
    endforeach()
    foreach(lib IN LISTS ARG_LIBS)
      target_link_libraries(${target} ${scope} ${lib}.${flavour})
    endforeach()
  endforeach()
endfunction()

# neptune_add_elf(NAME FLAVOUR kernel|executive SOURCES file... [LIBS lib...] [SCRIPT linker-script] [OUTPUT file])
# A static, freestanding ELF image.
function(neptune_add_elf name)
  cmake_parse_arguments(ARG "" "FLAVOUR;SCRIPT;OUTPUT" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  neptune_apply_flavour(${name} ${ARG_FLAVOUR})
  foreach(lib IN LISTS ARG_LIBS)
    target_link_libraries(${name} PRIVATE ${lib}.${ARG_FLAVOUR})
  endforeach()
  target_link_options(${name} PRIVATE
    --target=${NEPTUNE_ELF_TRIPLE} -fuse-ld=lld -nostdlib -static
    -Wl,--gc-sections,-z,max-page-size=4096,-z,noexecstack,--build-id=none)
  if(ARG_SCRIPT)
    set(script ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_SCRIPT})
    target_link_options(${name} PRIVATE -Wl,-T,${script})
    set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS ${script})
  endif()
  if(ARG_OUTPUT)
    set_target_properties(${name} PROPERTIES OUTPUT_NAME ${ARG_OUTPUT})
  endif()
endfunction()

# neptune_import_library(NAME DEF file): NAME.lib for the linker of PE images, made from the export list alone,
# so that users need not wait for (or relink with) the DLL itself.
function(neptune_import_library name)
  cmake_parse_arguments(ARG "" "DEF" "" ${ARGN})
  set(lib ${NEPTUNE_IMPORT_DIR}/${name}.lib)
  add_custom_command(OUTPUT ${lib}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${NEPTUNE_IMPORT_DIR}
    COMMAND ${NEPTUNE_LLVM}/llvm-lib /nologo /machine:${NEPTUNE_PE_MACHINE} /def:${ARG_DEF} /out:${lib}
    DEPENDS ${ARG_DEF} COMMENT "Import library ${name}.lib")
  add_custom_target(${name}.implib DEPENDS ${lib})
endfunction()

# neptune_add_pe(NAME SOURCES file... [DLL | DRIVER] [PROGRAM] [ENTRY symbol] [DEF file] [LIBS lib...] [IMPORTS dll...] [BASE address])
# A PE image NAME (give the full file name, such as smss.exe) in ${NEPTUNE_PE_DIR}; file alignment is the page, so that
# the boot volume's frames are the section's pages. PROGRAM puts it into \Programs of the image. Programs start at NtProcessStartup unless ENTRY says otherwise.
function(neptune_add_pe name)
  file(MAKE_DIRECTORY ${NEPTUNE_PE_DIR}/stripped)
  cmake_parse_arguments(ARG "DLL;DRIVER;PROGRAM" "ENTRY;DEF;BASE" "SOURCES;LIBS;IMPORTS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  neptune_apply_flavour(${name} pe)
  foreach(lib IN LISTS ARG_LIBS)
    target_link_libraries(${name} PRIVATE ${lib}.pe)
  endforeach()
  set(options /nodefaultlib /dynamicbase /filealign:4096 /Brepro /debug:dwarf /subsystem:native /machine:${NEPTUNE_PE_MACHINE})
  if(ARG_DLL)
    list(APPEND options /dll)
  elseif(ARG_DRIVER)
    list(APPEND options /driver)
  endif()
  if(ARG_PROGRAM)
    set_property(GLOBAL APPEND PROPERTY NEPTUNE_PROGRAMS ${name})
  endif()
  if(NOT ARG_ENTRY)
    set(ARG_ENTRY NtProcessStartup)
  endif()
  if(ARG_ENTRY STREQUAL "none")
    list(APPEND options /noentry)
  else()
    list(APPEND options /entry:${ARG_ENTRY})
  endif()
  if(ARG_BASE)
    list(APPEND options /base:${ARG_BASE})
  endif()
  if(ARG_DEF)
    list(APPEND options /def:${ARG_DEF} /implib:${CMAKE_CURRENT_BINARY_DIR}/${name}.unused.lib)
    set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS ${ARG_DEF})
  endif()
  list(TRANSFORM options PREPEND -Wl,)
  target_link_options(${name} PRIVATE --target=${NEPTUNE_PE_TRIPLE} -fuse-ld=lld -nostdlib ${options})
  foreach(dll IN LISTS ARG_IMPORTS)
    add_dependencies(${name} ${dll}.implib)
    target_link_options(${name} PRIVATE ${NEPTUNE_IMPORT_DIR}/${dll}.lib)
    set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS ${NEPTUNE_IMPORT_DIR}/${dll}.lib)
  endforeach()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${NEPTUNE_PE_DIR} SUFFIX "")
  # What goes into the boot volume has no symbols; gdb reads those of the linked file.
  add_custom_command(TARGET ${name} POST_BUILD VERBATIM
    COMMAND ${NEPTUNE_LLVM}/llvm-objcopy --strip-all ${NEPTUNE_PE_DIR}/${name} ${NEPTUNE_PE_DIR}/stripped/${name})
endfunction()

# neptune_add_tool(NAME SOURCES file... [LIBS lib...]): a host program of the build, in ${NEPTUNE_TOOL_DIR}.
function(neptune_add_tool name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  neptune_apply_flavour(${name} host)
  neptune_link_host(${name} ${ARG_LIBS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${NEPTUNE_TOOL_DIR})
endfunction()

# neptune_add_unit_test(NAME SOURCES file... [LIBS lib...]): a GoogleTest program under ASan and UBSan, run by ctest
# as unit.NAME (label quick).
function(neptune_add_unit_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  neptune_need_googletest()
  add_executable(unit.${name} ${ARG_SOURCES})
  neptune_apply_flavour(unit.${name} host)
  neptune_link_host(unit.${name} ${ARG_LIBS})
  target_link_libraries(unit.${name} PRIVATE neptune_gtest)
  add_test(NAME unit.${name} COMMAND unit.${name})
  set_tests_properties(unit.${name} PROPERTIES LABELS "quick;unit" TIMEOUT 120)
endfunction()

# neptune_add_fuzzer(NAME SOURCES file... [LIBS lib...] [CORPUS dir]): a libFuzzer program; ctest replays the corpus
# and runs a short, seeded fuzz as fuzz.NAME. By hand: fuzz.NAME -max_total_time=3600 CORPUS
function(neptune_add_fuzzer name)
  cmake_parse_arguments(ARG "" "CORPUS" "SOURCES;LIBS" ${ARGN})
  add_executable(fuzz.${name} ${ARG_SOURCES})
  neptune_apply_flavour(fuzz.${name} host)
  neptune_link_host(fuzz.${name} ${ARG_LIBS})
  target_compile_options(fuzz.${name} PRIVATE -fsanitize=fuzzer)
  target_link_options(fuzz.${name} PRIVATE -fsanitize=fuzzer)
  target_link_libraries(fuzz.${name} PRIVATE -l:libstdc++.so.6)
  set(arguments -runs=20000 -seed=1 -max_len=65536)
  if(ARG_CORPUS)
    # The first folder takes new inputs: a scratch one, so that the corpus in the tree only grows on purpose.
    list(APPEND arguments ${CMAKE_CURRENT_BINARY_DIR}/fuzz.${name}.new ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_CORPUS})
    file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/fuzz.${name}.new)
  endif()
  add_test(NAME fuzz.${name} COMMAND fuzz.${name} ${arguments})
  set_tests_properties(fuzz.${name} PROPERTIES LABELS "quick;fuzz" TIMEOUT 300)
endfunction()
