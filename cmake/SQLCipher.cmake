# SQLCipher::SQLCipher: the system's SQLCipher if it is new enough, else a
# pinned amalgamation, checked by SHA-256 and compiled once.
#
# A version number in a .pc file proves nothing (it may be SQLite's), so a
# system library is believed only after cmake/sqlcipher_probe.c ran with it.
# The pinned source is compiled at configure time into RUF_DEPS_DIR, outside
# the build folder: it takes most of a minute and every preset can use it.
#
# SPDX-License-Identifier: Apache-2.0

include(CheckCCompilerFlag)

set(RUF_SQLCIPHER_SOURCE "" CACHE PATH
    "Folder with sqlite3.c, sqlite3.h and LICENSE.txt of SQLCipher 4.19.0")
set(RUF_DEPS_DIR "${PROJECT_SOURCE_DIR}/build/deps" CACHE PATH
    "Where the compiled SQLCipher is kept for all builds")
option(RUF_SYSTEM_SQLCIPHER "Use the system's SQLCipher if it passes" ON)

# The one place that names the pin. Raise all five together.
set(ruf_sqlcipher_version 4.19.0)
set(ruf_sqlcipher_package "@op-engineering/op-sqlite@18.2.5")
set(ruf_sqlcipher_folder package/cpp/sqlcipher)
set(ruf_sqlcipher_sha256_c
    8640c653acadf665cce6331646f60b5b74a4690746f2c4a2d8f688a0570a0c0c)
set(ruf_sqlcipher_sha256_h
    8a9d1bff44d75174ca6dea3ea9bac50a6104d86facb566647b8bb839375b7b3a)

# THREADSAFE=2: a connection is used by one thread at a time. MAX_MMAP_SIZE=0
# cures the zero salt that a mapped new file would get.
set(ruf_sqlcipher_definitions
    SQLITE_HAS_CODEC SQLITE_EXTRA_INIT=sqlcipher_extra_init
    SQLITE_EXTRA_SHUTDOWN=sqlcipher_extra_shutdown SQLCIPHER_CRYPTO_OPENSSL
    SQLCIPHER_OMIT_DEFAULT_LOGGING SQLITE_TEMP_STORE=3 SQLITE_THREADSAFE=2
    SQLITE_ENABLE_FTS5 SQLITE_DQS=0 SQLITE_OMIT_LOAD_EXTENSION
    SQLITE_DEFAULT_MEMSTATUS=0 SQLITE_MAX_MMAP_SIZE=0 NDEBUG HAVE_USLEEP=1)

# --- (a) the system's --------------------------------------------------------

function(ruf_sqlcipher_from_system)
    if(NOT RUF_SYSTEM_SQLCIPHER OR CMAKE_CROSSCOMPILING)
        return()
    endif()
    pkg_check_modules(sqlcipher QUIET IMPORTED_TARGET sqlcipher>=3.46)
    if(NOT sqlcipher_FOUND)
        return()
    endif()
    if(NOT DEFINED RUF_SQLCIPHER_PROBE)
        try_run(ran compiled "${PROJECT_BINARY_DIR}/sqlcipher-probe"
            "${PROJECT_SOURCE_DIR}/cmake/sqlcipher_probe.c"
            COMPILE_DEFINITIONS -DSQLITE_HAS_CODEC
            LINK_LIBRARIES PkgConfig::sqlcipher
            RUN_OUTPUT_VARIABLE said
            ARGS "${PROJECT_BINARY_DIR}/sqlcipher-probe.db")
        if(compiled AND ran EQUAL 0)
            string(STRIP "${said}" said)
        else()
            set(said "")
        endif()
        set(RUF_SQLCIPHER_PROBE "${said}" CACHE INTERNAL
            "Version of a usable system SQLCipher, or empty")
    endif()
    if(NOT RUF_SQLCIPHER_PROBE)
        message(STATUS "SQLCipher: the system's fails the probe")
        return()
    endif()
    message(STATUS "SQLCipher: ${RUF_SQLCIPHER_PROBE} of the system")
    add_library(SQLCipher::SQLCipher INTERFACE IMPORTED GLOBAL)
    target_compile_definitions(SQLCipher::SQLCipher INTERFACE
        SQLITE_HAS_CODEC)
    target_link_libraries(SQLCipher::SQLCipher INTERFACE PkgConfig::sqlcipher)
endfunction()

# --- (b) the pinned one ------------------------------------------------------

# Stop unless the file is the pinned one.
function(ruf_sqlcipher_check file expected)
    if(NOT EXISTS "${file}")
        message(FATAL_ERROR "SQLCipher: ${file} is missing.")
    endif()
    file(SHA256 "${file}" actual)
    if(NOT actual STREQUAL expected)
        message(FATAL_ERROR
            "SQLCipher: ${file} is not the pinned file "
            "(SHA-256 ${actual}, expected ${expected}).")
    endif()
endfunction()

