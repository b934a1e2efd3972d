/*
 * mix.c - seeded phone number texts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/oracle/mix.h"
#include "base/number_plan.h"
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* --- chance ----------------------------------------------------------------
 */

static uint64_t state;

static uint32_t chance(uint32_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * UINT64_C(2685821657736338717)) >> 33) % below;
}

static bool one_in(uint32_t n)
{
    return chance(n) == 0;
}

/* --- text -------------------------------------------------------------------
 */

struct line {
    char text[4096];
    size_t size;
};

static void add_bytes(struct line *line, const char *bytes, size_t size)
{
    if (size > sizeof(line->text) - line->size)
        return;
    memcpy(line->text + line->size, bytes, size);
    line->size += size;
}

static void add(struct line *line, const char *text)
{
    add_bytes(line, text, strlen(text));
}

static void add_digit(struct line *line, unsigned digit)
{
    char c = (char)('0' + digit);

    add_bytes(line, &c, 1);
}

static void add_digits(struct line *line, size_t count)
{
    while (count-- > 0)
        add_digit(line, chance(10));
}

static void add_number(struct line *line, unsigned number)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", number);
    add(line, text);
}

static void add_code_point(struct line *line, uint32_t c)
{
    char out[4];
    size_t size = 0;

    if (c < 0x80) {
        out[size++] = (char)c;
    } else if (c < 0x800) {
        out[size++] = (char)(0xC0 | c >> 6);
        out[size++] = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        out[size++] = (char)(0xE0 | c >> 12);
        out[size++] = (char)(0x80 | (c >> 6 & 0x3F));
        out[size++] = (char)(0x80 | (c & 0x3F));
    } else {
        out[size++] = (char)(0xF0 | c >> 18);
        out[size++] = (char)(0x80 | (c >> 12 & 0x3F));
        out[size++] = (char)(0x80 | (c >> 6 & 0x3F));
        out[size++] = (char)(0x80 | (c & 0x3F));
    }
    add_bytes(line, out, size);
}

#define PICK(list) ((list)[chance((uint32_t)COUNT_OF(list))])

static FILE *sink;

static void print(const char *region, const struct line *line, char end)
{
    fputs(region, sink);
    putc('\t', sink);
    for (size_t i = 0; i < line->size; i++) {
        /* Only the class "breaks" may hold line feeds, and no NUL. */
        char c = line->text[i];

        putc(c == end ? '?' : c, sink);
    }
    putc(end, sink);
}

/* --- regions and examples
 * ------------------------------------------------------ */

#define EXAMPLES_MAX 4000

struct example {
    char region[4];
    char e164[24];
};

static struct example examples[EXAMPLES_MAX];
static size_t example_count;
static unsigned region_count;

static bool is_geographic(unsigned region)
{
    return ruf_plan_regions[region].name[0] >= 'A';
}

static unsigned some_region(void)
{
    unsigned region;

    do
        region = chance(region_count);
    while (!is_geographic(region));
    return region;
}

static const char *some_default(const char *likely)
{
    switch (chance(10)) {
    case 0:
        return "ZZ";
    case 1:
        return ruf_plan_regions[some_region()].name;
    case 2:
        return "DE";
    default:
        return likely[0] >= 'A' ? likely : "DE";
    }
}

static void read_examples(FILE *in)
{
    char line[128];

    example_count = 0;
    while (fgets(line, sizeof(line), in) != NULL &&
           example_count < EXAMPLES_MAX) {
        struct example *example = &examples[example_count];

        if (sscanf(line, "%3s %*d %23s", example->region, example->e164) == 2)
            example_count++;
    }
    region_count = ruf_plan_region_count;
}

static unsigned code_of_e164(const char *digits, size_t *width)
{
    unsigned three = 0;
    unsigned entry;

    for (size_t i = 0; i < 3; i++)
        three = 10 * three + (unsigned)(digits[i] - '0');
    entry = ruf_plan_code_by_digits[three];
    *width = entry == 0                              ? 0
             : ruf_plan_codes[entry - 1].code >= 100 ? 3
             : ruf_plan_codes[entry - 1].code >= 10  ? 2
                                                     : 1;
    return entry - 1;
}

