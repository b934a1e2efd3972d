# provider: the extension's Objective-C source on GNUstep, without ARC.
#
# clang compiles (gcc has neither blocks nor @autoreleasepool), the C compiler
# links. GNUstep's own headers make warnings that are not ours.
#
# SPDX-License-Identifier: Apache-2.0

find_program(RUF_CLANG clang)
find_program(RUF_GNUSTEP_CONFIG gnustep-config)
find_library(RUF_BLOCKS_RUNTIME BlocksRuntime)
if(NOT RUF_CLANG OR NOT RUF_GNUSTEP_CONFIG OR NOT RUF_BLOCKS_RUNTIME OR
        RUF_SANITIZE OR RUF_COVERAGE)
    return()
endif()

execute_process(COMMAND "${RUF_GNUSTEP_CONFIG}" --objc-flags
    OUTPUT_VARIABLE ruf_objc_flags OUTPUT_STRIP_TRAILING_WHITESPACE)
execute_process(COMMAND "${RUF_GNUSTEP_CONFIG}" --base-libs
    OUTPUT_VARIABLE ruf_objc_libs OUTPUT_STRIP_TRAILING_WHITESPACE)
execute_process(COMMAND gcc -print-file-name=include
    OUTPUT_VARIABLE ruf_objc_headers OUTPUT_STRIP_TRAILING_WHITESPACE)
separate_arguments(ruf_objc_flags UNIX_COMMAND "${ruf_objc_flags}")
separate_arguments(ruf_objc_libs UNIX_COMMAND "${ruf_objc_libs}")
list(REMOVE_ITEM ruf_objc_flags -Wall -MMD -MP)

set(ruf_ios "${PROJECT_SOURCE_DIR}/callkit/ios")
set(ruf_stubs "${CMAKE_CURRENT_SOURCE_DIR}/stubs")
set(ruf_objects "")
foreach(source "${ruf_ios}/RUFCallDirectoryProvider.m"
        "${ruf_ios}/RUFDirectoryKey.m" "${ruf_ios}/RUFDirectoryReloader.m"
        "${CMAKE_CURRENT_SOURCE_DIR}/standin.m"
        "${CMAKE_CURRENT_SOURCE_DIR}/provider.m")
    get_filename_component(name "${source}" NAME_WE)
    set(object "${CMAKE_CURRENT_BINARY_DIR}/${name}.m.o")
    add_custom_command(OUTPUT "${object}"
        COMMAND "${RUF_CLANG}" -fobjc-runtime=gcc -fblocks -std=gnu11
            ${ruf_objc_flags} -O1 -fPIE "-I${ruf_stubs}/gnustep"
            -idirafter "${ruf_objc_headers}" "-I${ruf_stubs}/shared"
            -include "${ruf_stubs}/gnustep/ios_parts.h"
            "-I${PROJECT_SOURCE_DIR}" "-I${PROJECT_SOURCE_DIR}/include"
            "-I${ruf_ios}" "-I${CMAKE_CURRENT_SOURCE_DIR}"
            -MD -MF "${object}.d" -c "${source}" -o "${object}"
        DEPENDS "${source}" DEPFILE "${object}.d" VERBATIM
        COMMENT "Compiling ${name}.m with clang for GNUstep")
    list(APPEND ruf_objects "${object}")
endforeach()

add_executable(provider folder.c ${ruf_objects})
set_target_properties(provider PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${RUF_TEST_DIR}" LINKER_LANGUAGE C)
target_link_libraries(provider PRIVATE ruf_settings rufname::rufname
    ${ruf_objc_libs} "${RUF_BLOCKS_RUNTIME}")
add_test(NAME callkit_provider COMMAND provider check)
add_test(NAME callkit_provider_memory
    COMMAND sh "${CMAKE_CURRENT_SOURCE_DIR}/provider-memory.sh"
        $<TARGET_FILE:provider>)
set_tests_properties(callkit_provider PROPERTIES LABELS unit TIMEOUT 120)
set_tests_properties(callkit_provider_memory PROPERTIES LABELS slow
    TIMEOUT 300)
