// SPDX-License-Identifier: GPL-2.0-only
#include "tui/domain/setup_xml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/domain/devices.h"

static char *__attribute__((format(printf, 1, 2))) text_of(const char *format, ...)
{
	va_list args;
	char *text;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	return length < 0 ? NULL : text;
}

/* For an attribute between single quotes; the caller's, or NULL. */
static char *escape(const char *text)
{
	char *escaped = NULL;
	size_t size;
	FILE *out = open_memstream(&escaped, &size);
	int failed;

	if (!out)
		return NULL;
	for (; *text; text++) {
		if (strchr("<>&'\"", *text) || (unsigned char)*text < ' ')
			fprintf(out, "&#%d;", *text);
		else
			fputc(*text, out);
	}
	failed = ferror(out);
	if (fclose(out) || failed) {
		free(escaped);
		return NULL;
	}
	return escaped;
}

char *setup_alias_channel(unsigned port)
{
	if (port == PORT_CONTROL)
		return text_of(SETUP_ALIAS "control");
	return text_of(SETUP_ALIAS "cpu%u", port - PORT_OF_CPU(0));
}

char *setup_alias_serial(unsigned index)
{
	return text_of(SETUP_ALIAS "serial%u", index);
}

char *setup_alias_share(void)
{
	return text_of(SETUP_ALIAS "share");
}

char *setup_xml_channel(unsigned port, const char *path, unsigned controller, unsigned serial_port)
{
	char *alias = setup_alias_channel(port), *escaped = path ? escape(path) : NULL;
	char *source = escaped ? text_of("  <source path='%s'/>\n", escaped) : NULL;
	char name[32], *xml = NULL;

	devices_port_name(port, name, sizeof(name));
	if (alias && (!path || source))
		xml = text_of(
			"<channel type='%s'>\n"
			"%s"
			"  <target type='virtio' name='%s'/>\n"
			"  <alias name='%s'/>\n"
			"  <address type='virtio-serial' controller='%u' bus='0' port='%u'/>\n"
			"</channel>\n",
			path ? "pipe" : "unix", path ? source : "", name, alias, controller,
			serial_port);
	free(source);
	free(escaped);
	free(alias);
	return xml;
}

char *setup_xml_serial(unsigned index)
{
	return text_of("<controller type='virtio-serial' index='%u' ports='%d'>\n"
		       "  <alias name='" SETUP_ALIAS "serial%u'/>\n"
		       "</controller>\n",
		       index, SERIAL_PORTS_DEFAULT, index);
}

char *setup_xml_share(const char *dir)
{
	char *escaped = escape(dir), *xml = NULL;

	/* Mapped: QEMU is not root, and the guest's symbolic links stay plain files here. */
	if (escaped)
		xml = text_of("<filesystem type='mount' accessmode='mapped'>\n"
			      "  <source dir='%s'/>\n"
			      "  <target dir='" VTRACE_SHARE_TAG "'/>\n"
			      "  <alias name='" SETUP_ALIAS "share'/>\n"
			      "</filesystem>\n",
			      escaped);
	free(escaped);
	return xml;
}