/* --- spelling
 * --------------------------------------------------------------------- */

static const char *const separators[] = {
    " ",
    "-",
    ".",
    "/",
    " / ",
    " - ",
    "(",
    ")",
    ") ",
    " (",
    "\xC2\xA0",
    "\xE2\x80\x93",
    "\xE2\x80\x91",
    "~",
    "  ",
    "[",
    "]",
    "\xC2\xAD",
    "\xE2\x80\x8B",
    "\xE3\x80\x80",
    "\xEF\xBC\x88",
    "\xEF\xBC\x89",
    "*",
    "x",
};

static void add_spelled(struct line *line, const char *digits)
{
    uint32_t style = chance(4);
    bool full_width = one_in(40);
    bool arabic = one_in(80);

    for (size_t i = 0; digits[i] != '\0'; i++) {
        if (i > 0 && style > 0 && one_in(style == 1 ? 3 : 6))
            add(line, style == 3 ? PICK(separators)
                                 : separators[chance(style == 1 ? 2 : 10)]);
        if (full_width)
            add_code_point(line, 0xFF10u + (uint32_t)(digits[i] - '0'));
        else if (arabic)
            add_code_point(line, 0x660u + (uint32_t)(digits[i] - '0'));
        else
            add_bytes(line, digits + i, 1);
    }
}

/* clang-format off */
static const char *const suffixes[] = {
    " ext. 12", " x34", ";ext=5", "#12", " #9", ", 12", ",,77", " DW 12", "-0",
    " - 12", " extension 4567", " int 5", " anexo 12", "~5", " (privat)",
    " mobil", " App. 21", " Durchwahl 5", "x1234567890", ";isub=12",
    " \xD0\xB4\xD0\xBE\xD0\xB1. 3", " 123#", "-123456#", " extn:99", " xt,5",
    " \xC2\xB2", " \xE2\x82\xAC", " a", " ab", " abc", "/x2303", " x302/x2303",
    "w", ".", " ", "\t", "ext", " ext", ";ext=", " EXT 7#",
    (" Ext.\xC2\xA0" "8"), "extensi\xC3\xB3n 9", "EXTENSI\xC3\x93N 9",
    "extensio\xCC\x81n9", " or 123",
};
/* clang-format on */

/* clang-format off */
static const char *const openings[] = {
    "Tel: ", "tel:", "Tel. ", "T ", "+", "++", "\xEF\xBC\x8B", "(", "Mobil: ",
    "\xE2\x80\xAA", "Fax ", " ", "\t", "[", "#", "*", "x", "p: ", "0", "00",
    "011", "+ ", "*31#", "#31#", "\xEF\xBC\x8B+",
};
/* clang-format on */

/* One digit more, less or other. */
static void disturb(char *digits)
{
    size_t size = strlen(digits);

    switch (chance(6)) {
    case 0:
        if (size > 1)
            digits[size - 1] = '\0';
        break;
    case 1:
        digits[size] = (char)('0' + chance(10));
        digits[size + 1] = '\0';
        break;
    case 2:
        digits[chance((uint32_t)size)] = (char)('0' + chance(10));
        break;
    case 3:
        memmove(digits + 1, digits, size + 1);
        digits[0] = (char)('0' + chance(10));
        break;
    default:
        break;
    }
}

static void add_idd(struct line *line, unsigned region);
static void add_prefix(struct line *line, unsigned region);

static unsigned region_by_name(const char *name)
{
    unsigned entry = 0;

    if (name[0] >= 'A')
        entry = ruf_plan_region_by_name[26 * (name[0] - 'A') + name[1] - 'A'];
    return entry == 0 ? 0 : entry - 1;
}

