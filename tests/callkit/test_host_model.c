/*
 * test_host_model.c - the modelled phone keeps the rules it is a model of
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "callkit/host_model.h"
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APP "app.example.one"
#define OTHER "app.example.two"

/* An extension that makes the calls of a text: "+5 Anna" names, "!5" blocks,
 * "-5" and "~5" remove, "?" asks, "." completes, "x" cancels, "n" cancels with
 * a nil error. */
struct script {
    const char *calls;
    bool answered;
    bool expired;
    bool told;           /* of a failure */
    bool told_elsewhere; /* on another thread */
    pthread_t thread;
};

static void completed(void *context, bool expired)
{
    struct script *script = context;

    script->answered = true;
    script->expired = expired;
}

static void failed(void *context)
{
    struct script *script = context;

    script->told = true;
    script->told_elsewhere = !pthread_equal(script->thread, pthread_self());
}

static void play(void *context, struct ruf_phone_request *request)
{
    struct script *script = context;
    const char *call = script->calls;

    script->thread = pthread_self();
    ruf_phone_on_failure(request, failed, script);
    while (*call != '\0') {
        char *end = NULL;
        int64_t number = strtoll(call + 1, &end, 10);
        size_t label = *end == ' ' ? strcspn(end + 1, ";") : 0;

        if (*call == '+')
            ruf_phone_add_name(request, number,
                               (struct ruf_text){ end + 1, label });
        else if (*call == '!')
            ruf_phone_add_blocked(request, number);
        else if (*call == '-')
            ruf_phone_remove_name(request, number);
        else if (*call == '~')
            ruf_phone_remove_blocked(request, number);
        else if (*call == '?')
            (void)ruf_phone_ask(request);
        else if (*call == '.')
            ruf_phone_complete(request, completed, script);
        else if (*call == 'x' || *call == 'n')
            ruf_phone_cancel(request, *call == 'x' ? 1 : 0);
        call += strcspn(call, ";");
        call += *call == ';';
    }
}

static struct ruf_phone *phone;
static struct script script;

static void set_up(void)
{
    struct ruf_phone_options options = { .struct_size = sizeof(options) };
    struct ruf_error err;

    cr_assert_eq(ruf_phone_create(&options, &phone, &err), RUF_OK);
    ruf_phone_install(phone, APP, 1);
}

static void tear_down(void)
{
    ruf_phone_destroy(phone);
}

TestSuite(phone, .init = set_up, .fini = tear_down);

static enum ruf_phone_error on(const char *bundle, const char *calls)
{
    script = (struct script){ .calls = calls };
    return ruf_phone_switch_on(phone, bundle, play, &script);
}

static enum ruf_phone_error reload(const char *calls)
{
    script = (struct script){ .calls = calls };
    return ruf_phone_reload(phone, APP, play, &script);
}

/* Label of a number, "" if unknown, "!" if blocked without a name. */
static const char *shows(const char *sent)
{
    static struct ruf_phone_caller caller;

    ruf_phone_ring(phone, sent, "DE", &caller);
    return caller.known ? caller.label : caller.blocked ? "!" : "";
}

Test(phone, shows_what_it_was_given)
{
    cr_assert_eq(on(APP, "+493023125001 Anna;!493023125002;."), RUF_PHONE_OK);
    cr_assert(script.answered && !script.expired);
    cr_assert_str_eq(shows("+493023125001"), "Anna");
    cr_assert_str_eq(shows("030 23125-001"), "Anna", "by the network's region");
    cr_assert_str_eq(shows("0049 30 23125001"), "Anna");
    cr_assert_str_eq(shows("493023125001"), "Anna", "digits as they were sent");
    cr_assert_str_eq(shows("030 23125-002"), "!");
    cr_assert_str_eq(shows("030 23125-003"), "");
    cr_assert_str_eq(shows(""), "");
}

