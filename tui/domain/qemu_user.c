// SPDX-License-Identifier: GPL-2.0-only
#include "tui/domain/qemu_user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "formats/control.h"
#include "tui/domain/xml_node.h"

/* "+64055". A number without the sign may be a name, so libvirt writes one. 0 or -EINVAL. */
static int parse_id(const char *text, uint32_t *id)
{
	uint64_t number;

	/* (uid_t)-1 means "leave it as it is" to chown(). */
	if (text[0] != '+' || control_number(text + 1, &number) || number >= UINT32_MAX)
		return -EINVAL;
	*id = (uint32_t)number;
	return 0;
}

static int find_user(const char *name, uid_t *uid)
{
	const struct passwd *entry;

	if (!parse_id(name, uid))
		return 0;
	entry = getpwnam(name);
	if (!entry)
		return -EINVAL;
	*uid = entry->pw_uid;
	return 0;
}

static int find_group(const char *name, gid_t *gid)
{
	const struct group *entry;

	if (!parse_id(name, gid))
		return 0;
	entry = getgrnam(name);
	if (!entry)
		return -EINVAL;
	*gid = entry->gr_gid;
	return 0;
}

int qemu_user_from_label(struct qemu_user *user, const char *label)
{
	const char *colon = strchr(label, ':');
	char name[64];

	if (!colon || (size_t)(colon - label) >= sizeof(name))
		return -EINVAL;
	snprintf(name, sizeof(name), "%.*s", (int)(colon - label), label);
	if (find_user(name, &user->uid))
		return -EINVAL;
	return find_group(colon + 1, &user->gid);
}

static int from_model(struct qemu_user *user, const xmlNode *model)
{
	char *name = xml_child_text(model, "model");
	char *label = name && !strcmp(name, "dac") ? xml_child_text(model, "baselabel") : NULL;
	int ret = label ? qemu_user_from_label(user, label) : -ENOENT;

	xmlFree(name);
	xmlFree(label);
	return ret;
}

int qemu_user_from_capabilities(struct qemu_user *user, const char *xml)
{
	const xmlNode *host;
	char error[256];
	xmlDoc *doc;
	int ret;

	ret = xml_parse(&doc, xml, "capabilities", error, sizeof(error));
	if (ret)
		return ret;
	ret = -ENOENT;
	host = xml_child(xmlDocGetRootElement(doc), "host");
	for (const xmlNode *node = host ? host->children : NULL; node && ret == -ENOENT;
	     node = node->next)
		if (xml_is(node, "secmodel"))
			ret = from_model(user, node);
	xmlFreeDoc(doc);
	return ret;
}
