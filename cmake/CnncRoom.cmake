# Helpers of the compiler's rooms: TableGen, and libraries that share one precompiled header.

# cnnc_tablegen(<target> <td> [<output> <flags>]...)
function(cnnc_tablegen target td)
  set(LLVM_TARGET_DEFINITIONS ${td})
  while(ARGN)
    list(POP_FRONT ARGN output flags)
    separate_arguments(flags)
    mlir_tablegen(${output} ${flags} -I${PROJECT_SOURCE_DIR})
  endwhile()
  add_public_tablegen_target(${target})
endfunction()

# The headers that nearly every file of the compiler reads, compiled once.
function(cnnc_precompiled_header)
  file(WRITE ${PROJECT_BINARY_DIR}/pch.cpp.in "// The translation unit that holds the precompiled header.\n")
  configure_file(${PROJECT_BINARY_DIR}/pch.cpp.in ${PROJECT_BINARY_DIR}/pch.cpp COPYONLY)
  add_library(cnnc_pch OBJECT ${PROJECT_BINARY_DIR}/pch.cpp)
  target_compile_options(cnnc_pch PRIVATE -fno-exceptions)
  target_precompile_headers(cnnc_pch PRIVATE ${PROJECT_SOURCE_DIR}/cmake/Precompiled.h)
endfunction()

# cnnc_library(<name> <sources>...): a room, as a static library on LLVM and MLIR.
function(cnnc_library name)
  add_library(${name} STATIC ${ARGN})
  target_compile_options(${name} PRIVATE -fno-exceptions)
  target_precompile_headers(${name} REUSE_FROM cnnc_pch)
  target_link_libraries(${name} PUBLIC MLIR LLVM)
endfunction()
