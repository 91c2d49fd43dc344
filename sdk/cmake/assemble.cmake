# cmake -P: fills the SDK's folder. SOURCE, SDK, GENERATED, IMPORT, TRIPLE, MACHINE.
# Not the whole folder: it is also where CMake builds this directory.
file(REMOVE_RECURSE ${SDK}/include ${SDK}/lib ${SDK}/cmake ${SDK}/examples)
file(GLOB nt ${SOURCE}/abi/nt/include/nt/*.h)
file(COPY ${nt} ${GENERATED} DESTINATION ${SDK}/include/nt)
file(COPY ${SOURCE}/abi/nt/include/nt/status_names.hpp DESTINATION ${SDK}/include/nt)
file(COPY ${SOURCE}/abi/disk/include/disk/pe.h DESTINATION ${SDK}/include/disk)
file(COPY ${SOURCE}/lib/crt/include/ DESTINATION ${SDK}/include/crt)
file(COPY ${SOURCE}/lib/crt/config/ DESTINATION ${SDK}/include/libcxx-config)
file(COPY ${IMPORT} DESTINATION ${SDK}/lib)
file(COPY ${SOURCE}/sdk/examples DESTINATION ${SDK})
file(COPY ${SOURCE}/sdk/README.md ${SOURCE}/LICENSE ${SOURCE}/sdk/cmake/neptune.cmake DESTINATION ${SDK})
file(COPY ${SOURCE}/sdk/cmake/NeptuneSDKConfig.cmake DESTINATION ${SDK}/cmake)
file(WRITE ${SDK}/cmake/target.cmake "set(NEPTUNE_SDK_TRIPLE ${TRIPLE})\nset(NEPTUNE_SDK_MACHINE ${MACHINE})\n")
