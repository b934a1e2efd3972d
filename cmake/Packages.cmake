# Libraries taken from the system. Versions and licences: THIRD_PARTY.md.
#
# SPDX-License-Identifier: Apache-2.0

find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto SSL)
find_package(ZLIB REQUIRED)
find_package(Threads REQUIRED)
find_package(EXPAT 2.5 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(curl REQUIRED IMPORTED_TARGET libcurl>=7.88)
pkg_check_modules(cjson REQUIRED IMPORTED_TARGET libcjson>=1.7.15)
pkg_check_modules(deflate REQUIRED IMPORTED_TARGET libdeflate>=1.14)
# The .pc file of utf8proc 2.8.0 still says 2.6.0.
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc>=2.6)

# Compiled in from its header (base/hash.h): nothing to link.
pkg_check_modules(xxhash REQUIRED libxxhash>=0.8)

# Headers only: the library is loaded by homes that keep their key there.
pkg_check_modules(libsecret libsecret-1>=0.20)

if(RUF_TESTS)
    pkg_check_modules(criterion REQUIRED IMPORTED_TARGET criterion>=2.4)
    pkg_check_modules(microhttpd REQUIRED IMPORTED_TARGET libmicrohttpd>=0.9.75)
endif()
