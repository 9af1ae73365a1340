#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest-kernel/build where something is wrong: what it says, and that nothing half-built stays.
set -u
ROOT=${ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"

KVER=${VTRACE_KERNEL:-6.12}
KVER=${KVER%-debug}
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
export XDG_CACHE_HOME=$WORK/cache
CACHE=$XDG_CACHE_HOME/vtrace/guest-kernel

# A copy, so that the patches can be spoilt.
cp -r "$ROOT/guest-kernel" "$WORK/guest-kernel"

# build OPTIONS...: status in STATUS, words in OUTPUT.
build()
{
	STATUS=0
	OUTPUT=$("$WORK/guest-kernel/build" --kver "$KVER" "$@" 2>&1) || STATUS=$?
}

no_kernel()
{
	[ -z "$(find "$CACHE" -name bzImage 2> /dev/null)" ]
}

# A source with the files that the patches touch, but not with what they look for.
files=$(sed -n 's|^+++ b/\([^\t]*\).*|\1|p' "$ROOT/guest-kernel/patches/$KVER"/*.patch | sort -u)
mkdir -p "$WORK/source/linux"
touch "$WORK/source/linux/Kbuild"
for file in $files; do
	mkdir -p "$WORK/source/linux/$(dirname "$file")"
	echo "/* another kernel */" > "$WORK/source/linux/$file"
done
tar -cJf "$WORK/other.tar.xz" -C "$WORK/source" linux
export VTRACE_KERNEL_SOURCE=$WORK/other.tar.xz

build
is "a source that the patches do not fit: status" "$STATUS" 1
like "it names the patch" "$OUTPUT" '0001-.*\.patch does not fit'
like "and the hunk" "$OUTPUT" 'Hunk #1 FAILED'
ok "no kernel stays" no_kernel
is "the source is as it was" \
	"$(cd "$CACHE/tree-$KVER" && cat $files | sort -u)" "/* another kernel */"
build
is "a second call fails as well" "$STATUS" 1

# A patch in the middle that does not fit, after one that did.
first=$(find "$WORK/guest-kernel/patches/$KVER" -name '0001-*.patch')
rm -f "$WORK/guest-kernel/patches/$KVER"/*.patch
cat > "$first" <<-PATCH
	--- a/Kbuild
	+++ b/Kbuild
	@@ -0,0 +1 @@
	+# patched
PATCH
cat > "$(dirname "$first")/0002-bad.patch" <<-PATCH
	--- a/Kbuild
	+++ b/Kbuild
	@@ -1 +1 @@
	-# something else
	+# patched again
PATCH
build
like "a later patch that does not fit is named" "$OUTPUT" '0002-bad\.patch does not fit'
is "the earlier one is taken back" "$(cat "$CACHE/tree-$KVER/Kbuild")" ""

echo "no archive" > "$WORK/other.tar.xz"
build
is "a damaged archive: status" "$STATUS" 1
like "it is named" "$OUTPUT" "other.tar.xz is damaged"
export VTRACE_KERNEL_SOURCE=$WORK/nowhere.tar.xz
build
is "an archive that is not there: status" "$STATUS" 1
like "it is named" "$OUTPUT" "nowhere.tar.xz: no such file"
unset VTRACE_KERNEL_SOURCE

# No network: an apt that knows the package and cannot get it, on a host that has not installed it.
mkdir "$WORK/bin"
cat > "$WORK/bin/apt-cache" <<-'APT'
	#!/bin/sh
	case $1 in
	policy) printf 'linux-source:\n  Installed: (none)\n  Candidate: 1.2.3-4\n' ;;
	show) echo "Filename: pool/main/l/linux/linux-source_1.2.3-4_all.deb" ;;
	esac
APT
printf '#!/bin/sh\nexit 100\n' > "$WORK/bin/apt-get"
printf '#!/bin/sh\nexit 1\n' > "$WORK/bin/dpkg-query"
chmod +x "$WORK/bin"/*
rm -rf "$CACHE"
PATH=$WORK/bin:$PATH build
is "no network: status" "$STATUS" 1
like "it says which file it wanted" "$OUTPUT" 'could not download pool/main/l/linux/linux-source_1\.2\.3-4_all\.deb'
like "and what to do" "$OUTPUT" 'VTRACE_KERNEL_SOURCE'
ok "no kernel and no source stay" test -z "$(find "$CACHE" -mindepth 1 -name '[!.]*')"

KVER=5.4
build
like "a version that there are no patches for" "$OUTPUT" "no patches for kernel '5.4'; there are some for: .*6\.1"

tap_end