# Unpack the npm package that carries the amalgamation into a scratch folder.
function(ruf_sqlcipher_fetch work out)
    find_program(RUF_NPM npm)
    if(NOT RUF_NPM)
        message(FATAL_ERROR
            "SQLCipher ${ruf_sqlcipher_version} is needed: install a system "
            "SQLCipher 4.6 or newer, or npm (which fetches the pinned "
            "source), or name a folder with the source by "
            "-DRUF_SQLCIPHER_SOURCE=DIR.")
    endif()
    message(STATUS "SQLCipher: fetching ${ruf_sqlcipher_package}")
    execute_process(
        COMMAND "${RUF_NPM}" pack --ignore-scripts --silent
            "${ruf_sqlcipher_package}"
        WORKING_DIRECTORY "${work}" RESULT_VARIABLE result
        OUTPUT_QUIET ERROR_VARIABLE said)
    file(GLOB archive "${work}/*.tgz")
    if(NOT result EQUAL 0 OR NOT archive)
        message(FATAL_ERROR
            "SQLCipher: npm pack ${ruf_sqlcipher_package} failed; "
            "-DRUF_SQLCIPHER_SOURCE=DIR takes the source from a folder. "
            "${said}")
    endif()
    file(ARCHIVE_EXTRACT INPUT "${archive}" DESTINATION "${work}"
        PATTERNS "${ruf_sqlcipher_folder}/*")
    set(${out} "${work}/${ruf_sqlcipher_folder}" PARENT_SCOPE)
endfunction()

# Hidden symbols: a program that also loads the system's SQLite keeps both
# apart.
function(ruf_sqlcipher_flags out)
    set(flags -O2 -fPIC -fvisibility=hidden -w)
    foreach(flag -fstack-protector-strong -fstack-clash-protection
            -fcf-protection=full)
        string(MAKE_C_IDENTIFIER "RUF_SQLCIPHER${flag}" name)
        check_c_compiler_flag("${flag}" ${name})
        if(${name})
            list(APPEND flags "${flag}")
        endif()
    endforeach()
    list(APPEND flags -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
    foreach(definition IN LISTS ruf_sqlcipher_definitions)
        list(APPEND flags "-D${definition}")
    endforeach()
    foreach(directory IN LISTS OPENSSL_INCLUDE_DIR)
        list(APPEND flags "-I${directory}")
    endforeach()
    set(${out} "${flags}" PARENT_SCOPE)
endfunction()

# Compile source/sqlite3.c to folder/libsqlcipher.a.
function(ruf_sqlcipher_compile source folder)
    ruf_sqlcipher_flags(flags)
    message(STATUS "SQLCipher: compiling ${ruf_sqlcipher_version}, once")
    execute_process(
        COMMAND "${CMAKE_C_COMPILER}" ${flags} -c sqlite3.c
            -o "${folder}/sqlite3.o"
        WORKING_DIRECTORY "${source}"
        RESULT_VARIABLE result ERROR_VARIABLE said)
    if(result EQUAL 0)
        execute_process(
            COMMAND "${CMAKE_AR}" qcD libsqlcipher.a sqlite3.o
            WORKING_DIRECTORY "${folder}"
            RESULT_VARIABLE result ERROR_VARIABLE said)
    endif()
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "SQLCipher: compiling failed: ${said}")
    endif()
    file(REMOVE "${folder}/sqlite3.o")
    file(COPY "${source}/sqlite3.h" "${source}/LICENSE.txt"
        DESTINATION "${folder}")
endfunction()

# Everything goes into a folder beside the final one, which a rename puts in
# place: an interrupted run leaves nothing that looks finished.
function(ruf_sqlcipher_build target stamp)
    set(work "${target}.new")
    file(REMOVE_RECURSE "${work}")
    file(MAKE_DIRECTORY "${work}/out")
    if(RUF_SQLCIPHER_SOURCE)
        set(source "${RUF_SQLCIPHER_SOURCE}")
    else()
        ruf_sqlcipher_fetch("${work}" source)
    endif()
    ruf_sqlcipher_check("${source}/sqlite3.c" ${ruf_sqlcipher_sha256_c})
    ruf_sqlcipher_check("${source}/sqlite3.h" ${ruf_sqlcipher_sha256_h})
    ruf_sqlcipher_compile("${source}" "${work}/out")
    file(WRITE "${work}/out/stamp" "${stamp}")
    file(REMOVE_RECURSE "${target}")
    file(RENAME "${work}/out" "${target}")
    file(REMOVE_RECURSE "${work}")
endfunction()

function(ruf_sqlcipher_from_source)
    set(target "${RUF_DEPS_DIR}/sqlcipher-${ruf_sqlcipher_version}")
    set(stamp "${ruf_sqlcipher_sha256_c} ${CMAKE_SYSTEM_NAME} \
${CMAKE_SYSTEM_PROCESSOR} ${ruf_sqlcipher_definitions}")
    file(MAKE_DIRECTORY "${RUF_DEPS_DIR}")
    # Two presets configured at once: the second waits for the first.
    file(LOCK "${target}.lock" GUARD FUNCTION TIMEOUT 900)
    set(found "")
    if(EXISTS "${target}/stamp" AND EXISTS "${target}/libsqlcipher.a")
        file(READ "${target}/stamp" found)
    endif()
    if(NOT found STREQUAL stamp)
        ruf_sqlcipher_build("${target}" "${stamp}")
    endif()
    message(STATUS "SQLCipher: ${ruf_sqlcipher_version} in ${target}")
    add_library(SQLCipher::SQLCipher STATIC IMPORTED GLOBAL)
    set_target_properties(SQLCipher::SQLCipher PROPERTIES
        IMPORTED_LOCATION "${target}/libsqlcipher.a"
        INTERFACE_INCLUDE_DIRECTORIES "${target}"
        INTERFACE_COMPILE_DEFINITIONS SQLITE_HAS_CODEC
        INTERFACE_LINK_LIBRARIES "OpenSSL::Crypto;m")
endfunction()

ruf_sqlcipher_from_system()
if(NOT TARGET SQLCipher::SQLCipher)
    ruf_sqlcipher_from_source()
endif()
