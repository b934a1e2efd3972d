/*
 * base/number_clean.c - phone numbers as directories hold them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/number_chars.h"
#include "base/number_labels.h"
#include "base/scratch.h"
#include "base/text.h"
#include <rufname/clean.h>
#include <string.h>

/* Text under correction. */
struct work {
    char text[RUF_CLEAN_TEXT_MAX + RUF_NUMBER_TEXT_SIZE];
    size_t size;
    const char *region;
    const struct ruf_clean_options *options;
    unsigned made;
};

static bool may(const struct work *work, enum ruf_correction correction)
{
    return (work->options->corrections & (unsigned)correction) != 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* --- parsing --- */

static void parse(const struct work *work, struct ruf_text text,
                  struct ruf_number *out)
{
    ruf_number_parse(text.data, text.size, work->region, out);
}

/* The digits after a prefix, as one number. */
static void parse_with(const struct work *work, const char *prefix,
                       struct ruf_text text, struct ruf_number *out)
{
    RUF_SCRATCH char joined[RUF_CLEAN_TEXT_MAX + RUF_NUMBER_TEXT_SIZE];
    size_t size = strlen(prefix);

    memcpy(joined, prefix, size);
    memcpy(joined + size, text.data, text.size);
    parse(work, (struct ruf_text){ joined, size + text.size }, out);
}

/* Do national numbers of this region begin with 0? Then the valid number that
 * libphonenumber sees is the same with a 0 in front. */
static bool has_trunk_zero(const struct work *work, struct ruf_text text,
                           const struct ruf_number *national)
{
    struct ruf_number with_zero;

    parse_with(work, "0", text, &with_zero);
    return with_zero.key == national->key;
}

/* --- dates and addresses --- */

struct group {
    unsigned value;
    size_t digits;
};

/* Digits in groups, with the same separator between all of them. Blanks may
 * follow a dot: "5. 11. 2024". */
static size_t read_groups(struct ruf_text text, char *separator,
                          struct group groups[4])
{
    size_t count = 1;

    memset(groups, 0, 4 * sizeof(groups[0]));
    *separator = '\0';
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        struct group *group = &groups[count - 1];

        if (is_digit(c) && group->digits < 4) {
            group->value = 10 * group->value + (unsigned)(c - '0');
            group->digits++;
        } else if ((c == '.' || c == '-' || c == '/') && group->digits > 0 &&
                   count < 4 && (*separator == '\0' || *separator == c)) {
            *separator = c;
            count++;
        } else if (c != ' ' || group->digits > 0 || *separator != '.') {
            return 0;
        }
    }
    return groups[count - 1].digits > 0 ? count : 0;
}

static bool is_calendar_day(struct group year, struct group month,
                            struct group day)
{
    return year.digits == 4 && year.value >= 1900 && year.value <= 2099 &&
           month.digits <= 2 && month.value >= 1 && month.value <= 12 &&
           day.digits <= 2 && day.value >= 1 && day.value <= 31;
}

/* Four numbers below 256; a leading zero would be a trunk prefix. */
static bool is_ip_address(const struct group groups[4])
{
    for (size_t i = 0; i < 4; i++)
        if (groups[i].digits > 3 || groups[i].value > 255 ||
            (groups[i].digits > 1 &&
             groups[i].value < (groups[i].digits == 3 ? 100u : 10u)))
            return false;
    return true;
}

static bool is_date(struct ruf_text text, char *separator,
                    struct group groups[4], size_t *count)
{
    *count = read_groups(text, separator, groups);
    return *count == 3 && (is_calendar_day(groups[0], groups[1], groups[2]) ||
                           is_calendar_day(groups[2], groups[1], groups[0]));
}

/* From the first digit to the last. */
static struct ruf_text digits_and_between(struct ruf_text text)
{
    size_t start = 0;

    while (start < text.size && !is_digit(text.data[start]))
        start++;
    while (text.size > start && !is_digit(text.data[text.size - 1]))
        text.size--;
    return ruf_text_slice(text, start, text.size - start);
}

/* Is it written like an address, and yet a number? In Denmark, Norway and
 * Luxembourg people write 22.12.34.56. */
static bool is_number_in_pairs(const struct work *work, struct ruf_text text,
                               const struct group groups[4])
{
    RUF_SCRATCH struct ruf_number number;

    for (size_t i = 0; i < 4; i++)
        if (groups[i].digits != 2)
            return false;
    parse(work, text, &number);
    return number.valid && !has_trunk_zero(work, text, &number);
}

/* A date or an address, whatever words stand around it; or a day, followed by
 * the time or another day. */
