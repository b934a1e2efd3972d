/*
 * policy/json_position.h - where a value stands in a JSON text
 *
 * cJSON keeps no positions, so a finding's JSON pointer is looked up in the
 * text again. Only for reporting: the text is known to be valid JSON.
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef POLICY_JSON_POSITION_H
#define POLICY_JSON_POSITION_H

#include <stddef.h>
#include <stdint.h>

/** Line and column (1-based, bytes) of the value a JSON pointer names; of the
 *  innermost parent that exists otherwise. */
void ruf_json_position(const char *text, size_t size, const char *pointer,
                       uint32_t *line, uint32_t *column);

#endif
