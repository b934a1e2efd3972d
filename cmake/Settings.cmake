# Compiler settings of this project, carried by the INTERFACE target
# ruf_settings. Nothing here leaks into a program that links the library.
#
# SPDX-License-Identifier: Apache-2.0

include(CheckCCompilerFlag)
include(CheckLinkerFlag)
include(CheckPIESupported)

set(RUF_SANITIZE "" CACHE STRING
    "Sanitizers, a list: address;undefined or thread")
option(RUF_COVERAGE "Count executed lines (gcc or clang --coverage)" OFF)

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
check_pie_supported(LANGUAGES C)

get_property(ruf_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT CMAKE_BUILD_TYPE AND NOT ruf_multi_config)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

add_library(ruf_settings INTERFACE)
target_include_directories(ruf_settings INTERFACE
    "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/include")

# Locked memory, O_TMPFILE-like flags and explicit_bzero() are outside POSIX.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    target_compile_definitions(ruf_settings INTERFACE _GNU_SOURCE)
elseif(APPLE)
    target_compile_definitions(ruf_settings INTERFACE _DARWIN_C_SOURCE)
else()
    target_compile_definitions(ruf_settings INTERFACE _POSIX_C_SOURCE=200809L)
endif()

# Add each compiler option that this compiler takes, under a condition.
function(ruf_probe_options condition)
    foreach(option IN LISTS ARGN)
        string(MAKE_C_IDENTIFIER "RUF_HAS${option}" name)
        # A warning about an ignored option counts as a refusal.
        set(CMAKE_REQUIRED_FLAGS "-Werror")
        check_c_compiler_flag("${option}" ${name})
        if(${name})
            target_compile_options(ruf_settings INTERFACE
                "$<${condition}:${option}>")
        endif()
    endforeach()
endfunction()

# --- warnings ---------------------------------------------------------------

ruf_probe_options(1
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wundef
    -Wvla -Wcast-qual -Wwrite-strings -Wpointer-arith -Wformat=2
    -Wnull-dereference -Wdouble-promotion -Wimplicit-fallthrough
    -Wswitch-enum)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    ruf_probe_options(1
        -Wduplicated-cond -Wduplicated-branches -Wlogical-op
        -Wcast-align=strict -Wtrampolines)
endif()
if(RUF_WERROR)
    target_compile_options(ruf_settings INTERFACE -Werror)
endif()

# --- code generation --------------------------------------------------------

set(ruf_debug $<CONFIG:Debug>)
set(ruf_optimised $<CONFIG:Release,RelWithDebInfo>)
ruf_probe_options(1 -fvisibility=hidden)
ruf_probe_options(${ruf_debug} -O1)

# Two builds in different folders give the same bytes. Not for coverage: the
# report has to find the sources.
if(NOT RUF_COVERAGE)
    set(ruf_map "-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=")
    check_c_compiler_flag("${ruf_map}" RUF_HAS_FILE_PREFIX_MAP)
    if(RUF_HAS_FILE_PREFIX_MAP)
        target_compile_options(ruf_settings INTERFACE "${ruf_map}")
    endif()
endif()

# --- hardening, or sanitizers instead ----------------------------------------
# Fortify and automatic initialisation hide what a sanitizer would find.

if(RUF_SANITIZE OR RUF_COVERAGE OR RUF_FUZZ)
    if(RUF_SANITIZE)
        list(JOIN RUF_SANITIZE "," ruf_sanitizers)
        set(ruf_instrument -fsanitize=${ruf_sanitizers}
            -fno-sanitize-recover=all -fno-omit-frame-pointer)
    endif()
    if(RUF_FUZZ) # libFuzzer sees which branches an input took
        list(APPEND ruf_instrument -fsanitize=fuzzer-no-link)
    endif()
    if(RUF_COVERAGE)
        list(APPEND ruf_instrument --coverage)
    endif()
    target_compile_options(ruf_settings INTERFACE ${ruf_instrument})
    target_link_options(ruf_settings INTERFACE ${ruf_instrument})
else()
    ruf_probe_options(${ruf_optimised}
        -fstack-protector-strong -fstack-clash-protection
        -fcf-protection=full -ftrivial-auto-var-init=zero)
    target_compile_options(ruf_settings INTERFACE
        "$<${ruf_optimised}:-U_FORTIFY_SOURCE>"
        "$<${ruf_optimised}:-D_FORTIFY_SOURCE=3>")
    foreach(option -z,relro -z,now -z,noexecstack)
        string(MAKE_C_IDENTIFIER "RUF_LINKS${option}" name)
        check_linker_flag(C "-Wl,${option}" ${name})
        if(${name})
            target_link_options(ruf_settings INTERFACE "-Wl,${option}")
        endif()
    endforeach()
endif()
