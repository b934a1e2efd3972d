/*
 * rufname/marks.h - favourites and recently opened contacts
 *
 * They lie in the encrypted store, are gone with the record they were made
 * for, and put contacts first within a tier of a search. Recents are kept only
 * where the policy allows them.
 *
 * Threads: as rufname/home.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_MARKS_H
#define RUFNAME_MARKS_H

#include <rufname/home.h>
#include <rufname/search.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ruf_mark_kind { RUF_FAVOURITE = 0, RUF_RECENT };

/**
 * Mark a contact of an index that was opened from this home: a favourite, or
 * opened just now. Of recents the last 100 are kept; where the policy switches
 * them off nothing is noted.
 * @return RUF_OK; RUF_E_NOT_FOUND (number too large); RUF_E_CORRUPT;
 *         RUF_E_BUSY; store errors.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_mark(struct ruf_home *home, struct ruf_query *query, uint32_t contact,
              enum ruf_mark_kind kind, struct ruf_error *err);

/** Take the mark away; a contact without it is fine. @return the same. */
RUF_API RUF_MUST_USE enum ruf_status ruf_home_unmark(struct ruf_home *home,
                                                     struct ruf_query *query,
                                                     uint32_t contact,
                                                     enum ruf_mark_kind kind,
                                                     struct ruf_error *err);

/** Marked contacts by their numbers in one index, ascending. */
struct ruf_marks {
    uint32_t favourites[RUF_SEARCH_BOOSTED_MAX];
    size_t favourite_count;
    uint32_t recents[RUF_SEARCH_BOOSTED_MAX];
    size_t recent_count;
};

/**
 * Read the marks as numbers of the query's index, the newest ones if there are
 * too many.
 * @return as ruf_home_mark().
 */
RUF_API RUF_MUST_USE enum ruf_status ruf_home_marks(struct ruf_home *home,
                                                    struct ruf_query *query,
                                                    struct ruf_marks *out,
                                                    struct ruf_error *err);

/** Let a search put them first; marks are borrowed until it is done. */
RUF_API void ruf_marks_prefer(const struct ruf_marks *marks,
                              struct ruf_search_options *options);

#ifdef __cplusplus
}
#endif
#endif
