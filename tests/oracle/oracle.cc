/*
 * oracle.cc - what libphonenumber (C++) says about phone numbers
 *
 * oracle            reads REGION<TAB>number lines and prints the columns of
 *                   `rufname normalize --with-region` for each, then the
 *                   international, national and RFC 3966 forms. A region of
 *                   "ZZ" means none.
 * oracle examples   prints REGION<TAB>type<TAB>E.164 of every example number.
 * oracle digits     prints what its Unicode tables say: ranges of decimal
 *                   digits (N) and of letters and numbers (W), in hex.
 * oracle bench FILE BLOCK COUNT
 *                   the peer's side of `rufname-bench normalize`: prints the
 *                   CPU time in ns from main() to a first answer and reads the
 *                   first COUNT lines of FILE. Then each word on stdin is a
 *                   request: "answers" for STATUS<TAB>E.164<TAB>valid of each
 *                   line, "round" for one line with the CPU ns per number of
 *                   each BLOCK of lines.
 *
 * Otherwise lines end at LF only and may hold any byte.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include <phonenumbers/phonenumberutil.h>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

namespace
{

const char *StatusName(PhoneNumberUtil::ErrorType status)
{
    switch (status) {
    case PhoneNumberUtil::NO_PARSING_ERROR:
        return "OK";
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
        return "INVALID_COUNTRY_CODE";
    case PhoneNumberUtil::NOT_A_NUMBER:
        return "NOT_A_NUMBER";
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
        return "TOO_SHORT_AFTER_IDD";
    case PhoneNumberUtil::TOO_SHORT_NSN:
        return "TOO_SHORT_NSN";
    case PhoneNumberUtil::TOO_LONG_NSN:
        return "TOO_LONG_NSN";
    }
    return "?";
}

const char *PossibilityName(PhoneNumberUtil::ValidationResult result)
{
    switch (result) {
    case PhoneNumberUtil::IS_POSSIBLE:
        return "IS_POSSIBLE";
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
        return "IS_POSSIBLE_LOCAL_ONLY";
    case PhoneNumberUtil::INVALID_COUNTRY_CODE:
        return "INVALID_COUNTRY_CODE";
    case PhoneNumberUtil::TOO_SHORT:
        return "TOO_SHORT";
    case PhoneNumberUtil::INVALID_LENGTH:
        return "INVALID_LENGTH";
    case PhoneNumberUtil::TOO_LONG:
        return "TOO_LONG";
    }
    return "?";
}

std::string Answer(const PhoneNumberUtil &util, const std::string &region,
                   const std::string &text)
{
    PhoneNumber number;
    auto status = util.Parse(text, region, &number);

    if (status != PhoneNumberUtil::NO_PARSING_ERROR)
        return std::string(StatusName(status)) + "\t\t\t\t\t\t\t\t\t";

    std::string e164;
    std::string of;
    std::string international;
    std::string national;
    std::string rfc3966;
    util.Format(number, PhoneNumberUtil::E164, &e164);
    util.Format(number, PhoneNumberUtil::INTERNATIONAL, &international);
    util.Format(number, PhoneNumberUtil::NATIONAL, &national);
    util.Format(number, PhoneNumberUtil::RFC3966, &rfc3966);
    util.GetRegionCodeForNumber(number, &of);
    return "OK\t" + e164 + "\t" + (util.IsValidNumber(number) ? "1" : "0") +
           "\t" + PossibilityName(util.IsPossibleNumberWithReason(number)) +
           "\t" + of + "\t" + std::to_string(util.GetNumberType(number)) +
           "\t" + number.extension() + "\t" + international + "\t" + national +
           "\t" + rfc3966;
}

bool ReadLine(std::istream &in, std::string *region, std::string *text,
              char end = '\n')
{
    std::string line;

    if (!std::getline(in, line, end))
        return false;
    size_t tab = line.find('\t');
    if (tab == std::string::npos)
        tab = line.size();
    *region = line.substr(0, tab);
    *text = tab < line.size() ? line.substr(tab + 1) : std::string();
    return true;
}

void PrintExamples(const PhoneNumberUtil &util)
{
    std::set<std::string> regions;
    util.GetSupportedRegions(&regions);
    for (const auto &region : regions)
        for (int type = 0; type <= PhoneNumberUtil::VOICEMAIL; type++) {
            PhoneNumber number;
            std::string e164;
            if (!util.GetExampleNumberForType(
                    region, static_cast<PhoneNumberUtil::PhoneNumberType>(type),
                    &number))
                continue;
            util.Format(number, PhoneNumberUtil::E164, &e164);
            std::cout << region << '\t' << type << '\t' << e164 << '\n';
        }
    std::set<int> codes;
    util.GetSupportedGlobalNetworkCallingCodes(&codes);
    for (int code : codes) {
        PhoneNumber number;
        std::string e164;
        if (!util.GetExampleNumberForNonGeoEntity(code, &number))
            continue;
        util.Format(number, PhoneNumberUtil::E164, &e164);
        std::cout << "001\t" << util.GetNumberType(number) << '\t' << e164
                  << '\n';
    }
}

std::string Utf8(unsigned c)
{
    std::string out;
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0 | c >> 6);
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0 | c >> 12);
        out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | c >> 18);
        out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
        out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    }
    return out;
}

/* A digit joins the number; a letter or number at the end is not trimmed and
 * makes "+49 8999998123 c" something else than a number unless it is ASCII. */