static bool is_date_or_address(const struct work *work, struct ruf_text text)
{
    struct ruf_text core = digits_and_between(text);
    struct group groups[4];
    char separator;
    size_t count;
    size_t word = 0;

    if (core.size < text.size && memchr(text.data, '+', text.size) != NULL)
        return false;
    if (is_date(core, &separator, groups, &count))
        return true;
    if (count == 4 && separator == '.' && is_ip_address(groups))
        return !is_number_in_pairs(work, core, groups);
    while (word < core.size && core.data[word] != ' ')
        word++;
    return is_date(ruf_text_slice(core, 0, word), &separator, groups, &count) &&
           separator == '.';
}

/* --- labels --- */

/* "23125-0 DW 12", "23125-0 (DW 12)": the 0 stands for the switchboard. */
static void drop_switchboard(struct work *work)
{
    size_t size = work->size;

    while (size > 0 && memchr(" (,", work->text[size - 1], 3) != NULL)
        size--;
    if (size >= 2 && work->text[size - 1] == '0' &&
        (work->text[size - 2] == '-' || work->text[size - 2] == '/'))
        work->size = size - 1;
}

/* Copy the text without its labels. A word behind a hyphen may be vanity. */
static void strip_labels(struct work *work, struct ruf_text text)
{
    for (size_t i = 0; i < text.size;) {
        size_t size =
            may(work, RUF_CORRECT_LABEL) ? ruf_label_bracket(text, i) : 0;
        unsigned made = size > 0 ? RUF_CORRECT_LABEL : 0;

        if (size == 0) {
            size = ruf_word_size(text, i);
            if (size > 0 && (i == 0 || text.data[i - 1] != '-'))
                made = ruf_label_word(ruf_text_slice(text, i, size)) &
                       work->options->corrections;
            if (made == RUF_CORRECT_DIRECT_DIAL)
                drop_switchboard(work);
            if (made != 0 && i + size < text.size &&
                (text.data[i + size] == '.' || text.data[i + size] == ':'))
                size++;
        }
        size = size > 0 ? size : 1;
        if (made == 0) {
            memcpy(work->text + work->size, text.data + i, size);
            work->size += size;
        }
        work->made |= made;
        i += size;
    }
}

/* --- one number --- */

/* Text that begins with a digit other than 0: national, without prefix. */
static bool lacks_prefix(struct ruf_text text)
{
    return text.size > 0 && text.data[0] >= '1' && text.data[0] <= '9';
}

/* Corrections lead to numbers of the region that was asked for. */
static bool is_of_region(const struct work *work,
                         const struct ruf_number *number)
{
    return number->valid && strcmp(number->region, work->region) == 0;
}

static bool correct_calling_code(struct work *work, struct ruf_text text,
                                 struct ruf_number *number)
{
    RUF_SCRATCH struct ruf_number own;

    if (!may(work, RUF_CORRECT_CALLING_CODE) ||
        (number->valid && !has_trunk_zero(work, text, number)))
        return false;
    parse_with(work, "+", text, &own);
    if (!is_of_region(work, &own) || own.key == number->key)
        return false;
    *number = own;
    work->made |= RUF_CORRECT_CALLING_CODE;
    return true;
}

/* Longest number that is dialled without its area code, in digits. */
#define LOCAL_DIGITS_MAX 8

static size_t count_digits(struct ruf_text text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.size; i++)
        count += is_digit(text.data[i]) ? 1 : 0;
    return count;
}

/* A local number may happen to be a valid one of another town: where national
 * numbers begin with 0, a short one without it is local all the same. */
static bool may_be_local(const struct work *work, struct ruf_text text,
                         const struct ruf_number *number)
{
    return !number->valid || (count_digits(text) <= LOCAL_DIGITS_MAX &&
                              has_trunk_zero(work, text, number));
}

static void correct_area_code(struct work *work, struct ruf_text text,
                              struct ruf_number *number)
{
    char prefix[RUF_NUMBER_TEXT_SIZE] = "0";
    const char *area = work->options->area_code;
    RUF_SCRATCH struct ruf_number local;

    if (!may(work, RUF_CORRECT_AREA_CODE) || area == NULL ||
        strlen(area) + 2 > sizeof(prefix) ||
        !may_be_local(work, text, number) ||
        ruf_number_short(text.data, text.size, work->region) != RUF_SHORT_NONE)
        return;
    memcpy(prefix + 1, area, strlen(area) + 1);
    parse_with(work, prefix, text, &local);
    if (!is_of_region(work, &local))
        parse_with(work, area, text, &local); /* no trunk prefix there */
    if (is_of_region(work, &local)) {
        *number = local;
        work->made |= RUF_CORRECT_AREA_CODE;
    }
}

