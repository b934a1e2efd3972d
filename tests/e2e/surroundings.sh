#!/bin/sh
# surroundings.sh - closed descriptors, full disks, odd paths, small limits
#
# Whatever a command meets around it: it ends with the exit code of the
# contract, says why, and the home is as it was.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

file_policy "$work/policy.json"
{
    echo 'id,givenName,surname,phonebusiness'
    echo '1,Anna,Graf,030 23125-001'
    echo '2,Inge,Lang,030 23125-002'
} >"$work/people.csv"
home=$work/home
ruf "$home" --quiet init --policy "$work/policy.json"
ruf "$home" --quiet import "$work/people.csv"
ruf "$home" emit >"$work/emit"

unchanged() {
    ruf "$home" --quiet verify || fail "$1: damage"
    ruf "$home" emit >"$work/again"
    same "$work/again" "$work/emit" "$1: the index changed"
    note "$1"
}

# --- descriptors ----------------------------------------------------------------

ruf "$home" --quiet import "$work/people.csv" <&- >&- 2>&- ||
    fail "an import with nothing open"
unchanged "stdin, stdout and stderr closed"
got=0
ruf "$home" emit --format stream --commit >&- 2>"$work/stderr" || got=$?
[ "$got" -eq 10 ] || fail "closed stdout: exit $got"
[ ! -s "$home/directory.commit" ] || [ "$(ruf "$home" --quiet emit \
    --format stream | sed -n 2p)" != COMPLETE ] ||
    fail "recorded what nobody took"
for command in 'emit' 'emit --format stream' '--json emit' 'stats' 'report' \
    'policy show' 'search anna' 'lookup 03023125001' '--help' 'help emit'; do
    got=0
    # shellcheck disable=SC2086 # words of a command
    ruf "$home" $command >/dev/full 2>"$work/stderr" || got=$?
    [ "$got" -eq 10 ] || fail "$command on a full disk: exit $got"
    grep -q '^rufname: I807: stdout: .*no space left' "$work/stderr" ||
        fail "$command on a full disk: no reason"
done
unchanged "stdout on a full disk"
{
    got=0
    ruf "$home" normalize --region DE /dev/zero 2>"$work/stderr" || got=$?
    echo "$got" >"$work/code"
} | head -n 1 >"$work/stdout"
[ "$(cat "$work/code")" -eq 10 ] || fail "a line without end"
yes '030 23125-001' | {
    got=0
    ruf "$home" lookup - 2>"$work/stderr" || got=$?
    echo "$got" >"$work/code"
} | head -n 1 >"$work/stdout"
[ "$(cat "$work/code")" -eq 10 ] || fail "lookup | head: exit not 10"
[ ! -s "$work/stderr" ] || fail "lookup | head: it complains"
note "nobody reads any more"

# --- what is no file ---------------------------------------------------------------

mkdir "$work/folder.csv"
mkfifo "$work/pipe.csv"
expect 10 I803 ruf "$home" import "$work/folder.csv"
expect 10 I803 ruf "$home" import "$work/pipe.csv"
expect 10 I805 ruf "$home" normalize "$work/folder.csv"
expect 10 I805 ruf "$home" policy check "$work/folder.csv"
expect 10 I804 ruf "$home" policy check /dev/zero
expect 10 I802 ruf "$home" policy check "$work/none"
grep -q 'no such file' "$work/stderr" || fail "a missing file: no reason"
expect 2 U012 ruf "$work/people.csv" stats
expect 2 U001 ruf '' stats
unchanged "directories, pipes and devices in the place of files"

for name in store.db directory.ruf key policy.json profile.json; do
    rm -rf "$work/copy"
    cp -a "$home" "$work/copy"
    rm "$work/copy/$name"
    mkfifo "$work/copy/$name"
    got=0
    timeout 20 "$RUFNAME" --home "$work/copy" lookup 03023125001 \
        >"$work/stdout" 2>"$work/stderr" || got=$?
    [ "$got" -ne 124 ] || fail "a pipe as $name: it waits"
done
cp "$work/people.csv" "$work/victim"
rm -rf "$work/copy"
cp -a "$home" "$work/copy"
ln -s "$work/victim" "$work/copy/directory.ruf.new"
ruf "$work/copy" --quiet index || fail "a link in the place of the new index"
same "$work/victim" "$work/people.csv" "a link led out of the home"
rm -f "$work/copy/directory.ruf.new"
ln "$work/victim" "$work/copy/directory.ruf.new"
ruf "$work/copy" --quiet index || fail "a second name in the place of the new index"
same "$work/victim" "$work/people.csv" "what has a second name was written to"
rm "$work/copy/store.db" "$work/copy/key"
ln -s "$work/victim" "$work/copy/store.db"
cp "$home/key" "$work/elsewhere"
ln -s "$work/elsewhere" "$work/copy/key"
expect 10 I802 ruf "$work/copy" stats
same "$work/victim" "$work/people.csv" "a link led out of the home"
note "pipes and links in the home"