Test(phone, refuses_a_wrong_order)
{
    static const struct {
        const char *calls;
        enum ruf_phone_error error;
    } cases[] = {
        { "+5 a;+4 b;.", RUF_PHONE_OUT_OF_ORDER },
        { "+5 a;+5 b;.", RUF_PHONE_DUPLICATE },
        { "+0 a;.", RUF_PHONE_DUPLICATE },
        { "+-3 a;.", RUF_PHONE_OUT_OF_ORDER },
        { "!5;!5;.", RUF_PHONE_DUPLICATE },
        { "?;-3;+5 a;+4 b;.", RUF_PHONE_OUT_OF_ORDER },
        { "+5 a;!4;!5;.", RUF_PHONE_OK },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void)reload(".");
        cr_assert_eq(on(APP, "+7 x;."), RUF_PHONE_OK);
        cr_expect_eq(reload(cases[i].calls), cases[i].error, "case %zu", i);
        if (cases[i].error == RUF_PHONE_OK)
            continue;
        cr_expect(script.told && script.told_elsewhere, "case %zu", i);
        cr_expect(script.answered && !script.expired,
                  "the block says nothing of it");
        cr_expect_str_eq(shows("7"), "", "all is gone");
        cr_expect_eq(ruf_phone_state(phone, APP), RUF_PHONE_ON);
    }
}

Test(phone, replaces_or_changes)
{
    cr_assert_eq(on(APP, "+5 a;+6 b;."), RUF_PHONE_OK);
    cr_assert_eq(reload("?;-5;+7 c;."), RUF_PHONE_OK);
    cr_assert_str_eq(shows("5"), "");
    cr_assert_str_eq(shows("6"), "b");
    cr_assert_str_eq(shows("7"), "c");
    cr_assert_eq(reload("?;."), RUF_PHONE_OK);
    cr_assert_str_eq(shows("7"), "c", "kept");
    cr_assert_eq(reload("?;-99;."), RUF_PHONE_OK, "a harmless removal");
    cr_assert_eq(reload("-7;."), RUF_PHONE_OK, "a removal asks by itself");
    cr_assert_str_eq(shows("6"), "b");
    cr_assert_eq(reload("?;+6 c;."), RUF_PHONE_SQLITE_CONSTRAINT);
    cr_assert_eq(reload("+8 d;."), RUF_PHONE_OK);
    cr_assert_str_eq(shows("6"), "");
    cr_assert_eq(reload("."), RUF_PHONE_OK);
    cr_assert_str_eq(shows("8"), "", "cleared");
}

Test(phone, answers_no_while_it_is_being_switched_on)
{
    struct ruf_phone_load load;

    cr_assert_eq(on(APP, "?;+5 a;."), RUF_PHONE_OK);
    ruf_phone_last_load(phone, &load);
    cr_assert(load.asked && !load.incremental);
    ruf_phone_switch_off(phone, APP);
    ruf_phone_maintain(phone, 60);
    cr_assert_eq(on(APP, "?;-5;."), RUF_PHONE_INTERRUPTED,
                 "a removal throws, and nobody catches");
    cr_assert_eq(ruf_phone_state(phone, APP), RUF_PHONE_OFF);
}

Test(phone, counts_ends_and_cancels)
{
    cr_assert_eq(on(APP, "+5 a;."), RUF_PHONE_OK);
    cr_assert_eq(reload("+6 a;x;"), RUF_PHONE_CANCELLED);
    cr_assert_str_eq(shows("5"), "");
    cr_assert_eq(reload("+6 a;n;"), RUF_PHONE_OK, "nil is a success");
    cr_assert_str_eq(shows("6"), "a");
    cr_assert_eq(reload("+6 a;"), RUF_PHONE_INTERRUPTED, "no end");
    cr_assert_eq(reload("+6 a;+7 ;."), RUF_PHONE_OK);
    cr_assert_str_eq(shows("7"), "", "dropped without a word");
}

