/*
 * policy/form.c - whatever was given becomes one tree
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/form.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "policy/conflict.h"
#include "policy/json_position.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "Rufname."
#define WHOLE "Policy" /* the key that holds the JSON */
#define KEYS_MAX 1024
#define INDEX_MAX 255

/* A value of a key and where it was given. */
struct given {
    cJSON *value; /* owned by the reading */
    const char *pointer;
};

#define VALUES_MAX 32

/* A key of the flat form and its values. */
struct flat_key {
    struct flat_key *next;
    const char *path; /* behind the prefix */
    struct given values[VALUES_MAX];
    size_t count;
};

struct flat {
    struct policy_form *form;
    struct flat_key *keys; /* in the order in which they came */
    struct flat_key **last;
    size_t key_count;
    cJSON *values; /* owns what the keys' values point to */
    policy_form_given_up *given_up;
    void *context;
    struct ruf_error *err;
};

/* --- places
 * ----------------------------------------------------------------------- */

bool ruf_policy_form_place(struct policy_form *form, const char *pointer,
                           uint32_t line, uint32_t column)
{
    struct policy_place *place =
        ruf_arena_alloc(form->arena, 1, sizeof(*place));
    char *copy = ruf_arena_copy(form->arena, pointer, strlen(pointer));

    if (place == NULL || copy == NULL)
        return false;
    *place = (struct policy_place){ form->places, copy, line, column };
    form->places = place;
    form->has_places = true;
    return true;
}

enum ruf_status ruf_policy_form_refuse(struct ruf_error *err, uint32_t line,
                                       uint32_t column, const char *detail)
{
    enum ruf_status status =
        ruf_fail(err, RUF_E_POLICY, "P111", "policy", "%s", detail);

    if (err != NULL) {
        err->line = line;
        err->column = column;
    }
    return status;
}

/* Size of 'part' if it is the start of a pointer, up to a whole token. */
static size_t leads(const char *part, const char *pointer)
{
    size_t size = strlen(part);

    return strncmp(part, pointer, size) == 0 &&
                   (pointer[size] == '\0' || pointer[size] == '/')
               ? size + 1
               : 0;
}

static void place_position(const struct policy_form *form, const char *pointer,
                           uint32_t *line, uint32_t *column)
{
    size_t best = 0;

    *line = 1;
    *column = 1;
    for (const struct policy_place *at = form->places; at != NULL;
         at = at->next) {
        size_t size = leads(at->pointer, pointer);

        if (size <= best)
            continue;
        best = size;
        *line = at->line;
        *column = at->column;
    }
}

static void given_position(const struct policy_form *form, const char *pointer,
                           uint32_t *line, uint32_t *column)
{
    if (form->has_places)
        place_position(form, pointer, line, column);
    else
        ruf_json_position(form->text, form->size, pointer, line, column);
}

/* What of the document a key brought: the value itself, the innermost one
 * around it, or else one inside of it. */
static const struct policy_move *find_move(const struct policy_form *form,
                                           const char *pointer)
{
    const struct policy_move *around = NULL;
    const struct policy_move *inside = NULL;
    size_t best = 0;

    for (const struct policy_move *at = form->moves; at != NULL;
         at = at->next) {
        size_t size = leads(at->document, pointer);

        if (size > best) {
            best = size;
            around = at;
        }
        if (leads(pointer, at->document) > 0)
            inside = at;
    }
    return around != NULL && (best > 1 || inside == NULL) ? around : inside;
}

void ruf_policy_form_position(const struct policy_form *form,
                              const char *pointer, uint32_t *line,
                              uint32_t *column)
{
    const struct policy_move *move = find_move(form, pointer);
    char given[2 * RUF_POLICY_POINTER_MAX];

    if (form->moves == NULL) {
        given_position(form, pointer, line, column);
        return;
    }
    if (move == NULL) {
        given_position(form, "", line, column);
        return;
    }
    (void)snprintf(given, sizeof(given), "%s%s", move->given,
                   leads(move->document, pointer) > 0
                       ? pointer + strlen(move->document)
                       : "");
    given_position(form, given, line, column);
}

static enum ruf_status refuse_at(struct flat *flat, const char *given,
                                 const char *detail)
{
    uint32_t line;
    uint32_t column;

    given_position(flat->form, given, &line, &column);
    return ruf_policy_form_refuse(flat->err, line, column, detail);
}

