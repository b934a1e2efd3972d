# What `cmake --install` puts where: the command with its man page, the public
# headers, the archives, and a package for CMake and for pkg-config.
#
# SPDX-License-Identifier: Apache-2.0

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(ruf_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/rufname")

install(TARGETS rufname rufname-reader rufname-number
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(TARGETS rufname-cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(DIRECTORY include/rufname DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    FILES_MATCHING PATTERN "*.h")
install(FILES docs/man/rufname.1
    DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(FILES LICENSE NOTICE THIRD_PARTY.md
    DESTINATION "${CMAKE_INSTALL_DOCDIR}")

install(FILES "${RUF_YYJSON_DIR}/LICENSE"
    DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME LICENSE.yyjson)

# The archive rufname holds everything but SQLCipher, which is installed
# beside it where it was built here, and found on the system otherwise.
set(RUF_SQLCIPHER_LINK "sqlcipher")
get_target_property(ruf_location SQLCipher::SQLCipher IMPORTED_LOCATION)
if(ruf_location)
    install(FILES "${ruf_location}" DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        RENAME librufname-sqlcipher.a)
    get_filename_component(ruf_location "${ruf_location}" DIRECTORY)
    install(FILES "${ruf_location}/LICENSE.txt"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME LICENSE.SQLCipher)
    set(RUF_SQLCIPHER_LINK "rufname-sqlcipher")
endif()

configure_package_config_file(cmake/rufname-config.cmake.in
    "${PROJECT_BINARY_DIR}/rufname-config.cmake"
    INSTALL_DESTINATION "${ruf_package_dir}"
    PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR
    NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a minor version may change the API.
write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/rufname-config-version.cmake"
    COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/rufname-config.cmake"
    "${PROJECT_BINARY_DIR}/rufname-config-version.cmake"
    DESTINATION "${ruf_package_dir}")

configure_file(cmake/rufname.pc.in "${PROJECT_BINARY_DIR}/rufname.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/rufname.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
