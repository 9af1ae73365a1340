# SPDX-License-Identifier: GPL-2.0-only
# One build for all of vtrace. `make help` lists the targets.
#
# Variables: SAN=1 builds with ASan and UBSan into build-san, VALGRIND=1 what runs under valgrind
# into build-valgrind; V=1 shows the commands; CC, PREFIX, DESTDIR as usual.

PREFIX      ?= /usr/local
BINDIR      ?= $(PREFIX)/bin
SBINDIR     ?= $(PREFIX)/sbin
LIBEXECDIR  ?= $(PREFIX)/libexec/vtrace
MANDIR      ?= $(PREFIX)/share/man
LIBDIR      ?= $(PREFIX)/lib
PKG_CONFIG  ?= pkg-config
CC          ?= cc

Q := $(if $(V),,@)

ifdef FUZZ
B           := $(if $(COVERAGE),build-coverage,build-fuzz)
CC          := clang
else ifdef SAN
B           := build-san
else ifdef TSAN
B           := build-tsan
else ifdef VALGRIND
B           := build-valgrind
else
B           := build
endif

WARNINGS    := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wshadow \
	       -Wformat=2 -Wundef -Wvla
AGENT_CPPFLAGS := -I. -D_GNU_SOURCE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
AGENT_LDFLAGS := -Wl,-z,relro,-z,now
CPPFLAGS    += -I. -D_GNU_SOURCE -DVTRACE_LIBEXECDIR='"$(LIBEXECDIR)"'
CFLAGS      ?= -O2 -g
ALL_CFLAGS   = -std=gnu11 $(WARNINGS) -fno-common -MMD -MP $(CFLAGS)
ifdef FUZZ
ifdef COVERAGE
FUZZ_FLAGS  := -fprofile-instr-generate -fprofile-update=atomic -fcoverage-mapping
else
FUZZ_FLAGS  := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
endif
# clang warns of libseccomp's own macros.
ALL_CFLAGS  += -fsanitize=fuzzer-no-link $(FUZZ_FLAGS) -Wno-missing-field-initializers
LDFLAGS     += -fsanitize=fuzzer $(FUZZ_FLAGS)
else ifdef SAN
ALL_CFLAGS  += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS     += -fsanitize=address,undefined
CPPFLAGS    += -DVTRACE_SANITIZED=1
else ifdef TSAN
ALL_CFLAGS  += -fsanitize=thread
LDFLAGS     += -fsanitize=thread
CPPFLAGS    += -DVTRACE_SANITIZED=1
else ifdef VALGRIND
# It makes system calls as sanitizers do, and knows malloc(3)'s blocks only.
CPPFLAGS    += -DVTRACE_SANITIZED=1 -DVTRACE_VALGRIND=1
else
CPPFLAGS    += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
ALL_CFLAGS  += -fstack-protector-strong -fPIE
LDFLAGS     += -Wl,-z,relro,-z,now
endif

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

# Cores that are packed with these can be read where the libraries are there.
PACKERS      := $(foreach lib,lzo2 snappy,$(if $(shell $(PKG_CONFIG) --exists $(lib) && echo y),$(lib)))
CPPFLAGS     += $(if $(filter lzo2,$(PACKERS)),-DVTRACE_LZO) $(if $(filter snappy,$(PACKERS)),-DVTRACE_SNAPPY)

# Each program names the libraries that its rooms may use; `make lint` proves it for the includes.
ENGINE_LIBS  := libtraceevent libseccomp libzstd zlib $(PACKERS)
CONSOLE_LIBS := ncursesw libvirt libxml-2.0
SETUP_LIBS   := libvirt libxml-2.0
cflags_of     = $(shell $(PKG_CONFIG) --cflags $(1) 2>/dev/null)
libs_of       = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null)

