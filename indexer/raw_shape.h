/*
 * indexer/raw_shape.h - how a raw number was written, apart from its digits
 *
 * "+49 (030) 23125-001" is the number 493023125001 in the shape
 * "+<2> (0<2>) <5>-<rest>". Sources write thousands of numbers in a few
 * shapes, so the image stores the shape once and the digits not at all: they
 * are those of the E.164 number. Steps: base/image_sections.h.
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_RAW_SHAPE_H
#define INDEXER_RAW_SHAPE_H

#include <rufname/contact.h>

/** Longest raw number that is tried, and longest shape. */
#define RUF_SHAPE_SIZE_MAX 64

/**
 * The shape that gives raw from the digits of e164.
 * @return bytes written, 0 if there is none: the raw number has other digits
 *         (an extension, letters) or is too long.
 */
size_t ruf_raw_shape(ruf_e164 e164, struct ruf_text raw,
                     char out[2 * RUF_SHAPE_SIZE_MAX]);

#endif