/* --- JSON
 * ------------------------------------------------------------------------ */

/* Not valid JSON is a mistake of the policy, not damage. */
static enum ruf_status read_json(const char *text, size_t size, cJSON **out,
                                 struct ruf_error *err)
{
    enum ruf_status status =
        ruf_json_parse(text, size, "policy", RUF_POLICY_DEPTH_MAX, out, err);

    if (status != RUF_E_CORRUPT)
        return status;
    if (err != NULL) {
        err->status = RUF_E_POLICY;
        (void)snprintf(err->id, sizeof(err->id), "P106");
    }
    return RUF_E_POLICY;
}

/* The document inside of a text, or the one that stands there itself. */
static enum ruf_status read_inner(struct flat *flat, struct given *given)
{
    const char *text = cJSON_GetStringValue(given->value);
    cJSON *inner = NULL;
    enum ruf_status status;

    if (cJSON_IsObject(given->value))
        return RUF_OK;
    if (text == NULL)
        return refuse_at(flat, given->pointer,
                         PREFIX WHOLE " holds the document as text");
    status = read_json(text, strlen(text), &inner, flat->err);
    if (status == RUF_E_POLICY && flat->err != NULL)
        given_position(flat->form, given->pointer, &flat->err->line,
                       &flat->err->column);
    if (status != RUF_OK)
        return status;
    if (!cJSON_AddItemToArray(flat->values, inner)) {
        cJSON_Delete(inner);
        return ruf_fail_memory(flat->err);
    }
    given->value = inner;
    return RUF_OK;
}

/* --- values of keys
 * -------------------------------------------------------------- */

static bool is_ours(const char *key)
{
    return strncmp(key, PREFIX, strlen(PREFIX)) == 0;
}

static bool has_our_keys(const cJSON *object)
{
    const cJSON *member;

    cJSON_ArrayForEach(member, object)
    {
        if (member->string != NULL && is_ours(member->string))
            return true;
    }
    return false;
}

static bool is_flat(const cJSON *given)
{
    const cJSON *object;
    bool ours = false;

    if (cJSON_IsObject(given))
        return has_our_keys(given);
    if (!cJSON_IsArray(given))
        return false;
    cJSON_ArrayForEach(object, given)
    {
        if (!cJSON_IsObject(object))
            return false;
        ours = ours || has_our_keys(object);
    }
    return ours;
}

/* "tel, sms" as a list of texts. NULL without memory. */
static cJSON *split_list(const char *text)
{
    cJSON *list = cJSON_CreateArray();
    struct ruf_text rest = ruf_text(text);

    while (list != NULL && rest.size > 0) {
        size_t size = strcspn(rest.data, ",");
        struct ruf_text item = ruf_text_trim(ruf_text_slice(rest, 0, size));
        char *copy = strndup(item.size == 0 ? "" : item.data, item.size);
        cJSON *value = copy == NULL ? NULL : cJSON_CreateString(copy);

        free(copy);
        if (!cJSON_AddItemToArray(list, value)) {
            cJSON_Delete(value);
            cJSON_Delete(list);
            return NULL;
        }
        rest = ruf_text_slice(rest, size + 1, rest.size);
        if (rest.data == NULL)
            break;
    }
    return list;
}

static bool is_integer(const char *text)
{
    size_t sign = text[0] == '-' ? 1 : 0;
    size_t digits = strspn(text + sign, "0123456789");

    return digits > 0 && digits <= 10 && text[sign + digits] == '\0';
}

/* Channels that know only text: "true", "7" and "tel, sms" where the field is
 * no text. What does not fit stays and is refused by the check. NULL without
 * memory. */
