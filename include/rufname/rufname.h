/*
 * rufname/rufname.h - all of Rufname
 *
 * Values, usable on their own
 *   status.h     results and error details
 *   message.h    the same in German and English sentences
 *   number.h     phone numbers: parse, check, format, E.164 as an integer
 *   clean.h      the same for numbers as directories hold them
 *   contact.h    what a contact is made of
 *
 * A sealed caller-ID index, read-only
 *   index.h      open, look a number up, walk all entries in order
 *   directory.h  the calls of an iOS Call Directory extension
 *   key.h        the key of a home, out of its key item
 *   pir.h        the input of Apple's Live Caller ID Lookup
 *   search.h     search as you type
 *
 * A home on disk that makes such an index
 *   home.h       sign in, sync, import, publish, inspect
 *   access.h     who may use it now: PIN, idle time, device, account
 *   host.h       what it asks of the app and the system around it
 *   phone.h      requests to a phone from a home, and what a phone shows
 *   presence.h   are the people on the screen free to talk?
 *   prove.h      statements about data protection, checked
 *   report.h     why a number is identified, or why not
 *   audit.h      what was done with the home, and when
 *   merges.h     merged contacts, and what users decide about them
 *   export.h     contacts as vCard or CSV, where the policy allows copies
 *   marks.h      favourites and recently opened contacts
 *   wipe.h       remove all of it from the device
 *
 * Link rufname::rufname for everything. A memory-limited program that only
 * reads (the extension) links rufname::reader, which has all of the above but
 * message.h, search.h and those of a home. rufname::number has number.h and
 * clean.h and needs the C library only.
 *
 * Who is calling, with a home that has been synced:
 *
 *     struct ruf_error err;
 *     struct ruf_home *home = NULL;
 *     struct ruf_index *index = NULL;
 *     struct ruf_query *query = NULL;
 *     struct ruf_number number;
 *     struct ruf_caller caller;
 *
 *     ruf_number_parse(text, strlen(text), "DE", &number);
 *     if (ruf_home_open(path, &home, &err) != RUF_OK ||
 *         ruf_home_index(home, RUF_INDEX_ON_DEMAND, &index, &err) != RUF_OK ||
 *         ruf_query_create(index, &query, &err) != RUF_OK ||
 *         ruf_query_lookup(query, number.key, &caller, &err) != RUF_OK)
 *         report(&err);
 *     else if (caller.known)
 *         show(caller.label.data, caller.label.size);
 *     ruf_query_destroy(query);
 *     ruf_index_close(index);
 *     ruf_home_close(home);
 *
 * The whole program is examples/who_is_calling.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_RUFNAME_H
#define RUFNAME_RUFNAME_H

#include <rufname/access.h>
#include <rufname/action.h>
#include <rufname/audit.h>
#include <rufname/clean.h>
#include <rufname/contact.h>
#include <rufname/directory.h>
#include <rufname/export.h>
#include <rufname/home.h>
#include <rufname/host.h>
#include <rufname/identity.h>
#include <rufname/index.h>
#include <rufname/key.h>
#include <rufname/marks.h>
#include <rufname/merges.h>
#include <rufname/message.h>
#include <rufname/number.h>
#include <rufname/phone.h>
#include <rufname/pir.h>
#include <rufname/policy.h>
#include <rufname/presence.h>
#include <rufname/prove.h>
#include <rufname/report.h>
#include <rufname/search.h>
#include <rufname/status.h>
#include <rufname/version.h>
#include <rufname/wipe.h>

#endif
