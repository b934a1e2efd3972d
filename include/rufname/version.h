/*
 * rufname/version.h - version of the library, the only place it is written
 *
 * The build reads it from here. Before 1.0 a minor version may change the API
 * and the file formats; CHANGELOG.md says so where it does.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_VERSION_H
#define RUFNAME_VERSION_H

#define RUFNAME_VERSION_MAJOR 0
#define RUFNAME_VERSION_MINOR 1
#define RUFNAME_VERSION_PATCH 0

/** The three numbers as text. */
#define RUFNAME_VERSION "0.1.0"

#endif