Test(phone, keeps_states_and_their_rows)
{
    struct ruf_phone_trouble late = { .expires = true };

    cr_assert_eq(ruf_phone_reload(phone, "who", play, &script),
                 RUF_PHONE_NO_EXTENSION);
    cr_assert_eq(reload("."), RUF_PHONE_DISABLED);
    cr_assert_eq(on(APP, "+5 a;."), RUF_PHONE_OK);
    ruf_phone_switch_off(phone, APP);
    cr_assert_str_eq(shows("5"), "");
    cr_assert_eq(reload("."), RUF_PHONE_DISABLED);
    cr_assert_eq(on(APP, "x;"), RUF_PHONE_OK, "no load");
    cr_assert_str_eq(shows("5"), "a", "the old rows");
    ruf_phone_uninstall(phone, APP);
    cr_assert_eq(reload("."), RUF_PHONE_UNAVAILABLE);
    ruf_phone_maintain(phone, 7000);
    ruf_phone_install(phone, APP, 1);
    cr_assert_eq(ruf_phone_state(phone, APP), RUF_PHONE_OFF_KEPT);
    cr_assert_eq(on(APP, "x;"), RUF_PHONE_OK);
    cr_assert_str_eq(shows("5"), "a", "they survive a reinstall");
    ruf_phone_uninstall(phone, APP);
    ruf_phone_maintain(phone, 7200);
    cr_assert_eq(ruf_phone_state(phone, APP), RUF_PHONE_ABSENT);
    ruf_phone_install(phone, APP, 1);
    cr_assert_eq(on(APP, "+5 b;."), RUF_PHONE_OK);
    ruf_phone_plan_trouble(phone, &late);
    cr_assert_eq(reload("+5 c;."), RUF_PHONE_INTERRUPTED);
    cr_assert(script.expired);
    cr_assert_str_eq(shows("5"), "");
    ruf_phone_corrupt(phone);
    cr_assert_eq(reload("."), RUF_PHONE_SQLITE_CORRUPT);
    ruf_phone_rebuild(phone);
    cr_assert_eq(ruf_phone_state(phone, APP), RUF_PHONE_OFF);
}

Test(phone, asks_the_users_first_choice_first)
{
    ruf_phone_install(phone, OTHER, 0);
    cr_assert_eq(on(APP, "+5 one;."), RUF_PHONE_OK);
    cr_assert_str_eq(shows("5"), "one");
    cr_assert_eq(on(OTHER, "+5 two;."), RUF_PHONE_OK);
    cr_assert_str_eq(shows("5"), "two");
    ruf_phone_switch_off(phone, OTHER);
    cr_assert_str_eq(shows("5"), "one");
}

/* Two million additions fail, one fewer do not; nothing is kept of them. */
static void many(void *context, struct ruf_phone_request *request)
{
    const int64_t *count = context;

    for (int64_t i = 1; i <= *count; i++)
        ruf_phone_add_blocked(request, i);
    ruf_phone_complete(request, NULL, NULL);
}

Test(phone, takes_less_than_two_million)
{
    struct ruf_phone_options options = { .struct_size = sizeof(options),
                                         .only = { UINT64_MAX, 0 } };
    struct ruf_phone_load load;
    struct ruf_error err;
    struct ruf_phone *large;
    int64_t count = 1999999;

    cr_assert_eq(ruf_phone_create(&options, &large, &err), RUF_OK);
    ruf_phone_install(large, APP, 1);
    cr_expect_eq(ruf_phone_switch_on(large, APP, many, &count), RUF_PHONE_OK);
    ruf_phone_last_load(large, &load);
    cr_expect_eq(load.batches, 200, "shipped by 10,000");
    count++;
    cr_expect_eq(ruf_phone_reload(large, APP, many, &count),
                 RUF_PHONE_TOO_MANY);
    ruf_phone_destroy(large);
}