FORMATS_SRC  := $(wildcard formats/*.c)
AGENT_SRC    := $(wildcard guest-agent/*.c)
ENGINE_SRC   := $(filter-out tui/engine/client.c,$(wildcard tui/engine/*.c))
CONSOLE_SRC  := $(wildcard tui/*.c tui/domain/*.c tui/guest/*.c tui/capture/*.c tui/console/*.c) \
		tui/engine/client.c tui/engine/pattern.c tui/engine/density_scale.c
SETUP_SRC    := $(wildcard tui/setup/*.c tui/domain/*.c) tui/cpulist.c tui/text.c
UNIT_SRC     := $(wildcard tests/unit/test_*.c)
MAIN_SRC     := guest-agent/main.c tui/engine/main.c tui/main.c tui/setup/main.c

obj           = $(patsubst %.c,$(B)/%.o,$(1))
UNIT_TESTS   := $(patsubst %.c,$(B)/%,$(UNIT_SRC))

PROGRAMS     := $(B)/trace-agent $(B)/vtrace-engine $(B)/vtrace-top $(B)/vtrace-setup

all: $(PROGRAMS)

# The agent goes into an initramfs: static, and never built with sanitizers, which can't be.
$(B)/trace-agent: $(patsubst %.c,$(B)/static/%.o,$(AGENT_SRC) $(FORMATS_SRC))
	@echo '  LD    $@'
	$(Q)$(CC) -static $(AGENT_LDFLAGS) -o $@ $^ -pthread
$(B)/vtrace-engine: $(call obj,$(ENGINE_SRC) $(FORMATS_SRC))
	@echo '  LD    $@'
	$(Q)$(CC) $(if $(SAN),,-pie) $(LDFLAGS) -o $@ $^ -pthread $(call libs_of,$(ENGINE_LIBS)) -ldl
$(B)/vtrace-top: $(call obj,$(CONSOLE_SRC) $(FORMATS_SRC))
	@echo '  LD    $@'
	$(Q)$(CC) $(if $(SAN),,-pie) $(LDFLAGS) -o $@ $^ $(call libs_of,$(CONSOLE_LIBS))
$(B)/vtrace-setup: $(call obj,$(SETUP_SRC) $(FORMATS_SRC))
	@echo '  LD    $@'
	$(Q)$(CC) $(if $(SAN),,-pie) $(LDFLAGS) -o $@ $^ $(call libs_of,$(SETUP_LIBS))

# What tests run inside the guest goes there in the same way.
GUEST_TEST    := $(B)/tests/kernel/ring-test $(B)/tests/bench/integer
$(B)/tests/kernel/ring-test: $(patsubst %.c,$(B)/static/%.o,tests/kernel/ring-test.c \
		$(filter-out guest-agent/main.c,$(AGENT_SRC)) $(FORMATS_SRC))
	@mkdir -p $(@D)
	@echo '  LD    $@'
	$(Q)$(CC) -static $(AGENT_LDFLAGS) -o $@ $^ -pthread
$(B)/tests/bench/integer: $(B)/static/tests/bench/integer.o
	@mkdir -p $(@D)
	@echo '  LD    $@'
	$(Q)$(CC) -static $(AGENT_LDFLAGS) -o $@ $^

$(B)/static/%.o: %.c
	@mkdir -p $(@D)
	@echo '  CC    $< (static)'
	$(Q)$(CC) $(AGENT_CPPFLAGS) -std=gnu11 $(WARNINGS) -fno-common -MMD -MP -O2 -g \
		-fstack-protector-strong -pthread -c -o $@ $<

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo '  CC    $<'
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(EXTRA_CFLAGS) -c -o $@ $<

$(B)/tui/engine/%.o: EXTRA_CFLAGS = $(call cflags_of,$(ENGINE_LIBS))
$(B)/tui/domain/%.o: EXTRA_CFLAGS = $(call cflags_of,$(SETUP_LIBS))
$(B)/tui/console/%.o: EXTRA_CFLAGS = $(call cflags_of,ncursesw)

# Unit tests see every room's objects but the mains.
TESTED_SRC   := $(filter-out $(MAIN_SRC),$(AGENT_SRC) $(FORMATS_SRC) $(ENGINE_SRC) $(CONSOLE_SRC))
$(B)/all.a: $(call obj,$(TESTED_SRC))
	@rm -f $@
	$(Q)$(AR) rcs $@ $^
$(B)/tests/%.o: EXTRA_CFLAGS = $(call cflags_of,$(ENGINE_LIBS) $(CONSOLE_LIBS) cmocka)
$(UNIT_TESTS): %: %.o $(B)/all.a
	@echo '  LD    $@'
	$(Q)$(CC) $(if $(SAN),,-pie) $(LDFLAGS) -o $@ $< $(B)/all.a -pthread \
		$(call libs_of,$(ENGINE_LIBS) $(CONSOLE_LIBS) cmocka) -ldl

# Where memory runs out: calls of these come to tests/unit/failing_memory.c. The programs are those
# that are shipped but for that; the console looks for its engine beside itself.
WRAPPED      := malloc calloc realloc reallocarray mmap free strdup strndup vasprintf asprintf \
		__vasprintf_chk __asprintf_chk open_memstream fdopen fdopendir opendir
comma        := ,
WRAP_FLAGS   := $(patsubst %,-Wl$(comma)--wrap=%,$(WRAPPED))
FAILING      := $(B)/tests/unit/failing_memory.o
NO_MEMORY    := $(B)/tests/no-memory/vtrace-engine $(B)/tests/no-memory/vtrace-top
$(filter $(B)/tests/unit/test_no_memory%,$(UNIT_TESTS)): $(FAILING)
$(filter $(B)/tests/unit/test_no_memory%,$(UNIT_TESTS)): LDFLAGS += $(WRAP_FLAGS) $(FAILING) -no-pie
$(B)/tests/unit/test_disk_full: LDFLAGS += -Wl,--wrap=write,--wrap=pwrite,--wrap=copy_file_range
$(NO_MEMORY): LDFLAGS += $(WRAP_FLAGS)
$(B)/tests/no-memory/vtrace-engine: $(call obj,$(ENGINE_SRC) $(FORMATS_SRC)) $(FAILING)
	@mkdir -p $(@D)
	@echo '  LD    $@'
	$(Q)$(CC) $(if $(SAN),,-pie) $(LDFLAGS) -o $@ $^ -pthread $(call libs_of,$(ENGINE_LIBS)) -ldl
$(B)/tests/no-memory/vtrace-top: $(call obj,$(CONSOLE_SRC) $(FORMATS_SRC)) $(FAILING)
	@mkdir -p $(@D)
	@echo '  LD    $@'
	$(Q)$(CC) $(if $(SAN),,-pie) $(LDFLAGS) -o $@ $^ $(call libs_of,$(CONSOLE_LIBS))

# An engine with a fault in it, and the console beside it.
PLANTED      := $(B)/tests/planted/vtrace-engine $(B)/tests/planted/vtrace-top
$(B)/tests/planted/vtrace-engine: LDFLAGS += -Wl,--wrap=intake_fill
$(B)/tests/planted/vtrace-engine: $(call obj,$(ENGINE_SRC) $(FORMATS_SRC) tests/screen/planted.c)
	@mkdir -p $(@D)
	@echo '  LD    $@'
	$(Q)$(CC) $(if $(SAN),,-pie) $(LDFLAGS) -o $@ $^ -pthread $(call libs_of,$(ENGINE_LIBS)) -ldl
$(B)/tests/planted/vtrace-top: $(B)/vtrace-top
	@mkdir -p $(@D)
	$(Q)cp $< $@

# An engine that lies, and the console beside it.
LIAR         := $(B)/tests/liar/vtrace-engine $(B)/tests/liar/vtrace-top
$(B)/tests/liar/vtrace-engine: $(call obj,tests/screen/liar.c)
	@mkdir -p $(@D)
	@echo '  LD    $@'
	$(Q)$(CC) $(if $(SAN),,-pie) $(LDFLAGS) -o $@ $^
$(B)/tests/liar/vtrace-top: $(B)/vtrace-top
	@mkdir -p $(@D)
	$(Q)cp $< $@

unit-tests: $(UNIT_TESTS) $(NO_MEMORY) $(PLANTED) $(LIAR) $(B)/tests/screen/feed $(B)/tests/screen/walk \
		$(B)/tests/screen/stalled

# A guest made of a capture, for screen tests and bench-ui.
$(B)/tests/screen/feed: $(B)/tests/screen/feed.o $(B)/all.a
	@echo '  LD    $@'
	$(Q)$(CC) $(if $(SAN),,-pie) $(LDFLAGS) -o $@ $^

BENCHES      := $(patsubst %,$(B)/tests/bench/%,walk repeat ingest screen filter merge latency)
$(BENCHES): %: %.o $(B)/all.a
	@echo '  LD    $@'
	$(Q)$(CC) $(if $(SAN),,-pie) $(LDFLAGS) -o $@ $< $(B)/all.a $(call libs_of,libtraceevent libzstd zlib $(PACKERS))

$(B)/tests/bench/ui $(B)/tests/screen/walk $(B)/tests/screen/stalled: %: %.o
	@echo '  LD    $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lutil

# Programs of libFuzzer's: clang and its runtime, see tests/fuzz/run.
FUZZERS      := $(patsubst %.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SRC     := $(filter-out tests/fuzz/fuzz_% tests/fuzz/recorder.c,$(wildcard tests/fuzz/*.c))
$(FUZZERS): %: %.o $(call obj,$(FUZZ_SRC) $(filter-out $(MAIN_SRC),$(FORMATS_SRC) $(ENGINE_SRC)) \
		tui/capture/manifest.c tui/text.c)
	@echo '  LD    $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call libs_of,$(ENGINE_LIBS)) -ldl
fuzzers: $(FUZZERS)

# A console that makes seeds of what it is told, with all beside it that screen tests look for:
# VTRACE_FUZZ_RECORD=DIRECTORY VTRACE_BUILD=build/recorder tests/run screen
RECORDER     := $(patsubst %,$(B)/recorder/%,vtrace-top vtrace-engine tests/screen/feed)
$(B)/recorder/vtrace-top: LDFLAGS += -Wl,--wrap=engine_client_send \
		-Wl,--wrap=engine_client_receive -Wl,--wrap=control_lines_feed
$(B)/recorder/vtrace-top: $(call obj,$(CONSOLE_SRC) $(FORMATS_SRC) tests/fuzz/recorder.c)
	@mkdir -p $(@D)
	@echo '  LD    $@'
	$(Q)$(CC) $(if $(SAN),,-pie) $(LDFLAGS) -o $@ $^ $(call libs_of,$(CONSOLE_LIBS))
$(B)/recorder/vtrace-engine $(B)/recorder/tests/screen/feed: $(B)/recorder/%: $(B)/%
	@mkdir -p $(@D)
	$(Q)cp $< $@
fuzz-recorder: $(RECORDER)

guest-tests: $(GUEST_TEST)

# Writes the tables of keys and settings in the man page.
$(B)/doc/keys: $(call obj,doc/keys.c $(addprefix tui/console/,keymap.c settings.c columns.c theme.c \
		completion.c) \
		tui/cpulist.c tui/options.c $(FORMATS_SRC))
	@echo '  LD    $@'
	$(Q)$(CC) $(if $(SAN),,-pie) $(LDFLAGS) -o $@ $^

## ---- what people call ----

deps: ## install the packages that building, the demo and the tests need (root), or list them
	@tests/deps

demo: ## boot the demo guest under libvirt and open vtrace-top on it (KERNEL=6.12|6.1: ours)
	@tests/deps
	@$(MAKE) --no-print-directory all
	@KERNEL=$(KERNEL) tests/demo/run

demo-postmortem: ## boot a guest, have it panic, and open vtrace-top on what it did before
	@tests/deps
	@$(MAKE) --no-print-directory all
	@tests/demo/postmortem

demo-clean: ## destroy the demo guest and end what the demo started
	@tests/demo/down

test: ## all tests: unit, engine, real guests, screens; and with sanitizers
	@tests/deps
	@$(MAKE) --no-print-directory all unit-tests guest-tests
	@$(MAKE) --no-print-directory SAN=1 all unit-tests
	@tests/run

check: all unit-tests ## the tests that need no guest, in under a minute
	@tests/run check

check-threads: ## the threads of the engine, under ThreadSanitizer
	@$(MAKE) --no-print-directory TSAN=1 build-tsan/tests/unit/test_drain
	build-tsan/tests/unit/test_drain

check-valgrind: ## unit, engine and screen tests under valgrind's memcheck
	@tests/deps
	@$(MAKE) --no-print-directory VALGRIND=1 all unit-tests
	@tests/run valgrind

test-hostile: ## attacks and the host's faults at length, then fuzzing for TIME seconds a target (600)
	@tests/deps
	@$(MAKE) --no-print-directory all unit-tests
	@$(MAKE) --no-print-directory SAN=1 all unit-tests
	@tests/run hostile
	@$(MAKE) --no-print-directory fuzz TIME=$(or $(TIME),600)

fuzz: ## run the fuzz targets for TIME seconds each (60; TARGET=page: that one), as many at once as CPUs
	@tests/deps
	@$(MAKE) --no-print-directory FUZZ=1 fuzzers
	@tests/fuzz/run -t $(or $(TIME),60) $(TARGET)

fuzz-coverage: ## what lines of ours the inputs of the fuzz targets reach, kept and found, by target and file
	@tests/deps
	@$(MAKE) --no-print-directory FUZZ=1 COVERAGE=1 fuzzers
	@tests/fuzz/coverage $(TARGET)

guest-kernel: ## build the patched guest kernel (KVER=6.12|6.1, DEBUG=1: with checkers)
	@tests/deps
	@guest-kernel/build --kver $(or $(KVER),6.12) $(if $(DEBUG),--debug)

test-kernel: ## all tests of the guest kernels, those with checkers and faults too
	@tests/deps
	@$(MAKE) --no-print-directory all guest-tests
	@tests/run kernel kernel-debug

bench: all $(BENCHES) ## how fast the engine is, beside kbuffer, trace-cmd report and cat
	@tests/deps
	@tests/bench/bench

bench-ui: all $(B)/tests/bench/ui $(B)/tests/screen/feed ## how soon the console answers, what it costs
	@tests/deps
	@tests/bench/ui-table

bench-overhead: ## what tracing costs the guest, by several ways, in instructions
	@tests/deps
	@$(MAKE) --no-print-directory all guest-tests
	@tests/bench/overhead

soak: all ## trace a guest at its full rate for MINUTES (30) and watch the memory
	@tests/soak $(MINUTES)

keys: $(B)/doc/keys ## write the tables of keys and settings into vtrace-top(1)
	@$(B)/doc/keys doc/vtrace-top.1 > $(B)/doc/vtrace-top.1
	@cp $(B)/doc/vtrace-top.1 doc/vtrace-top.1

walk: all unit-tests ## press keys at random in the console (SAN=1: ten thousand, with sanitizers)
	@BUILD=$(CURDIR)/$(B) tests/screen/walk.sh

tour: all unit-tests ## write doc/TOUR.md, what the console looks like
	@tests/screen/tour > $(B)/doc/TOUR.md
	@cp $(B)/doc/TOUR.md doc/TOUR.md

lint: $(B)/doc/keys ## layers, style and static analysis
	@tests/lint

install: all ## install programs and man pages (PREFIX=/usr/local, DESTDIR=)
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(SBINDIR) $(DESTDIR)$(LIBEXECDIR)
	install -m 755 $(B)/vtrace-top $(DESTDIR)$(BINDIR)/
	install -m 755 $(B)/trace-agent $(B)/vtrace-setup $(DESTDIR)$(SBINDIR)/
	install -m 755 $(B)/vtrace-engine $(DESTDIR)$(LIBEXECDIR)/
	$(foreach page,$(wildcard doc/*.[1-8]),install -D -m 644 $(page) \
		$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page));)

# Hooks of initramfs builders are looked for in /usr and /etc only, so where PREFIX is neither they
# go to /etc or have to be linked. See the files themselves.
PACKAGING    := guest-agent/packaging
INITRAMFSDIR ?= $(if $(filter /usr,$(PREFIX)),/usr/share/initramfs-tools,/etc/initramfs-tools)
DRACUTDIR    ?= /usr/lib/dracut/modules.d/95vtrace-agent
# install_filled MODE,FILE,TARGET: FILE with the directories of this installation filled in.
install_filled = install -d $(dir $(DESTDIR)$(3)) && \
	sed -e 's|@SBINDIR@|$(SBINDIR)|; s|@LIBEXECDIR@|$(LIBEXECDIR)|' $(PACKAGING)/$(2) \
		> $(DESTDIR)$(3) && chmod $(1) $(DESTDIR)$(3)

install-agent: $(B)/trace-agent ## install what a guest needs (PREFIX=/usr/local, DESTDIR=)
	install -D -m 755 $(B)/trace-agent $(DESTDIR)$(SBINDIR)/trace-agent
	install -D -m 755 $(PACKAGING)/end-early-agent $(DESTDIR)$(LIBEXECDIR)/end-early-agent
	$(call install_filled,644,trace-agent.service,$(LIBDIR)/systemd/system/trace-agent.service)
	install -D -m 644 $(PACKAGING)/99-vtrace-agent.rules \
		$(DESTDIR)$(LIBDIR)/udev/rules.d/99-vtrace-agent.rules
	test -e $(DESTDIR)/etc/default/vtrace-agent || \
		install -D -m 644 $(PACKAGING)/vtrace-agent.default $(DESTDIR)/etc/default/vtrace-agent
	test -e $(DESTDIR)/etc/vtrace/agent.conf || \
		install -D -m 644 $(PACKAGING)/agent.conf $(DESTDIR)/etc/vtrace/agent.conf
	$(call install_filled,755,initramfs-tools/hook,$(INITRAMFSDIR)/hooks/vtrace-agent)
	install -D -m 755 $(PACKAGING)/start-early-agent \
		$(DESTDIR)$(INITRAMFSDIR)/scripts/init-premount/vtrace-agent
	$(call install_filled,755,dracut/module-setup.sh,$(DRACUTDIR)/module-setup.sh)
	install -D -m 755 $(PACKAGING)/start-early-agent $(DESTDIR)$(DRACUTDIR)/start-early-agent.sh
	$(foreach page,doc/trace-agent.8 doc/vtrace-protocol.7,install -D -m 644 $(page) \
		$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page));)

agent-deb: $(B)/trace-agent ## the Debian package vtrace-agent, for guests, in build/
	@rm -rf $(B)/deb
	@$(MAKE) --no-print-directory install-agent PREFIX=/usr DESTDIR=$(CURDIR)/$(B)/deb > /dev/null
	@$(PACKAGING)/deb $(B)/deb $(B)

uninstall: ## remove what install installed
	rm -f $(DESTDIR)$(BINDIR)/vtrace-top $(DESTDIR)$(SBINDIR)/trace-agent \
		$(DESTDIR)$(SBINDIR)/vtrace-setup
	rm -rf $(DESTDIR)$(LIBEXECDIR)
	rm -f $(foreach page,$(wildcard doc/*.[1-8]),\
		$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page)))

clean: ## remove what was built
	rm -rf build build-san build-tsan build-valgrind build-fuzz build-coverage

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: all unit-tests fuzzers fuzz-recorder guest-tests deps demo demo-postmortem demo-clean test check check-threads check-valgrind \
	test-hostile fuzz fuzz-coverage \
	guest-kernel test-kernel bench bench-ui bench-overhead soak keys tour walk lint install install-agent \
	agent-deb uninstall clean help

-include $(shell find $(B) -type f -name '*.d' 2>/dev/null)
