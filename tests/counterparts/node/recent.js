/*
 * recent.js - exits 0 if this Node.js has what oidc-provider 9 calls
 *
 * SPDX-License-Identifier: Apache-2.0
 */
"use strict";

process.exit(require("crypto").hash && URL.parse ? 0 : 1);
