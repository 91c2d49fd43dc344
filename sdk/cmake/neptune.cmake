# A CMake toolchain file: cmake -B out -DCMAKE_TOOLCHAIN_FILE=<sdk>/neptune.cmake. It also brings neptune_sdk_program.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
# The compiler's trial programs would need an entry point.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
include(${CMAKE_CURRENT_LIST_DIR}/cmake/NeptuneSDKConfig.cmake)
