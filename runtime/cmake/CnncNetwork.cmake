# cnnc_add_network(<name> <model.onnx> [OPTIONS <option>...])
#
# Compiles the model when the project is built, as the library <name> to link and the header <name>.h. The name is also
# the prefix of its C functions.
function(cnnc_add_network name model)
  cmake_parse_arguments(PARSE_ARGV 2 network "" "" "OPTIONS")
  if(NOT CNNC_COMPILER)
    message(FATAL_ERROR "cnnc_add_network(${name}): the compiler cnnc was not found; set CNNC_COMPILER")
  endif()
  cmake_path(ABSOLUTE_PATH model)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${name}.network)
  set(archive ${folder}/${name}.a)
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(
    OUTPUT ${archive} ${folder}/${name}.h
    COMMAND ${CNNC_COMPILER} ${model} -o ${archive} --prefix=${name} ${network_OPTIONS}
    DEPENDS ${model} ${CNNC_COMPILER}
    COMMENT "Compiling network ${name}"
    VERBATIM)
  add_custom_target(${name}.compiled DEPENDS ${archive})
  add_library(${name} INTERFACE)
  add_dependencies(${name} ${name}.compiled)
  target_include_directories(${name} INTERFACE ${folder})
  target_link_libraries(${name} INTERFACE ${archive} cnnc::runtime)
endfunction()
