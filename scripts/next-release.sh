# next-release.sh - packages of the next Debian release, without installing them
#
# To be sourced. A second apt source is derived from this machine's own, with
# its own configuration and state below $apt; the machine's stay untouched.
# Needs $apt and a function die().
#
# SPDX-License-Identifier: Apache-2.0

release=trixie

# The mirror this machine's own release comes from.
find_mirror() {
    here=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' |
        awk -v here="$here" '$2 == here && $3 == "main" { print $1; exit }'
}

# next_apt TOOL OPTION...
next_apt() {
    tool=$1
    shift
    "$tool" -q \
        -o Dir::Etc::sourcelist="$apt/sources.list" \
        -o Dir::Etc::sourceparts="$apt/none" \
        -o Dir::Etc::preferencesparts="$apt/none" \
        -o Dir::State="$apt/state" \
        -o Dir::State::status="$apt/status" \
        -o Dir::Cache="$apt/cache" \
        -o APT::Sandbox::User=root \
        -o Debug::NoLocking=1 "$@"
}

# read_lists KIND...: deb, deb-src
read_lists() {
    command -v dpkg-deb >/dev/null && command -v apt-get >/dev/null ||
        die "Debian's apt-get and dpkg-deb are needed"
    mirror=$(find_mirror)
    [ -n "$mirror" ] || die "no apt source for this machine's own release"
    mkdir -p "$apt/none" "$apt/state/lists/partial" \
        "$apt/cache/archives/partial"
    : >"$apt/status"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    for kind in "$@"; do
        echo "$kind [signed-by=$keyring] $mirror $release main"
    done >"$apt/sources.list"
    next_apt apt-get update >"$apt/log" 2>&1 ||
        { cat "$apt/log" >&2; die "cannot read the package lists"; }
}

# download FOLDER PACKAGE...
download() {
    (cd "$1" && shift &&
        next_apt apt-get download "$@" >>"$apt/log" 2>&1) ||
        { tail -n 5 "$apt/log" >&2; die "cannot fetch the packages"; }
}

# download_source PACKAGE VERSION FOLDER: what its tar archive holds, as FOLDER
download_source() {
    read_lists deb deb-src
    rm -rf "$3" "$3.tar"
    mkdir -p "$3.tar"
    # The tar archive alone: what Debian changes is its build, not ours.
    (cd "$3.tar" && next_apt apt-get source --download-only --tar-only \
        "$1" >>"$apt/log" 2>&1) ||
        { tail -n 5 "$apt/log" >&2; die "cannot fetch the source of $1"; }
    # cmake brings its own xz; a small Debian has none.
    (cd "$3.tar" && cmake -E tar xf "$1"_"$2"*.orig.tar.* && rm -f "$1"_* &&
        mv ./* "$3") || die "the next release no longer carries $1 $2"
    rmdir "$3.tar"
}