static void make_example(void)
{
    const struct example *example = &examples[chance((uint32_t)example_count)];
    const char *region = some_default(example->region);
    struct line line = { .size = 0 };
    char digits[64];
    char code[8];
    size_t width;
    unsigned number = code_of_e164(example->e164 + 1, &width);

    snprintf(code, sizeof(code), "%u", ruf_plan_codes[number].code);
    snprintf(digits, sizeof(digits), "%s", example->e164 + 1 + width);
    if (one_in(2))
        disturb(digits);
    if (one_in(5))
        add(&line, PICK(openings));
    switch (chance(8)) {
    case 0:
    case 1:
        add(&line, "+");
        add_spelled(&line, code);
        add(&line, one_in(3) ? " (0) " : " ");
        break;
    case 2:
        add(&line, "00");
        add_spelled(&line, code);
        break;
    case 3:
        if (example->region[0] >= 'A')
            add_idd(&line, region_by_name(example->region));
        add(&line, " ");
        add(&line, code);
        break;
    case 4:
        add(&line, code);
        break;
    case 5:
        if (example->region[0] >= 'A')
            add_prefix(&line, region_by_name(example->region));
        break;
    case 6:
        add(&line, one_in(3) ? "(0)" : "0");
        break;
    default:
        break;
    }
    add_spelled(&line, digits);
    if (one_in(3))
        add(&line, PICK(suffixes));
    print(region, &line, '\n');
}

/* --- plain digits
 * -------------------------------------------------------------------- */

static void make_digits(void)
{
    unsigned region = some_region();
    const struct ruf_plan_region *plan = &ruf_plan_regions[region];
    struct line line = { .size = 0 };
    size_t count = 1 + chance(14);

    if (one_in(16))
        count = chance(40);
    switch (chance(9)) {
    case 0:
        add(&line, "+");
        add_number(&line, ruf_plan_codes[plan->code].code);
        break;
    case 1:
        add(&line, "0");
        break;
    case 2:
        add(&line, "+");
        break;
    case 3:
        add_idd(&line, region);
        break;
    case 4:
        add_idd(&line, region);
        add_number(&line, ruf_plan_codes[plan->code].code);
        break;
    case 5:
        add_number(&line, ruf_plan_codes[plan->code].code);
        break;
    case 6:
        add_prefix(&line, region);
        break;
    case 7:
        add_number(&line, ruf_plan_codes[plan->code].code);
        add_prefix(&line, region);
        break;
    default:
        break;
    }
    add_digits(&line, count);
    print(some_default(plan->name), &line, '\n');
}

/* --- walks through our own tables
 * -------------------------------------------------------- */

static void add_from_mask(struct line *line, unsigned mask)
{
    unsigned digit;

    if (mask == 0)
        return; /* a character no digit matches */
    do
        digit = chance(10);
    while ((mask >> digit & 1) == 0);
    add_digit(line, digit);
}

/* Digits that a prefix program accepts, alternatives at random. */
static void add_program(struct line *line, unsigned at)
{
    if (at == 0)
        return;
    for (;;) {
        const struct ruf_plan_step *step = &ruf_plan_program[at];

        switch ((enum ruf_plan_op)step->op) {
        case RUF_PLAN_SET:
            add_from_mask(line, step->argument);
            at++;
            break;
        case RUF_PLAN_SPLIT:
            at += one_in(2) ? 1 : step->argument;
            break;
        case RUF_PLAN_JUMP:
            at += step->argument;
            break;
        case RUF_PLAN_SAVE:
        case RUF_PLAN_END:
            at++;
            break;
        case RUF_PLAN_MATCH:
            return;
        }
    }
}

static void add_idd(struct line *line, unsigned region)
{
    add_program(line, ruf_plan_regions[region].idd);
}

static void add_prefix(struct line *line, unsigned region)
{
    add_program(line, ruf_plan_regions[region].prefix);
}

/* States of a plan; within a tail one digit more is one place further. */
#define TAIL_SIZE 18u

static unsigned next_state(unsigned at, unsigned digit)
{
    return (at & RUF_PLAN_TAIL) == 0 ? ruf_plan_next[10 * at + digit] : at + 1;
}

