// SPDX-License-Identifier: GPL-2.0-only
/* What a locked-down process can't do any more: each thing is tried, in a process of its own. */
#include "tests/unit/engine.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tui/engine/lockdown.h"

#define MEMORY	 (UINT64_C(1) << 20)
#define SURVIVED 40 /* exit status of a child that did what it should not have been able to do */

/* What became of a child that runs function(data), as waitpid(2) has it. */
static int status_of(void (*function)(void *data), void *data)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		function(data);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void check(bool holds, int status)
{
	if (!holds)
		_exit(status);
}

/* ---- what needs no filter of system calls ---- */

static bool has_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, sets))
		return true;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		if (sets[i].effective || sets[i].permitted || sets[i].inheritable)
			return true;
	return false;
}

static void try_after_begin(void *data)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
	bool root = !getuid();
	struct lockdown lockdown;
	int fd;

	(void)data;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check(!lockdown_begin(&lockdown, 0, 0), 1);
	check(strstr(lockdown.on, "no capabilities, no new privileges"), 2);
	check(!has_capabilities(), 3);
	check(setuid(0) < 0, 4);
	if (strstr(lockdown.on, "empty root"))
		check(open("/etc/passwd", O_RDONLY) < 0 && errno == ENOENT, 5);
	if (strstr(lockdown.on, "landlock")) {
		check(open("/", O_RDONLY | O_DIRECTORY) < 0 && errno == EACCES, 6);
		check(open("/", O_RDWR | O_TMPFILE, 0600) < 0, 7);
		check(mkdir("/x", 0700) < 0, 8);
	}
	if (strstr(lockdown.on, "namespaces")) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		check(connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0, 9);
		/* Loopback of the host would refuse: here it is down. */
		check(errno == ENETUNREACH || errno == EACCES, 10);
	}
	/* Of root its other uid keeps it from that; of others Landlock, from ABI 6 on. */
	check(!root || kill(getppid(), 0) < 0, 11);
}

static void test_without_a_path(void **state)
{
	(void)state;
	assert_int_equal(status_of(try_after_begin, NULL), 0);
}

/* ---- calls ---- */

static void make_a_socket(void)
{
	socket(AF_UNIX, SOCK_STREAM, 0);
}

static void make_a_process(void)
{
	if (!fork())
		_exit(SURVIVED);
}

static void run_a_program(void)
{
	char *argv[] = {"true", NULL};

	execv("/bin/true", argv);
}

static void signal_another(void)
{
	kill(getppid(), 0);
}

static void signal_a_thread(void)
{
	syscall(SYS_tgkill, 1, 1, 0);
}

static void trace_another(void)
{
	ptrace(PTRACE_ATTACH, getppid(), 0, 0);
}

static void read_another(void)
{
	syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
}

static void mount_something(void)
{
	syscall(SYS_mount, "none", "/", "tmpfs", 0, NULL);
}

static void leave_again(void)
{
	unshare(CLONE_NEWUSER);
}

static void load_a_program_of_bpf(void)
{
	syscall(SYS_bpf, 0, NULL, 0);
}

static void use_a_ring(void)
{
	syscall(SYS_io_uring_setup, 1, NULL);
}

static void take_keys(void)
{
	syscall(SYS_keyctl, 0, 0, 0, 0, 0);
}

static void filter_anew(void)
{
	syscall(SYS_seccomp, 0, 0, NULL);
}

/* The console has a channel open by the same description, and would wait in read(2). */
static void make_others_wait(void)
{
	fcntl(STDIN_FILENO, F_SETFL, 0);
}

/* Sanitizers need these. */
#ifndef VTRACE_SANITIZED
static void open_a_file(void)
{
	open("/dev/null", O_RDONLY);
}

