#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The fuzz targets, with ASan and UBSan: recorded and remembered inputs, and a minute of new ones for each.
# "make fuzz TIME=600" looks longer.
. "$(dirname "$0")/../tap.sh"
cd "$ROOT" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS=detect_leaks=0

command -v clang > /dev/null || skip_all "there is no clang, which libFuzzer belongs to"
echo 'int LLVMFuzzerTestOneInput(const char *s, long n); int LLVMFuzzerTestOneInput(const char *s, long n)
	{ return !s && n; }' > "$work/empty.c"
clang -fsanitize=fuzzer,address,undefined -o "$work/empty" "$work/empty.c" 2> /dev/null ||
	skip_all "clang is there without its runtime, libclang-rt-dev, that has libFuzzer"

# What make, if it runs us, wants of this one is not wanted of that one.
ok "the targets are built" env -u MAKEFLAGS -u MFLAGS make FUZZ=1 fuzzers

# seeds TARGET: into $work/TARGET.
seeds()
{
	mkdir "$work/$1" && tests/fuzz/seeds "$1" "$work/$1" || return 1
	[ ! -d "tests/fuzz/corpus/$1" ] || cp tests/fuzz/corpus/"$1"/* "$work/$1"
}

ok "page: there are seeds" seeds page
ok "page: all seeds" build-fuzz/tests/fuzz/fuzz_page -runs=0 "$work/page"
ok "format: there are seeds" seeds format
ok "format: all seeds" build-fuzz/tests/fuzz/fuzz_format -runs=0 "$work/format"

targets="page format bundle control client server dat manifest memory stream filter"
# shellcheck disable=SC2086
# Three at a time on two CPUs: a minute each is three minutes then.
tests/fuzz/run -t 60 -j 3 $targets > "$work/out" 2>&1
is "a minute of new inputs for each target finds nothing" $? 0
for target in $targets; do
	like "$target: there were some" "$(cat "$work/out")" \
		"^$target: [0-9]{2,} executions, [0-9]{2,} edges"
done
diag "$(cat "$work/out")"
tap_end