static cJSON *typed(enum policy_value type, const cJSON *value)
{
    const char *text = cJSON_GetStringValue(value);

    if (text == NULL)
        return cJSON_Duplicate(value, true);
    if (type == POLICY_VALUE_BOOL &&
        (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
        return cJSON_CreateBool(text[0] == 't');
    if (type == POLICY_VALUE_INTEGER && is_integer(text))
        return cJSON_CreateNumber((double)strtoll(text, NULL, 10));
    if (type == POLICY_VALUE_LIST)
        return split_list(text);
    return cJSON_Duplicate(value, true);
}

static struct flat_key *key_of(struct flat *flat, const char *path)
{
    struct flat_key *key = flat->keys;

    while (key != NULL && strcmp(key->path, path) != 0)
        key = key->next;
    if (key != NULL || flat->key_count == KEYS_MAX)
        return key;
    key = ruf_arena_alloc(flat->form->arena, 1, sizeof(*key));
    if (key == NULL)
        return NULL;
    key->path = path;
    *flat->last = key;
    flat->last = &key->next;
    flat->key_count++;
    return key;
}

static enum ruf_status add_given(struct flat *flat, struct flat_key *key,
                                 const cJSON *value, const char *pointer)
{
    cJSON *copy = typed(ruf_policy_value_at(key->path), value);
    char *where = ruf_arena_copy(flat->form->arena, pointer, strlen(pointer));

    if (copy == NULL || where == NULL ||
        !cJSON_AddItemToArray(flat->values, copy)) {
        cJSON_Delete(copy);
        return ruf_fail_memory(flat->err);
    }
    if (key->count == VALUES_MAX)
        return refuse_at(flat, pointer, "a key has too many values");
    key->values[key->count++] = (struct given){ copy, where };
    return RUF_OK;
}

/* Is this list one of several values rather than one value that is a list? */
static bool are_several(enum policy_value type, const cJSON *value)
{
    const cJSON *first = cJSON_IsArray(value) ? value->child : NULL;

    if (first == NULL || type == POLICY_VALUE_ANY)
        return false;
    return type != POLICY_VALUE_LIST || cJSON_IsArray(first) ||
           (cJSON_IsString(first) && strchr(first->valuestring, ',') != NULL);
}

static enum ruf_status add_key(struct flat *flat, const cJSON *member,
                               const char *pointer)
{
    const char *path = member->string + strlen(PREFIX);
    bool whole = strcmp(path, WHOLE) == 0;
    struct flat_key *key = key_of(flat, path);
    enum ruf_status status = RUF_OK;
    char inner[RUF_POLICY_POINTER_MAX];
    const cJSON *item;
    int position = 0;

    if (key == NULL)
        return flat->key_count == KEYS_MAX
                   ? refuse_at(flat, pointer, "too many keys")
                   : ruf_fail_memory(flat->err);
    if (!(whole && cJSON_IsArray(member)) &&
        !are_several(ruf_policy_value_at(path), member))
        return add_given(flat, key, member, pointer);
    cJSON_ArrayForEach(item, member)
    {
        (void)snprintf(inner, sizeof(inner), "%.200s/%d", pointer, position++);
        if (status == RUF_OK)
            status = add_given(flat, key, item, inner);
    }
    return status;
}

static enum ruf_status add_keys(struct flat *flat, const cJSON *object,
                                const char *around)
{
    const cJSON *member;

    cJSON_ArrayForEach(member, object)
    {
        char pointer[RUF_POLICY_POINTER_MAX];
        enum ruf_status status;

        if (!is_ours(member->string))
            continue;
        (void)snprintf(pointer, sizeof(pointer), "%s/%.200s", around,
                       member->string);
        if (strlen(member->string) > RUF_POLICY_PATH_MAX)
            return refuse_at(flat, pointer, "a key is too long");
        status = add_key(flat, member, pointer);
        if (status != RUF_OK)
            return status;
    }
    return RUF_OK;
}

static enum ruf_status collect_keys(struct flat *flat, const cJSON *given)
{
    enum ruf_status status = RUF_OK;
    const cJSON *object;
    int position = 0;

    if (cJSON_IsObject(given))
        return add_keys(flat, given, "");
    cJSON_ArrayForEach(object, given)
    {
        char around[16];

        (void)snprintf(around, sizeof(around), "/%d", position++);
        if (status == RUF_OK)
            status = add_keys(flat, object, around);
    }
    return status;
}

/* --- into the document
 * -------------------------------------------------------------- */

static void to_pointer(const char *path, char *out, size_t size)
{
    (void)snprintf(out, size, "%s%s", path[0] == '\0' ? "" : "/", path);
    for (char *c = out; *c != '\0'; c++)
        *c = *c == '.' ? '/' : *c;
}

static void tell_given_up(void *context, const char *path)
{
    const struct flat *flat = context;
    char pointer[RUF_POLICY_POINTER_MAX];

    to_pointer(path, pointer, sizeof(pointer));
    flat->given_up(flat->context, pointer);
}

static enum ruf_status add_move(struct flat *flat, const struct flat_key *key)
{
    struct policy_form *form = flat->form;
    struct policy_move *move = ruf_arena_alloc(form->arena, 1, sizeof(*move));
    char pointer[RUF_POLICY_POINTER_MAX] = "";
    char *document;

    if (strcmp(key->path, WHOLE) != 0)
        to_pointer(key->path, pointer, sizeof(pointer));
    document = ruf_arena_copy(form->arena, pointer, strlen(pointer));
    if (move == NULL || document == NULL)
        return ruf_fail_memory(flat->err);
    *move =
        (struct policy_move){ form->moves, document, key->values[0].pointer };
    form->moves = move;
    return RUF_OK;
}

/* What holds of the values of a key; NULL with RUF_OK: its default. */
static enum ruf_status resolve_key(struct flat *flat, struct flat_key *key,
                                   cJSON **out)
{
    bool whole = strcmp(key->path, WHOLE) == 0;
    const cJSON *values[VALUES_MAX];
    bool failed = false;
    enum ruf_status status = add_move(flat, key);

    *out = NULL;
    for (size_t i = 0; i < key->count && status == RUF_OK; i++) {
        if (whole)
            status = read_inner(flat, &key->values[i]);
        values[i] = key->values[i].value;
    }
    if (status != RUF_OK || key->count == 0)
        return status;
    *out = ruf_policy_resolve(whole ? "" : key->path, values, key->count,
                              tell_given_up, flat, &failed);
    return failed ? ruf_fail_memory(flat->err) : RUF_OK;
}

static bool all_digits(const char *text, size_t size)
{
    return size > 0 && size <= 3 && strspn(text, "0123456789") >= size;
}

/* Of digits, see above. */
static int index_of(const char *digits)
{
    return (int)strtol(digits, NULL, 10);
}

/* The child of this name, made if it is not there; NULL without memory. */
static cJSON *child_of(cJSON *node, const char *name, bool makes_list)
{
    cJSON *child;
    cJSON *made;

    if (cJSON_IsArray(node)) {
        int wanted = index_of(name);

        while (cJSON_GetArraySize(node) <= wanted) {
            made = cJSON_CreateNull();
            if (!cJSON_AddItemToArray(node, made)) {
                cJSON_Delete(made);
                return NULL;
            }
        }
        child = cJSON_GetArrayItem(node, wanted);
    } else {
        child = cJSON_GetObjectItemCaseSensitive(node, name);
    }
    if (cJSON_IsObject(child) || cJSON_IsArray(child))
        return child;
    made = makes_list ? cJSON_CreateArray() : cJSON_CreateObject();
    if (made == NULL)
        return NULL;
    if (cJSON_IsArray(node)
            ? cJSON_ReplaceItemInArray(node, index_of(name), made)
        : child != NULL
            ? cJSON_ReplaceItemInObjectCaseSensitive(node, name, made)
            : cJSON_AddItemToObject(node, name, made))
        return made;
    cJSON_Delete(made);
    return NULL;
}

/* Put a value in the place of another, or where none was. Takes it over. */
static bool put_value(cJSON *node, const char *name, cJSON *value)
{
    bool done;

    if (cJSON_IsArray(node))
        done = child_of(node, name, false) != NULL &&
               cJSON_ReplaceItemInArray(node, index_of(name), value);
    else if (cJSON_GetObjectItemCaseSensitive(node, name) != NULL)
        done = cJSON_ReplaceItemInObjectCaseSensitive(node, name, value);
    else
        done = cJSON_AddItemToObject(node, name, value);
    if (!done)
        cJSON_Delete(value);
    return done;
}

/* Walk to the place of a key, making what lies between. Takes value over. */
static enum ruf_status set_path(struct flat *flat, const struct flat_key *key,
                                cJSON *value)
{
    cJSON *node = flat->form->document;
    const char *path = key->path;

    for (;;) {
        size_t size = strcspn(path, ".");
        const char *next = path + size + 1;
        char name[RUF_POLICY_PATH_MAX + 1];

        if (size == 0 ||
            (cJSON_IsArray(node) &&
             (!all_digits(path, size) || index_of(path) > INDEX_MAX))) {
            cJSON_Delete(value);
            return refuse_at(flat, key->values[0].pointer,
                             "the key leads nowhere");
        }
        memcpy(name, path, size);
        name[size] = '\0';
        if (path[size] == '\0')
            return put_value(node, name, value) ? RUF_OK
                                                : ruf_fail_memory(flat->err);
        node = child_of(node, name, all_digits(next, strcspn(next, ".")));
        if (node == NULL) {
            cJSON_Delete(value);
            return ruf_fail_memory(flat->err);
        }
        path = next;
    }
}

static size_t depth_of(const char *path)
{
    size_t depth = 1;

    for (; *path != '\0'; path++)
        depth += *path == '.' ? 1 : 0;
    return depth;
}

/* The JSON first, then the keys, what lies around before what lies inside. */
static enum ruf_status assemble(struct flat *flat)
{
    enum ruf_status status = RUF_OK;
    cJSON *value = NULL;

    for (struct flat_key *key = flat->keys; key != NULL; key = key->next)
        if (strcmp(key->path, WHOLE) == 0)
            status = resolve_key(flat, key, &value);
    if (status != RUF_OK)
        return status;
    flat->form->document = value != NULL ? value : cJSON_CreateObject();
    if (flat->form->document == NULL)
        return ruf_fail_memory(flat->err);
    for (size_t depth = 1; depth <= RUF_POLICY_DEPTH_MAX; depth++)
        for (struct flat_key *key = flat->keys; key != NULL; key = key->next) {
            if (depth_of(key->path) != depth || strcmp(key->path, WHOLE) == 0)
                continue;
            status = resolve_key(flat, key, &value);
            if (status == RUF_OK && value != NULL)
                status = set_path(flat, key, value);
            if (status != RUF_OK)
                return status;
        }
    return RUF_OK;
}

static enum ruf_status read_flat(struct policy_form *form, const cJSON *given,
                                 policy_form_given_up *given_up, void *context,
                                 struct ruf_error *err)
{
    struct flat flat = { .form = form,
                         .values = cJSON_CreateArray(),
                         .given_up = given_up,
                         .context = context,
                         .err = err };
    enum ruf_status status;

    flat.last = &flat.keys;
    status =
        flat.values == NULL ? ruf_fail_memory(err) : collect_keys(&flat, given);
    for (const struct flat_key *key = flat.keys;
         status == RUF_OK && key != NULL; key = key->next)
        if (depth_of(key->path) > RUF_POLICY_DEPTH_MAX)
            status = refuse_at(&flat, key->values[0].pointer,
                               "the key leads nowhere");
    if (status == RUF_OK)
        status = assemble(&flat);
    cJSON_Delete(flat.values);
    return status;
}

/* --- whatever was given
 * ---------------------------------------------------------- */

static enum ruf_status read_given(struct policy_form *form, cJSON **out,
                                  struct ruf_error *err)
{
    struct ruf_text inner =
        ruf_text_trim((struct ruf_text){ form->text, form->size });

    /* A byte order mark is usual in front of XML and of lines. */
    if (ruf_text_starts_with(inner, "\xEF\xBB\xBF"))
        inner = ruf_text_trim(ruf_text_slice(inner, 3, inner.size));
    if (ruf_text_starts_with(inner, "<"))
        return ruf_policy_read_plist(form, out, err);
    if (ruf_text_starts_with(inner, PREFIX) || ruf_text_starts_with(inner, "#"))
        return ruf_policy_read_lines(form, out, err);
    return read_json(form->text, form->size, out, err);
}

enum ruf_status ruf_policy_form_read(struct policy_form *form, const char *text,
                                     size_t size,
                                     policy_form_given_up *given_up,
                                     void *context, struct ruf_error *err)
{
    cJSON *given = NULL;
    enum ruf_status status;

    form->text = text;
    form->size = size;
    status = read_given(form, &given, err);
    if (status != RUF_OK)
        return status;
    if (!is_flat(given)) {
        form->document = given;
        return RUF_OK;
    }
    status = read_flat(form, given, given_up, context, err);
    cJSON_Delete(given);
    return status;
}

void ruf_policy_form_free(struct policy_form *form)
{
    cJSON_Delete(form->document);
    form->document = NULL;
}
