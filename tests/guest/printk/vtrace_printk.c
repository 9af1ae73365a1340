// SPDX-License-Identifier: GPL-2.0-only
/* Writes with trace_printk() what it can write, whenever its parameter is set. */
#include <linux/kernel.h>
#include <linux/module.h>

static int write_all(const char *value, const struct kernel_param *param)
{
	static const char *const words[] = {"one", "two", ""};
	/* Not known where it is compiled: printed in the guest, an event "print". */
	const char *volatile format = "made %d of %s\n";
	u64 wide = 0x123456789abcdef0;
	int i;

	trace_printk("no argument, and so an event bputs\n");
	for (i = 0; i < 3; i++)
		trace_printk("number %d of %u, %s\n", i, 3u, words[i]);
	trace_printk("%llu %llx %lld %#x %08x %5d|\n", wide, wide, -5ll, 255, 255, 42);
	trace_printk("%ld %lx %lu %i\n", -4l, 5ul, 6ul, -7);
	trace_printk("%s, %s\n", "text", words[2]);
	trace_printk("%ps %pS\n", write_all, write_all);
	trace_printk("%%d is no number, %d is\n", 7);
	trace_printk("no newline %d", 8);
	trace_printk(format, 9, "it");
	trace_puts("put\n");
	return 0;
}

static const struct kernel_param_ops ops = {.set = write_all};

module_param_cb(write, &ops, NULL, 0200);
MODULE_PARM_DESC(write, "anything: write now");
MODULE_DESCRIPTION("trace_printk() for tests of vtrace");
MODULE_LICENSE("GPL");
