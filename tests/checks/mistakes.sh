#!/bin/sh
# mistakes - every rule of the policy has a document that breaks it
#
# Each error and warning written down in policy/ stands in
# tests/policy/mistakes.tsv, by its id and its words; each rule of two values
# for one field in test_forms.c; each preset of the protection in
# test_sections.c.
#
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "${1:-$(dirname "$0")/../..}"
table=tests/policy/mistakes.tsv
work=$(mktemp -d "${TMPDIR:-/tmp}/rufname-mistakes.XXXXXX")
trap 'rm -rf "$work"' EXIT
tab=$(printf '\t')
failed=0

lacks() {
    echo "$*"
    failed=1
}

# "ID<TAB>words" of each call that reports, its literals joined, formats as
# they stand there, %s in the place of a macro.
calls() {
    tr '\n' ' ' |
        grep -oE 'ruf_(policy_error|policy_warning|fail)\(([^;"]|"([^"\\]|\\.)*")*;' |
        awk '{
            words = ""
            id = ""
            while (match($0, /"([^"\\]|\\.)*"/)) {
                before = substr($0, 1, RSTART - 1)
                text = substr($0, RSTART + 1, RLENGTH - 2)
                $0 = substr($0, RSTART + RLENGTH)
                if (id == "") {
                    id = text
                } else if (text != "policy" && text !~ /^\//) {
                    if (words != "" && before ~ /[A-Z]/)
                        words = words "%s"
                    words = words text
                }
            }
            gsub(/\\"/, "\"", words)
            if (id ~ /^P[0-9]/ && words != "%s") print id "\t" words
        }'
}

{
    for file in policy/*.c; do # action.c judges calls, no document
        [ "$file" = policy/action.c ] || calls <"$file" || :
    done
    # Reasons that are handed to such a call: literals of several words.
    grep -v '\*' policy/form*.c | grep -oE '"[a-z][^"%]* [^"%]*"' |
        sed -e "s/^[^\"]*\"/P111$tab/" -e 's/"$//'
    sed -n '/^static const char \*check_template/,/^}/p' \
        policy/policy_actions.c | sed -n "s/.*return \"\(.*\)\";/P107$tab\1/p"
} | sort -u >"$work/rules"
[ "$(wc -l <"$work/rules")" -ge 90 ] ||
    lacks "only $(wc -l <"$work/rules") rules were read from policy/"

awk -F "$tab" '
    FILENAME == table { told[$1] = told[$1] "\n" $3 "\n"; next }
    FILENAME == rules { rule[$0] = $1; words[$0] = $2; next }
    { for (one in rule) if (index($0, words[one])) delete rule[one] }
    END {
        for (one in rule) {
            pattern = words[one]
            gsub(/[][().*^$+?{}|\\\/]/, "\\\\&", pattern)
            gsub(/%zu|%[uds]/, "[^\n]*", pattern)
            if (told[rule[one]] !~ "\n" pattern "\n") print one
        }
    }' table="$table" rules="$work/rules" "$table" "$work/rules" \
    tests/policy/*.c >"$work/unbroken"
while IFS= read -r rule; do
    lacks "no document breaks: $rule"
done <"$work/unbroken"

# --- several values, presets -----------------------------------------------------

# literals NAME FILE: the first literal of each row of a table
literals() {
    sed -n "/ $1\[\] = {/,/^};/p" "$2" | sed -n 's/^    { "\([^"]*\)".*/\1/p'
}

literals fields policy/conflict.c >"$work/fields"
[ "$(wc -l <"$work/fields")" -ge 70 ] || lacks "policy/conflict.c: no fields"
awk '
    FILENAME == fields { rule[$0]; next }
    {
        while (match($0, /[".][a-z_]+[A-Za-z0-9_.]*["\\ ]/)) {
            key = substr($0, RSTART + 1, RLENGTH - 2)
            $0 = substr($0, RSTART + RLENGTH - 1)
            named[key]
        }
    }
    END {
        for (one in rule) {
            pattern = one
            gsub(/\./, "[.]", pattern)
            gsub(/\*/, "[A-Za-z0-9_]+", pattern)
            for (key in named)
                if (key ~ "^" pattern "$") { delete rule[one]; break }
        }
        for (one in rule) print one
    }' fields="$work/fields" "$work/fields" tests/policy/test_forms.c \
    >"$work/untried"
while IFS= read -r field; do
    lacks "test_forms.c gives no two values to $field"
done <"$work/untried"

for table in fields pin_fields offline_fields; do
    literals "$table" policy/policy_protection.c
done >"$work/fields"
[ "$(wc -l <"$work/fields")" -ge 22 ] || lacks "policy_protection.c: no fields"
sed -n '/^} presets\[\]/,/^};/p' tests/policy/test_sections.c |
    sed -n 's/^    { "\([^"]*\)".*/\1/p' | sort >"$work/presets"
for field in $(sort "$work/fields" | comm -23 - "$work/presets"); do
    lacks "test_sections.c has no preset of $field"
done
exit "$failed"