static bool has_label(unsigned at)
{
    return ((at & RUF_PLAN_TAIL) == 0
                ? ruf_plan_row_labels[at]
                : ruf_plan_tails[at & ~RUF_PLAN_TAIL]) != 0;
}

static bool is_dead_end(unsigned at)
{
    unsigned place = at & ~RUF_PLAN_TAIL;

    if ((at & RUF_PLAN_TAIL) == 0)
        return false;
    do {
        if (ruf_plan_tails[place] != 0)
            return false;
        place++;
    } while (place % TAIL_SIZE != 0);
    return true;
}

/* A number that leads to a label, or to a dead end after some digits. */
static void add_walk(struct line *line, unsigned at)
{
    for (size_t i = 0; i < 18 && !is_dead_end(at); i++) {
        unsigned next[10];
        unsigned count = 0;
        unsigned digit;

        if (has_label(at) && one_in(3))
            return;
        for (unsigned d = 0; d < 10; d++)
            if (!is_dead_end(next_state(at, d)))
                next[count++] = d;
        if (count == 0)
            break;
        digit = one_in(40) ? chance(10) : next[chance(count)];
        add_digit(line, digit);
        at = next_state(at, digit);
    }
    if (one_in(20))
        add_digits(line, 1 + chance(3));
}

static void make_plan(void)
{
    unsigned region = chance(region_count);
    const struct ruf_plan_region *plan = &ruf_plan_regions[region];
    const struct ruf_plan_code *code = &ruf_plan_codes[plan->code];
    struct line line = { .size = 0 };
    const char *name = is_geographic(region) ? plan->name : "ZZ";

    switch (chance(8)) {
    case 0:
        add(&line, "+");
        add_number(&line, code->code);
        break;
    case 1:
        add(&line, "+");
        add_number(&line, code->code);
        add_prefix(&line, region);
        break;
    case 2:
        add_idd(&line, region);
        add_number(&line, code->code);
        break;
    case 3:
        add_number(&line, code->code);
        break;
    case 4:
        add_number(&line, code->code);
        add_prefix(&line, region);
        break;
    case 5:
    case 6:
        add_prefix(&line, region);
        break;
    default:
        break;
    }
    add_walk(&line, one_in(4) ? plan->general_root : code->root);
    print(one_in(10) ? some_default(name) : name, &line, '\n');
}

/* Depth first over the states of one plan; each edge is printed once, on the
 * first way that leads there. */
static unsigned char seen[65536][18];

static void walk_edges(unsigned code, unsigned at, struct line *line,
                       size_t depth)
{
    if (depth > 17 || seen[at][depth])
        return;
    seen[at][depth] = 1;
    for (unsigned digit = 0; digit < 10; digit++) {
        unsigned to = next_state(at, digit);
        struct line full = *line;

        add_digit(&full, digit);
        print("ZZ", &full, '\n');
        if (is_dead_end(to))
            continue;
        walk_edges(code, to, &full, depth + 1);
        add_walk(&full, to);
        print("ZZ", &full, '\n');
    }
}

static void make_edges(void)
{
    for (unsigned code = 0; code < ruf_plan_code_count; code++) {
        struct line line = { .size = 0 };

        memset(seen, 0, sizeof(seen));
        add(&line, "+");
        add_number(&line, ruf_plan_codes[code].code);
        walk_edges(code, ruf_plan_codes[code].root, &line, 0);
        for (unsigned i = 0; i < ruf_plan_codes[code].region_count; i++) {
            memset(seen, 0, sizeof(seen));
            walk_edges(code,
                       ruf_plan_regions[ruf_plan_codes[code].first_region + i]
                           .general_root,
                       &line, 0);
        }
    }
}

/* --- a company directory
 * ------------------------------------------------------------------ */

static void add_group(struct line *line, size_t count)
{
    add_digits(line, count);
}

