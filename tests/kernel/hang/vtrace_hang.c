// SPDX-License-Identifier: GPL-2.0-only
/* All CPUs stop with interrupts off when its parameter is set: a guest that hangs, and tells
 * nobody. */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/smp.h>

static void stop_here(void *unused)
{
	for (;;)
		asm volatile("cli; hlt");
}

static int halt_all(const char *value, const struct kernel_param *param)
{
	on_each_cpu(stop_here, NULL, 0);
	return 0;
}

static const struct kernel_param_ops ops = {.set = halt_all};

module_param_cb(halt, &ops, NULL, 0200);
MODULE_PARM_DESC(halt, "anything: halt now");
MODULE_DESCRIPTION("A hang for tests of vtrace");
MODULE_LICENSE("GPL");
