#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What guests install: `make install-agent` and the Debian package.
. "$(dirname "$0")/../tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The agent is the same whatever it is tested with; make must not take the variables of the run.
build=$ROOT/build
quiet_make() {
	env -u MAKEFLAGS -u MAKELEVEL -u SAN make -C "$ROOT" --no-print-directory "$@" > "$work/make" 2>&1
}
# files TREE: what is in it.
files() {
	(cd "$1" && find . -type f ! -path './DEBIAN/*' | sed 's|\.gz$||' | LC_ALL=C sort)
}
# exec_start TREE LIB: the program that the service starts.
exec_start() {
	sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$1/$2/systemd/system/trace-agent.service"
}

ok "make install-agent" quiet_make install-agent "DESTDIR=$work/local" || diag "$(cat "$work/make")"
is "the service starts what was installed" "$(exec_start "$work/local" usr/local/lib)" \
	/usr/local/sbin/trace-agent
ok "the agent runs" "$work/local/usr/local/sbin/trace-agent" --version
echo "OPTIONS=-s 64K" > "$work/local/etc/default/vtrace-agent"
echo "allow none" > "$work/local/etc/vtrace/agent.conf"
ok "again" quiet_make install-agent "DESTDIR=$work/local"
is "settings are kept" "$(cat "$work/local/etc/default/vtrace-agent")" "OPTIONS=-s 64K"

is "what the host may do is kept" "$(cat "$work/local/etc/vtrace/agent.conf")" "allow none"
# One after the other, and no further than to the contradiction.
examples() {
	sed -n 's/^#allow/allow/p' "$ROOT/guest-agent/packaging/agent.conf" | while read -r line; do
		echo "$line" > "$work/conf"
		"$build/trace-agent" --config "$work/conf" --allow all 2>&1
	done | sed 's/.*has lines "allow".*/understood/' | sort -u
}
is "its examples are understood" "$(examples)" understood

ok "make agent-deb" quiet_make agent-deb || diag "$(cat "$work/make")"
package=$(echo "$build"/vtrace-agent_*.deb)
ok "it unpacks" dpkg-deb -R "$package" "$work/deb"
is "the package is this version's" "$(dpkg-deb -f "$package" Version)" \
	"$("$build/vtrace-top" --version | sed -n '1s/.* //p')"
is "its service starts what is in it" "$(exec_start "$work/deb" usr/lib)" /usr/sbin/trace-agent
ok "its agent runs" "$work/deb/usr/sbin/trace-agent" --version
ok "its sums are right" env -C "$work/deb" md5sum -c --quiet DEBIAN/md5sums
ok "its settings are conffiles" env -C "$work/deb" sh -c \
	'sed s,^,., DEBIAN/conffiles | LC_ALL=C sort | cmp - "$0"' <(cd "$work/deb" &&
	find ./etc/default ./etc/vtrace -type f | LC_ALL=C sort)
for script in postinst prerm postrm; do
	ok "$script is a shell script" sh -n "$work/deb/DEBIAN/$script"
done
ok "install-agent with /usr" quiet_make install-agent PREFIX=/usr "DESTDIR=$work/usr"
is "it is what make install-agent installs" \
	"$(files "$work/deb" | grep -v '/doc/vtrace-agent/')" "$(files "$work/usr")"
is "every @NAME@ is filled in" "$(grep -rIlE '@[A-Z]+@' "$work/local" "$work/deb")" ""

tap_end