static void make_directory(void)
{
    static const char *const areas[] = { "30",  "69",   "40",   "221",   "89",
                                         "711", "2151", "6221", "35021", "171",
                                         "151", "160",  "176" };
    static const char *const homes[] = { "DE", "DE", "DE", "DE", "DE",
                                         "DE", "AT", "CH", "US", "GB" };
    const char *home = PICK(homes);
    const char *area = PICK(areas);
    struct line line = { .size = 0 };

    if (strcmp(home, "DE") != 0 || one_in(12)) {
        const struct example *example =
            &examples[chance((uint32_t)example_count)];
        size_t width;
        unsigned code = code_of_e164(example->e164 + 1, &width);

        add(&line, one_in(3) ? "00" : "+");
        add_number(&line, ruf_plan_codes[code].code);
        add(&line, " ");
        add_spelled(&line, example->e164 + 1 + width);
    } else {
        switch (chance(9)) {
        case 0:
        case 1:
            add(&line, "+49");
            add(&line, area);
            break;
        case 2:
            add(&line, "+49 ");
            add(&line, area);
            add(&line, " ");
            break;
        case 3:
            add(&line, "+49 (0) ");
            add(&line, area);
            add(&line, " / ");
            break;
        case 4:
            add(&line, "0049 ");
            add(&line, area);
            add(&line, "-");
            break;
        case 5:
            add(&line, "(0");
            add(&line, area);
            add(&line, ") ");
            break;
        case 6:
            add(&line, "0");
            add(&line, area);
            add(&line, "/");
            break;
        case 7:
            add(&line, "+49 (");
            add(&line, area);
            add(&line, ") ");
            break;
        default:
            add(&line, "0");
            add(&line, area);
            add(&line, one_in(2) ? " " : "-");
            break;
        }
        add_group(&line, 2 + chance(3));
        if (one_in(2))
            add(&line, one_in(3) ? "-" : " ");
        add_group(&line, 2 + chance(4));
    }
    if (one_in(7))
        add(&line, PICK(suffixes));
    print(home, &line, '\n');
}

static void make_clean(void)
{
    unsigned region = one_in(2) ? region_by_name("DE") : chance(region_count);
    const struct ruf_plan_code *code =
        &ruf_plan_codes[ruf_plan_regions[region].code];
    struct line line = { .size = 0 };

    add(&line, "+");
    add_number(&line, code->code);
    add_walk(&line, code->root);
    print("DE", &line, '\n');
}

/* --- soups
 * ------------------------------------------------------------------------------
 */

