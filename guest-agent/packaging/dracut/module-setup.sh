#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Puts the agent into initramfs images where /etc/default/vtrace-agent has EARLY=yes. See
# dracut.modules(7).

check()
{
	local EARLY=no

	# shellcheck disable=SC1091
	[ ! -r /etc/default/vtrace-agent ] || . /etc/default/vtrace-agent
	[ "$EARLY" = yes ]
}

depends()
{
	echo base
}

installkernel()
{
	instmods virtio_pci virtio_console 9p 9pnet_virtio
}

install()
{
	inst_simple @SBINDIR@/trace-agent /usr/sbin/trace-agent
	# What the guest's owner allows holds there as well.
	[ ! -e /etc/vtrace/agent.conf ] || inst_simple /etc/vtrace/agent.conf
	inst_multiple mkdir modprobe
	# shellcheck disable=SC2154 # dracut's
	inst_hook pre-mount 01 "$moddir/start-early-agent.sh"
}
