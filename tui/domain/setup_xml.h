/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The XML of the devices that setting up adds, for libvirt and for --print-xml. Called by
 * setup_plan.c. Paths are data and are escaped.
 */
#ifndef VTRACE_DOMAIN_SETUP_XML_H
#define VTRACE_DOMAIN_SETUP_XML_H

/* Each returns text that is the caller's to free, or NULL when memory is out. */

/* path NULL: a UNIX socket in a directory of libvirt's, which has the right owner and labels;
 * else FIFOs path.in and path.out. */
char *setup_xml_channel(unsigned port, const char *path, unsigned controller, unsigned serial_port);
char *setup_xml_serial(unsigned index);
char *setup_xml_share(const char *dir);

/* The aliases that they have. */
char *setup_alias_channel(unsigned port);
char *setup_alias_serial(unsigned index);
char *setup_alias_share(void);

#endif