void PrintCharacters(const PhoneNumberUtil &util)
{
    long digit_start = -1;
    long word_start = -1;
    for (long c = 0x80; c <= 0x110000; c++) {
        bool digit = false;
        bool word = false;
        bool usable = c < 0x110000 && !(c >= 0xD800 && c <= 0xDFFF) &&
                      !(c >= 0x80 && c < 0xA0) &&
                      !(c >= 0xFDD0 && c <= 0xFDEF) && (c & 0xFFFE) != 0xFFFE;
        if (usable) {
            PhoneNumber number;
            std::string text =
                "+49899999812" + Utf8(static_cast<unsigned>(c));
            auto status = util.Parse(text, "ZZ", &number);
            digit = status == PhoneNumberUtil::NO_PARSING_ERROR &&
                    number.national_number() > 999999999;
            word = digit || status != PhoneNumberUtil::NO_PARSING_ERROR ||
                   c == 0x17F || c == 0x212A || c == 0x30FC;
        }
        if (digit && digit_start < 0)
            digit_start = c;
        if (!digit && digit_start >= 0) {
            std::printf("N %lx %lx\n", digit_start, c - 1);
            digit_start = -1;
        }
        if (word && word_start < 0)
            word_start = c;
        if (!word && word_start >= 0) {
            std::printf("W %lx %lx\n", word_start, c - 1);
            word_start = -1;
        }
    }
}

/* One text as everybody times it: parse, then judge and write E.164. */
PhoneNumberUtil::ErrorType Standardise(const PhoneNumberUtil &util,
                                       const std::string &region,
                                       const std::string &text,
                                       std::string *e164, bool *valid)
{
    PhoneNumber number;
    const auto status = util.Parse(text, region, &number);
    e164->clear();
    *valid = false;
    if (status == PhoneNumberUtil::NO_PARSING_ERROR) {
        util.Format(number, PhoneNumberUtil::E164, e164);
        *valid = util.IsValidNumber(number);
    }
    return status;
}

double CpuNs()
{
    timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 +
           static_cast<double>(now.tv_nsec);
}

using Lines = std::vector<std::pair<std::string, std::string>>;

/* ns per text of each block, all in one line. */
void TimeRound(const PhoneNumberUtil &util, const Lines &lines, size_t block)
{
    static volatile size_t sink;
    std::string e164;
    bool valid;

    for (size_t start = 0; start + block <= lines.size(); start += block) {
        const double begin = CpuNs();
        for (size_t i = start; i < start + block; i++) {
            Standardise(util, lines[i].first, lines[i].second, &e164, &valid);
            sink = sink + e164.size() + valid;
        }
        std::printf("%.1f ",
                    (CpuNs() - begin) / static_cast<double>(block));
    }
    std::printf("\n");
}

int Bench(const PhoneNumberUtil &util, double begin, const char *path,
          size_t block, size_t count)
{
    std::string e164;
    bool valid;
    Standardise(util, "DE", "030 23125-001", &e164, &valid);
    std::printf("%.0f\n", CpuNs() - begin);
    std::fflush(stdout);

    std::ifstream in(path);
    Lines lines;
    std::string region;
    std::string text;
    while (lines.size() < count && ReadLine(in, &region, &text))
        lines.emplace_back(region, text);
    for (std::string request; std::cin >> request; std::fflush(stdout)) {
        if (request == "round")
            TimeRound(util, lines, block);
        else if (request == "answers")
            for (const auto &line : lines) {
                const auto status = Standardise(util, line.first, line.second,
                                                &e164, &valid);
                std::printf("%s\t%s\t%d\n", StatusName(status), e164.c_str(),
                            valid);
            }
        else
            return 2;
    }
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    const double begin = CpuNs();
    const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
    const std::string what = argc > 1 ? argv[1] : "";

    std::ios::sync_with_stdio(false);
    if (what == "examples") {
        PrintExamples(util);
    } else if (what == "digits") {
        PrintCharacters(util);
    } else if (what == "bench" && argc == 5) {
        return Bench(util, begin, argv[2], std::strtoul(argv[3], nullptr, 10),
                     std::strtoul(argv[4], nullptr, 10));
    } else if (what.empty() || what == "-0") {
        std::string region;
        std::string text;
        while (ReadLine(std::cin, &region, &text, what.empty() ? '\n' : '\0'))
            std::cout << Answer(util, region, text) << '\n';
    } else {
        std::fprintf(stderr, "usage: oracle [-0|examples|digits|"
                             "bench FILE BLOCK COUNT]\n");
        return 2;
    }
    return 0;
}