/* clang-format off */
static const char *const tokens[] = {
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "1", "12", "49",
    "49", "089", "123", "1234567", "030", "00", "000", "+", "+49", "++",
    "\xEF\xBC\x8B", "-", "x", "X", " ", " ", "  ", "(", ")", ".", "[", "]",
    "/", "\\", "~", "*", "#", ",", ",,", ";", ":", "=", "_", "'", "\t", "\r",
    "\f", "\v", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xC2\xA0",
    "\xC2\xAD", "\xE2\x80\x8B", "\xE2\x81\xA0", "\xE3\x80\x80", "\xEF\xBC\x88",
    "\xEF\xBC\x89", "\xEF\xBC\xBB", "\xEF\xBC\xBD", "\xE2\x81\x93",
    "\xE2\x88\xBC", "\xEF\xBD\x9E", "\xE2\x80\x90", "\xE2\x80\x95",
    "\xE2\x80\x96", "\xE2\x88\x92", "\xE3\x83\xBC", "\xEF\xBC\x8D",
    "\xEF\xBC\x8E", "\xEF\xBC\x8F", "\xEF\xBC\x83", "\xEF\xBD\x98",
    "\xEF\xBC\xB8", "\xEF\xBD\x89\xEF\xBD\x8E\xEF\xBD\x94",
    "\xEF\xBC\xA9\xEF\xBC\xAE\xEF\xBC\xB4",
    "\xEF\xBD\x85\xEF\xBD\x98\xEF\xBD\x94",
    "\xEF\xBD\x98\xEF\xBD\x94\xEF\xBD\x8E",
    "\xEF\xBC\xA5\xEF\xBC\xB8\xEF\xBC\xB4\xEF\xBC\xAE",
    "\xEF\xBD\x85\xEF\xBC\xB8\xEF\xBD\x94\xEF\xBC\xAE",
    "\xD0\xB4\xD0\xBE\xD0\xB1", "\xD0\x94\xD0\xBE\xD0\xB1",
    "\xD0\x94\xD0\x9E\xD0\x91", "\xD0\xB4\xD0\x9E\xD0\xB1", "ext", "Ext",
    "EXT", "ext.", "extn", "xt", "xtn", "extension", "EXTENSION",
    "extensi\xC3\xB3n", "extensi\xC3\x93N", "extensio\xCC\x81n",
    "extensi\xC3\xB3", "xtensio", "extensi", "e\xC5\xBFt", "anexo", "ANEXO",
    "aneXo", "ext\xC5\xBF", "exten\xC5\xBFion", "int", "INT", "Int",
    "\xC4\xB1nt", "\xC4\xB0nt", ";ext=", ";EXT=", ";Ext=12", ";isub=",
    ";isub=1", "tel:", "\xC5\xBF", "\xE2\x84\xAA", "a", "b", "c", "A", "Z",
    "q", "w", "ab", "abc", "FLOWERS", "o", "n", "t", "e", "xx", "xxx", "/x",
    "/ x", "\\x", "\\ x", "/X", "\xD9\xA1\xD9\xA2", "\xEF\xBC\x91",
    "\xF0\x9D\x9F\x8E", "\xF0\x9E\xA5\x95", "\xE0\xA5\xAA", "\xC2\xB2",
    "\xC2\xBD", "\xE2\x82\xAC", "\xC3\xA4", "\xE2\x80\xAA", "\xE2\x80\xAC",
    "\xEF\xBB\xBF", "\xCC\x81", "\xE2\x80\x8E", "\x7F", "\x01", "\xC2\x9F",
    "\xEF\xB7\x90", "\xEF\xBF\xBE", "\xED\xA0\x80", "\xC3", "\xFF", "\x80",
    "\xF0\x90", "\xC0\xB1", "\xF4\x90\x80\x80", "12345678901234567890",
    "123456789", "1234567890", "123456", "1234567890123456", "#", "#", "; ",
    ", ", ":", ".",
};
/* clang-format on */

static void add_tokens(struct line *line, size_t count)
{
    uint32_t calm = chance(4);

    while (count-- > 0) {
        if (calm > 0 && !one_in(1 + calm))
            add_digits(line, 1 + chance(4));
        else
            add(line, PICK(tokens));
    }
}

/* Ends that look like extensions, where the six forms meet. */
static void add_tail(struct line *line)
{
    static const char *const parts[] = {
        " ",
        " ",
        "\t",
        "\xC2\xA0",
        ",",
        ",",
        ",,",
        ";",
        "-",
        "x",
        "#",
        "~",
        "ext",
        "extn",
        "ext.",
        "int",
        "xt",
        ":",
        ".",
        "\xEF\xBC\x8E",
        "t",
        "e",
        "o",
        "anexo",
        "\xD0\xB4\xD0\xBE\xD0\xB1",
        ";ext=",
        "n",
        "5",
        "extension",
        "extensi\xC3\xB3n",
        "\xEF\xBD\x9E",
        "\xEF\xBC\x83",
        "\xEF\xBD\x94",
        "\xEF\xBD\x8E",
        "\xEF\xBD\x98",
        "\xEF\xBD\x85",
    };
    size_t count = 1 + chance(6);

    while (count-- > 0)
        add(line, PICK(parts));
    add_digits(line, one_in(8) ? chance(24) : 1 + chance(8));
    if (one_in(3))
        add(line, "#");
}

