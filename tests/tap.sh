# SPDX-License-Identifier: GPL-2.0-only
# TAP for shell tests. A test sources this, makes its checks, and ends with "tap_end".
# shellcheck shell=bash
#
#	ok NAME COMMAND...        passes when COMMAND does
#	fails NAME COMMAND...     passes when COMMAND does not
#	is NAME GOT WANTED        passes when the two are equal
#	like NAME TEXT REGEX      passes when an extended regular expression matches TEXT
#	pass NAME, fail NAME      says so
#	skip NAME WHY             counts as skipped
#	skip_all WHY              the whole program is skipped; ends it
#	diag TEXT...              words for a reader, shown when a check failed
#	within SECONDS COMMAND... waits until COMMAND succeeds; its status
#
# The output of a failed COMMAND becomes diagnostics. Checks return 1 when they failed.

# A console under test has no settings of whoever runs the tests.
export XDG_CONFIG_HOME=/nonexistent

TAP_COUNT=0
TAP_FAILED=0

diag()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

pass()
{
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT - $1"
}

fail()
{
	TAP_COUNT=$((TAP_COUNT + 1))
	TAP_FAILED=$((TAP_FAILED + 1))
	echo "not ok $TAP_COUNT - $1"
}

skip()
{
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT - $1 # SKIP $2"
}

skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

ok()
{
	local name=$1 output status

	shift
	output=$("$@" 2>&1) && status=0 || status=$?
	if [ "$status" = 0 ]; then
		pass "$name"
	else
		fail "$name"
		diag "status $status: $*"
		diag "$output"
	fi
	return "$status"
}

fails()
{
	local name=$1 output

	shift
	if output=$("$@" 2>&1); then
		fail "$name"
		diag "status 0: $*"
		diag "$output"
		return 1
	else
		pass "$name"
	fi
}

is()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1"
		diag "got:    $2"
		diag "wanted: $3"
		return 1
	fi
}

like()
{
	if grep -qE -- "$3" <<< "$2"; then
		pass "$1"
	else
		fail "$1"
		diag "text: $2"
		diag "does not match: $3"
		return 1
	fi
}

within()
{
	local end

	end=$(($(date +%s%3N) + $1 * 1000))
	shift
	until "$@"; do
		[ "$(date +%s%3N)" -lt "$end" ] || return 1
		sleep 0.05
	done
}

tap_end()
{
	echo "1..$TAP_COUNT"
	[ "$TAP_FAILED" = 0 ]
	exit
}