# --- limits ----------------------------------------------------------------------

expect 10 I807 sh -c 'ulimit -f 8; exec "$@"' sh "$RUFNAME" --home "$home" \
    --lang en index
unchanged "a limit on the size of files"
got=0
sh -c 'ulimit -n 5; exec "$@"' sh "$RUFNAME" --home "$home" --lang en index \
    >"$work/stdout" 2>"$work/stderr" || got=$?
[ "$got" -eq 0 ] || grep -q '^rufname: I8.*too many open files' "$work/stderr" ||
    fail "few descriptors: no reason"
unchanged "a limit on descriptors (exit $got)"

umask 000
ruf "$work/open" --quiet init --policy "$work/policy.json"
ruf "$work/open" --quiet import "$work/people.csv"
umask 022
find "$work/open" -perm /077 | grep . && fail "readable by others"
note "private whatever the umask"

# --- names and languages ---------------------------------------------------------

cd "$work"
odd=$(printf -- '-odd home\nof ours')
ruf "$odd" --quiet init --policy policy.json
ruf "$odd" --quiet import people.csv
cp people.csv ./-people.csv
ruf "$odd" --quiet import -- -people.csv
ruf "$odd" emit >"$work/again"
same "$work/again" "$work/emit" "an odd path"
LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 ruf "$home" search INGE >"$work/stdout" ||
    fail "I and i in Turkish"
env -i "$RUFNAME" --home "$home" --lang en emit >"$work/again"
same "$work/again" "$work/emit" "no environment"
expect 2 U001 env -i "$RUFNAME" --lang en stats
note "odd paths, Turkish, no environment"

# --- others at the same time -----------------------------------------------------------

sh -c 'exec 9>>"$1"; flock 9; : >"$2"; exec sleep 30' sh "$home/lock" \
    "$work/held" &
holder=$!
tries=0
until [ -e "$work/held" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || fail "the lock was not to be had in 60 s"
    sleep 0.1
done
expect 75 I810 ruf "$home" index
ruf "$home" emit >"$work/again"
kill "$holder"
wait "$holder" 2>"$work/stderr" || true
same "$work/again" "$work/emit" "a reader beside a writer"
note "a second writer is told, a reader is not in the way"

mkfifo "$work/slow"
sleep 30 <"$work/slow" &
reader=$!
awk 'BEGIN {
    print "id,givenName,surname,company,phonebusiness"
    for (i = 0; i < 2000; i++)
        printf "%d,Anna,Graf %d,Gesellschaft mit Beispielen,%s%03d\n", i, i,
            i < 1000 ? "+49 30 23125" : "+49 89 99998", i % 1000
}' >"$work/many.csv"
ruf "$work/open" --quiet import "$work/many.csv"
sh -c 'exec "$@"' sh "$RUFNAME" --home "$work/open" emit --format stream \
    --commit >"$work/slow" 2>"$work/stderr" &
writer=$!
sleep 1
kill -0 "$writer" 2>"$work/stdout" || fail "the emission did not wait"
# Until it ends: the first may come before it listens.
(while kill -INT "$writer"; do sleep 0.3; done) 2>"$work/stdout" &
interrupts=$!
got=0
wait "$writer" || got=$?
kill "$interrupts" 2>"$work/stdout" || true
wait "$interrupts" 2>"$work/stdout" || true
[ "$got" -eq 130 ] || fail "interrupted while writing: exit $got"
kill "$reader" 2>"$work/stdout" || fail "it waited for its reader"
wait "$reader" 2>"$work/stdout" || true
ruf "$work/open" --quiet verify || fail "interrupted while writing: damage"
note "interrupted while nobody reads"

# --- a small disk ----------------------------------------------------------------------

mkdir "$work/disk"
if mount -t tmpfs -o size=200k none "$work/disk" 2>"$work/stderr"; then
    got=0
    ruf "$work/disk/home" --quiet init --policy "$work/policy.json" || got=$?
    [ "$got" -eq 0 ] || [ "$got" -eq 10 ] || fail "small disk: init exits $got"
    expect 10 I80 ruf "$work/disk/home" import "$work/many.csv"
    grep -q 'no space left' "$work/stderr" || fail "small disk: no reason"
    ruf "$work/disk/home" --quiet verify 2>"$work/stderr" || got=$?
    umount "$work/disk"
    note "a disk that runs full"
else
    note "no disk to fill: only root may mount one"
fi
