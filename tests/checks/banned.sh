#!/bin/sh
# banned.sh ROOT - functions that are not called here, in any C file
#
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "${1:?root of the checkout}"

banned='strcpy|strcat|sprintf|vsprintf|strtok|gmtime|localtime|strerror'
banned="$banned|atoi|atol|atof|gets|rand|srand|alloca|tmpnam|mktemp"

# calls FILE...: comments and strings may name them
calls() {
    awk -v banned="(^|[^A-Za-z0-9_.>])($banned)[ \t]*[(]" '
        FNR == 1 { comment = 0 }
        {
            line = $0
            code = ""
            while (line != "") {
                if (comment) {
                    end = index(line, "*/")
                    if (end == 0)
                        break
                    comment = 0
                    line = substr(line, end + 2)
                } else if (match(line, /"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047|\/\*|\/\//)) {
                    code = code substr(line, 1, RSTART - 1) " "
                    comment = substr(line, RSTART, 2) == "/*"
                    if (substr(line, RSTART, 2) == "//")
                        break
                    line = substr(line, RSTART + RLENGTH)
                } else {
                    code = code line
                    break
                }
            }
            if (code ~ banned)
                print FILENAME ":" FNR ": " $0
        }' "$@"
}

# The control: a call is seen, a comment and a string are not.
control=$(mktemp)
trap 'rm -f "$control"' EXIT
cat >"$control" <<'END'
/* gets(a) and
   atoi(b) */ const char *text = "strcpy(c)";
int f(char *s) { char q = '"'; return atoi(s); /* rand() */ }
END
[ "$(calls "$control" | wc -l)" -eq 1 ] || {
    echo "the search is broken" >&2
    exit 1
}

find . \( -path ./build -o -path ./.git \) -prune -o -name '*.[chm]' -print \
    >"$control"
# shellcheck disable=SC2046 # no blanks in our file names
found=$(calls $(cat "$control"))
[ -z "$found" ] || {
    printf '%s\n' "$found" >&2
    exit 1
}