static bool has_letter(struct ruf_text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (ruf_letter_size(text, i) > 0)
            return true;
    return false;
}

static bool has_small_letter(struct ruf_text text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((text.data[i] >= 'a' && text.data[i] <= 'z') ||
            text.data[i] == '\xC3')
            return true;
    return false;
}

/* "030 23125000 abends": words behind what is a valid number without them.
 * Capitals that make a valid number are vanity. */
static struct ruf_text drop_last_words(struct work *work, struct ruf_text text,
                                       struct ruf_number *number)
{
    struct ruf_text head = text;
    struct ruf_text words;
    RUF_SCRATCH struct ruf_number without;

    while (head.size > 0 && !is_digit(head.data[head.size - 1]))
        head.size--;
    words = ruf_text_slice(text, head.size, text.size);
    if (!may(work, RUF_CORRECT_LABEL) || words.size == 0 ||
        memchr(" ,;/(", words.data[0], 5) == NULL || !has_letter(words) ||
        (number->valid && !has_small_letter(words)) ||
        has_letter(digits_and_between(head)))
        return text;
    parse(work, head, &without);
    if (!without.valid || strcmp(without.e164, number->e164) == 0)
        return text;
    *number = without;
    work->made |= RUF_CORRECT_LABEL;
    return head;
}

static void read_number(struct work *work, struct ruf_text text,
                        struct ruf_number *out)
{
    parse(work, text, out);
    text = drop_last_words(work, ruf_text_trim(text), out);
    if (work->region == NULL || !lacks_prefix(text))
        return;
    if (!correct_calling_code(work, text, out))
        correct_area_code(work, text, out);
}

/* --- several numbers --- */

static const char *const separators[] = { " / ",   ";",      ",",    "|",
                                          "\n",    " oder ", " or ", " und ",
                                          " and ", " bzw. ", " u. ", " & ",
                                          NULL };

/* The '/' of "23125-0/-12" or "23125-0 / -12"? */
static bool is_before_direct_dial(struct ruf_text text, size_t at)
{
    if (text.data[at++] != '/')
        return false;
    while (at < text.size && text.data[at] == ' ')
        at++;
    return at < text.size && text.data[at] == '-';
}

/* Next separator from here; text.size if there is none. */
static size_t find_separator(struct ruf_text text, size_t from, size_t *size)
{
    *size = 0;
    for (size_t i = from; i < text.size; i++) {
        if (memchr(" ;,|\n/", text.data[i], 6) == NULL)
            continue; /* no separator begins like this */
        if (is_before_direct_dial(text, i)) {
            *size = 1;
            return i;
        }
        for (size_t k = 0; separators[k] != NULL; k++)
            if (ruf_text_starts_with(ruf_text_slice(text, i, text.size - i),
                                     separators[k])) {
                *size = strlen(separators[k]);
                return i;
            }
    }
    return text.size;
}

/* A plus or a 0, perhaps in brackets or behind one letter: "M: 0152 ...". */
static bool has_prefix(struct ruf_text text)
{
    size_t at = ruf_word_size(text, 0) == 1 ? 1 : 0;

    while (at < text.size && memchr(" .:(", text.data[at], 4) != NULL)
        at++;
    return at < text.size && (text.data[at] == '+' || text.data[at] == '0');
}

/* "-12" behind "030 23125-0" in 'room': "030 23125-12". Empty if what stands
 * before the hyphen is no number by itself: then "-12" means something else. */
static struct ruf_text join_direct_dial(const struct work *work,
                                        struct ruf_text first,
                                        struct ruf_text piece,
                                        char room[RUF_CLEAN_TEXT_MAX])
{
    struct ruf_text stem = first;
    struct ruf_text joined = { room, 0 };
    RUF_SCRATCH struct ruf_number number;

    while (stem.size > 0 && stem.data[stem.size - 1] != '-')
        stem.size--;
    if (stem.size == 0 || stem.size + piece.size - 1 > RUF_CLEAN_TEXT_MAX ||
        count_digits(piece) + 1 != piece.size)
        return joined;
    parse(work, stem, &number);
    if (!number.valid)
        return joined;
    memcpy(room, stem.data, stem.size);
    memcpy(room + stem.size, piece.data + 1, piece.size - 1);
    joined.size = stem.size + piece.size - 1;
    return joined;
}

/* Every piece must be a number that can stand alone: valid, no date, and all
 * but the first with a plus or a 0 in front, or a direct dial number. */
