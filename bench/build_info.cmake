# build_info.cmake - write OUT: compiler, flags and commit of this build
#
# Run at every build; touches OUT only if something changed.
#
# SPDX-License-Identifier: Apache-2.0

execute_process(COMMAND git -C ${SOURCE} describe --always --dirty
    OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT commit)
    set(commit unknown)
endif()
string(STRIP "${FLAGS}" FLAGS)
set(text "#define BENCH_COMPILER \"${COMPILER}\"
#define BENCH_FLAGS \"${TYPE}: ${FLAGS}\"
#define BENCH_COMMIT \"${commit}\"
")
set(old "")
if(EXISTS ${OUT})
    file(READ ${OUT} old)
endif()
if(NOT old STREQUAL text)
    file(WRITE ${OUT} "${text}")
endif()
