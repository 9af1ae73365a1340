/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Started as root, vtrace-top keeps of root's capabilities only those without which it could not
 * work. Called by main, before anything is opened.
 */
#ifndef VTRACE_PRIVILEGES_H
#define VTRACE_PRIVILEGES_H

/* Give up all others for good: for this process and for what it starts. 0 or -errno. */
int privileges_keep_few(void);

#endif