static bool read_piece(struct work *work, struct ruf_text piece, bool first,
                       struct ruf_number *out)
{
    if (piece.size == 0 || (!first && !has_prefix(piece)) ||
        (may(work, RUF_CORRECT_REFUSE) && is_date_or_address(work, piece)))
        return false;
    read_number(work, piece, out);
    return out->valid;
}

static bool split(struct work *work, struct ruf_text text,
                  struct ruf_cleaned *out)
{
    RUF_SCRATCH char room[RUF_CLEAN_TEXT_MAX];
    struct ruf_text first = { NULL, 0 };
    size_t count = 0;
    size_t from = 0;
    unsigned made = work->made;

    while (from <= text.size && count < RUF_CLEANED_MAX) {
        size_t width;
        size_t end = find_separator(text, from, &width);
        struct ruf_text piece =
            ruf_text_trim(ruf_text_slice(text, from, end - from));

        if (count == 0)
            first = piece;
        if (count > 0 && piece.size > 0 && piece.data[0] == '-' &&
            may(work, RUF_CORRECT_DIRECT_DIAL)) {
            piece = join_direct_dial(work, first, piece, room);
            work->made |= RUF_CORRECT_DIRECT_DIAL;
        }
        if (count > 0) /* the first one's is that of the whole text */
            out->has_plus[count] = ruf_number_has_plus(piece);
        if (!read_piece(work, piece, count == 0, &out->numbers[count]))
            break;
        count++;
        if (width == 0) {
            if (count < 2)
                break;
            out->count = count;
            work->made |= RUF_CORRECT_SPLIT;
            return true;
        }
        from = end + width;
    }
    work->made = made;
    return false;
}

/* Digits and what stands between them, one number: nothing to drop or split. */
static bool is_plain(struct ruf_text text)
{
    static const char between[] = "+-(). ";

    for (size_t i = 0; i < text.size; i++)
        if (!is_digit(text.data[i]) &&
            memchr(between, text.data[i], sizeof(between) - 1) == NULL)
            return false;
    return true;
}

/* A link of RFC 3966 with parameters: it means what it says, and a ';' in it
 * parts no numbers. */
static bool is_link(struct ruf_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        struct ruf_text rest = ruf_text_slice(text, i, text.size);

        if (text.data[i] == ';' &&
            (ruf_text_starts_with(rest, ";phone-context=") ||
             ruf_text_starts_with(rest, ";isub=")))
            return true;
    }
    return false;
}

void ruf_number_clean(const char *text, size_t size, const char *region,
                      const struct ruf_clean_options *options,
                      struct ruf_cleaned *out)
{
    struct ruf_text raw = { text, size };
    struct ruf_text cleaned;
    RUF_SCRATCH struct work work; /* its text is filled as far as size says */

    work.size = 0;
    work.region = region;
    work.options = options;
    work.made = 0;
    out->corrections = 0;
    out->count = 1;
    out->has_plus[0] = ruf_number_has_plus(raw);
    if (size > RUF_CLEAN_TEXT_MAX) {
        ruf_number_parse(text, size, region, &out->numbers[0]);
        return;
    }
    if (may(&work, RUF_CORRECT_REFUSE) && is_date_or_address(&work, raw)) {
        memset(&out->numbers[0], 0, sizeof(out->numbers[0]));
        out->numbers[0].status = RUF_NUMBER_NOT_A_NUMBER;
        out->corrections = RUF_CORRECT_REFUSE;
        return;
    }
    if (is_plain(raw)) {
        read_number(&work, raw, &out->numbers[0]);
        out->corrections = work.made;
        return;
    }
    if (is_link(raw)) {
        parse(&work, raw, &out->numbers[0]);
        return;
    }
    strip_labels(&work, raw);
    cleaned = (struct ruf_text){ work.text, work.size };
    if (!may(&work, RUF_CORRECT_SPLIT) || !split(&work, cleaned, out))
        read_number(&work, cleaned, &out->numbers[0]);
    out->corrections = work.made;
}

const char *ruf_correction_name(enum ruf_correction correction)
{
    switch (correction) {
    case RUF_CORRECT_LABEL:
        return "label";
    case RUF_CORRECT_DIRECT_DIAL:
        return "direct-dial";
    case RUF_CORRECT_SPLIT:
        return "split";
    case RUF_CORRECT_REFUSE:
        return "refused";
    case RUF_CORRECT_CALLING_CODE:
        return "calling-code";
    case RUF_CORRECT_AREA_CODE:
        return "area-code";
    case RUF_CORRECT_ALL:
        break;
    }
    return "";
}
