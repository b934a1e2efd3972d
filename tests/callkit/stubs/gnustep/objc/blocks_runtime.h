/*
 * objc/blocks_runtime.h - GNUstep asks for it as soon as blocks are on
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <Block.h>