static void make_tokens(char end)
{
    static const char *const breaks[] = { "\n", "\r\n", "\n", "/x", "\\ x" };
    struct line line = { .size = 0 };
    size_t count = 1 + chance(3);

    if (one_in(3))
        add(&line, one_in(2) ? "+49 89 " : "089");
    if (one_in(3))
        add_digits(&line, chance(9));
    while (count-- > 0) {
        if (end == '\0')
            add(&line, PICK(breaks));
        add_tokens(&line, chance(6));
        if (end == '\0' && one_in(2))
            add(&line, PICK(breaks));
        if (one_in(2))
            add_tail(&line);
    }
    print(some_default("DE"), &line, end);
}

static void make_context(void)
{
    static const char *const parts[] = {
        "tel:",
        "tel:",
        ";phone-context=",
        ";phone-context=",
        "+",
        "+49",
        "+1-650",
        "example.com",
        "a.b",
        "1.b",
        "a.1",
        "-a",
        "a-",
        ".",
        "..",
        "+(",
        "()",
        ";",
        ";isub=1",
        ";ext=5",
        ";ext=",
        "tel",
        ";phone-context",
        ";PHONE-CONTEXT=",
        " ",
        "-",
        "x",
        "#",
        "089",
        "1234",
        "030",
        "abc",
        "\xC3",
        "\xC3\xA4",
        "\xEF\xBC\x8B",
        "\xEF\xBC\x91",
        "\t",
        ",",
        "ext 5",
        " 123#",
        "\x01",
        "+44",
        "a",
        "a.",
        "9",
        "\xE2\x80\xA8",
        "/x",
    };
    struct line line = { .size = 0 };
    size_t count = chance(5);

    if (one_in(2))
        add(&line, "tel:");
    add_digits(&line, chance(9));
    while (count-- > 0)
        add(&line, PICK(parts));
    if (one_in(40)) {
        size_t spaces = chance(2000);

        while (spaces-- > 0)
            add(&line, one_in(30) ? "-" : " ");
    }
    add_digits(&line, chance(9));
    add(&line, ";phone-context=");
    if (one_in(2))
        add(&line, one_in(3) ? "+4" : "+49");
    count = chance(4);
    while (count-- > 0)
        add(&line, PICK(parts));
    print(some_default("DE"), &line, '\n');
}

static void make_junk(void)
{
    struct line line = { .size = 0 };
    size_t count = chance(24);
    uint32_t style = chance(4);

    if (one_in(2))
        add_digits(&line, 3 + chance(8));
    while (count-- > 0) {
        char byte = (char)chance(256);

        switch (style) {
        case 0:
            add_bytes(&line, &byte, 1);
            break;
        case 1:
            byte = (char)(' ' + chance(95));
            add_bytes(&line, &byte, 1);
            break;
        case 2:
            add_code_point(&line,
                           one_in(3) ? chance(0x3000) : chance(0x110000));
            break;
        default:
            if (one_in(4))
                add_code_point(&line, chance(0x20000));
            else
                add_digits(&line, 1);
            break;
        }
    }
    print(some_default("DE"), &line, '\n');
}

/* --- all together
 * -------------------------------------------------------------------------- */

static void make_soup_line(void)
{
    make_tokens('\n');
}

static void make_soup_record(void)
{
    make_tokens('\0');
}

static const struct {
    const char *class;
    void (*make)(void);
} makers[] = {
    { "examples", make_example },   { "digits", make_digits },
    { "plan", make_plan },          { "directory", make_directory },
    { "clean", make_clean },        { "tokens", make_soup_line },
    { "breaks", make_soup_record }, { "context", make_context },
    { "junk", make_junk },
};

bool mix_write(const char *class, uint64_t seed, unsigned long count,
               FILE *examples_in, FILE *out)
{
    sink = out;
    state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    read_examples(examples_in);
    if (example_count == 0)
        return false;
    if (strcmp(class, "edges") == 0) {
        make_edges();
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(makers); i++) {
        if (strcmp(class, makers[i].class) != 0)
            continue;
        while (count-- > 0)
            makers[i].make();
        return true;
    }
    return false;
}