static void map_code(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void write_to_terminal(void)
{
	ioctl(0, TIOCSTI, "x");
}

static void look_at_a_path(void)
{
	struct stat status;

	stat("/", &status);
}
#endif

struct attempt {
	const char *name;
	void (*make)(void);
};

static void locked_down(void *data)
{
	const struct attempt *attempt = data;
	struct lockdown lockdown;

	check(!lockdown_begin(&lockdown, 0, 0) && !lockdown_end(&lockdown, MEMORY), 1);
	attempt->make();
	_exit(SURVIVED);
}

static void test_calls_that_kill(void **state)
{
	struct attempt attempts[] = {
#ifndef VTRACE_SANITIZED
		{"open", open_a_file},
		{"mmap of code", map_code},
		{"ioctl", write_to_terminal},
		{"stat", look_at_a_path},
#endif
		{"socket", make_a_socket},
		{"fork", make_a_process},
		{"execve", run_a_program},
		{"kill", signal_another},
		{"tgkill", signal_a_thread},
		{"ptrace", trace_another},
		{"process_vm_readv", read_another},
		{"mount", mount_something},
		{"unshare", leave_again},
		{"bpf", load_a_program_of_bpf},
		{"io_uring_setup", use_a_ring},
		{"keyctl", take_keys},
		{"seccomp", filter_anew},
		{"fcntl", make_others_wait},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		int status = status_of(locked_down, &attempts[i]);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s: status %#x", attempts[i].name, (unsigned)status);
	}
}

/* ---- a host that gives less ---- */

/* This process and what it starts live on a kernel without Landlock and namespaces. */
static void poor_kernel(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	check(filter, 1);
	check(!seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(unshare), 0), 1);
	check(!seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset),
				0),
	      1);
	check(!seccomp_load(filter), 1);
	seccomp_release(filter);
}

static void lock_down_poorly(void *data)
{
	struct lockdown lockdown;

	(void)data;
	poor_kernel();
	check(!lockdown_begin(&lockdown, 0, 0), 2);
	check(strstr(lockdown.missing, "namespaces (Operation not permitted)") ||
		      strstr(lockdown.missing, "namespaces (a sanitizer build)"),
	      3);
	check(strstr(lockdown.missing, "empty root ("), 4);
	check(strstr(lockdown.missing, "landlock (this kernel has none)") ||
		      strstr(lockdown.missing, "landlock (a sanitizer build)"),
	      5);
	check(!strstr(lockdown.on, "landlock") && !strstr(lockdown.on, "namespaces"), 6);
	check(!has_capabilities(), 7);
	check(!lockdown_end(&lockdown, MEMORY), 8);
	check(strstr(lockdown.on, "seccomp"), 9);
}

static void test_missing_layers_are_named(void **state)
{
	(void)state;
	assert_int_equal(status_of(lock_down_poorly, NULL), 0);
}

static void start_engine_poorly(void *data)
{
	struct engine_config config = {.memory = MEMORY,
				       .require_lockdown = *(const uint32_t *)data};
	struct engine engine = {0};
	struct engine_packet packet;
	char error[512];

	poor_kernel();
	link_engine();
	check(!engine_client_start(&engine.client, &config, error, sizeof(error)), 2);
	if (config.require_lockdown) {
		struct pollfd poll_fd = {engine_client_fd(engine.client), POLLIN, 0};

		poll(&poll_fd, 1, 10000);
		check(strstr(engine_client_epitaph(engine.client), "--require-sandbox"), 3);
	} else {
		packet = await(&engine, ENGINE_READY, 0);
		check(strstr(((const struct engine_text *)packet.payload)->text, "; missing: "), 4);
	}
	engine_client_free(engine.client);
}

static void test_engine_on_a_poor_host(void **state)
{
	uint32_t required = 1, best_effort = 0;

	(void)state;
	assert_int_equal(status_of(start_engine_poorly, &best_effort), 0);
	assert_int_equal(status_of(start_engine_poorly, &required), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_path),
		cmocka_unit_test(test_calls_that_kill),
		cmocka_unit_test(test_missing_layers_are_named),
		cmocka_unit_test(test_engine_on_a_poor_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
