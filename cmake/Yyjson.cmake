# ruf_yyjson: the pinned source of yyjson, to be compiled into base/json_doc.c as
# <yyjson_static.h>: all its functions are static there.
#
# Debian 12 has no package of it, so scripts/yyjson fetches the source that the
# next release carries, once for all presets. All files are checked by SHA-256.
#
# SPDX-License-Identifier: Apache-2.0

set(RUF_YYJSON_SOURCE "" CACHE PATH
    "Folder with yyjson.c, yyjson.h and LICENSE of yyjson 0.10.0")

# The one place that names the pin. Raise all four together.
set(ruf_yyjson_version 0.10.0)
set(ruf_yyjson_sha256_c
    98489c068ab65298320710e5be4c1090af1b5676e41301a3525b2e732641aace)
set(ruf_yyjson_sha256_h
    adce02aef5dfd868f7c0b632bd23bc0e79fa710b70d93bfe334c2bd15b21a41d)
set(ruf_yyjson_sha256_license
    45e384d3d52c73cba3a64d6e6c25d47cd738cd8a55c30629e3201046eda62947)

function(ruf_yyjson_fetch folder)
    set(work "${folder}.new")
    file(REMOVE_RECURSE "${work}")
    message(STATUS "yyjson: fetching ${ruf_yyjson_version}")
    execute_process(
        COMMAND "${PROJECT_SOURCE_DIR}/scripts/yyjson" ${ruf_yyjson_version}
            "${work}"
        RESULT_VARIABLE result ERROR_VARIABLE said)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR
            "yyjson ${ruf_yyjson_version} is needed: "
            "-DRUF_YYJSON_SOURCE=DIR takes yyjson.c, yyjson.h and LICENSE "
            "from a folder. ${said}")
    endif()
    file(MAKE_DIRECTORY "${work}/out")
    file(COPY "${work}/source/src/yyjson.c" "${work}/source/src/yyjson.h"
        "${work}/source/LICENSE" DESTINATION "${work}/out")
    file(REMOVE_RECURSE "${folder}")
    file(RENAME "${work}/out" "${folder}")
    file(REMOVE_RECURSE "${work}")
endfunction()

# Stop unless the file is the pinned one.
function(ruf_yyjson_check file expected)
    set(actual "missing")
    if(EXISTS "${file}")
        file(SHA256 "${file}" actual)
    endif()
    if(NOT actual STREQUAL expected)
        message(FATAL_ERROR "yyjson: ${file} is not the pinned file "
            "(SHA-256 ${actual}, expected ${expected}).")
    endif()
endfunction()

function(ruf_yyjson)
    set(folder "${RUF_YYJSON_SOURCE}")
    if(NOT folder)
        set(folder "${RUF_DEPS_DIR}/yyjson-${ruf_yyjson_version}")
        file(MAKE_DIRECTORY "${RUF_DEPS_DIR}")
        # Two presets configured at once: the second waits for the first.
        file(LOCK "${folder}.lock" GUARD FUNCTION TIMEOUT 900)
        if(NOT EXISTS "${folder}/LICENSE")
            ruf_yyjson_fetch("${folder}")
        endif()
    endif()
    ruf_yyjson_check("${folder}/yyjson.c" ${ruf_yyjson_sha256_c})
    ruf_yyjson_check("${folder}/yyjson.h" ${ruf_yyjson_sha256_h})
    ruf_yyjson_check("${folder}/LICENSE" ${ruf_yyjson_sha256_license})
    message(STATUS "yyjson: ${ruf_yyjson_version} in ${folder}")
    file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/yyjson/yyjson_static.h"
        CONTENT "#define yyjson_api static\n#include \"yyjson.c\"\n")
    set(RUF_YYJSON_DIR "${folder}" PARENT_SCOPE)
    add_library(ruf_yyjson INTERFACE)
    target_include_directories(ruf_yyjson SYSTEM INTERFACE "${folder}"
        "${PROJECT_BINARY_DIR}/yyjson")
endfunction()

ruf_yyjson()
