# SPDX-License-Identifier: GPL-2.0-only
# One build for all of vtrace. `make help` lists the targets.
#
# Variables: SAN=1 builds with ASan and UBSan into build-san; CC, PREFIX, DESTDIR as usual.

PREFIX      ?= /usr/local
BINDIR      ?= $(PREFIX)/bin
SBINDIR     ?= $(PREFIX)/sbin
LIBEXECDIR  ?= $(PREFIX)/libexec/vtrace
MANDIR      ?= $(PREFIX)/share/man
PKG_CONFIG  ?= pkg-config
CC          ?= cc

ifdef SAN
B           := build-san
else
B           := build
endif

WARNINGS    := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wshadow \
	       -Wformat=2 -Wundef -Wvla
CPPFLAGS    += -I. -D_GNU_SOURCE -DVTRACE_LIBEXECDIR='"$(LIBEXECDIR)"'
CFLAGS      ?= -O2 -g
ALL_CFLAGS   = -std=gnu11 $(WARNINGS) -fno-common -MMD -MP $(CFLAGS)
ifdef SAN
ALL_CFLAGS  += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS     += -fsanitize=address,undefined
CPPFLAGS    += -DVTRACE_SANITIZED=1
else
CPPFLAGS    += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
ALL_CFLAGS  += -fstack-protector-strong -fPIE
LDFLAGS     += -Wl,-z,relro,-z,now
endif

# Each program names the libraries that its rooms may use; `make lint` proves it for the includes.
ENGINE_LIBS  := libtraceevent libseccomp
CONSOLE_LIBS := ncursesw libvirt libxml-2.0
cflags_of     = $(shell $(PKG_CONFIG) --cflags $(1) 2>/dev/null)
libs_of       = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null)

FORMATS_SRC  := $(wildcard formats/*.c)
AGENT_SRC    := $(wildcard guest-agent/*.c)
ENGINE_SRC   := $(filter-out tui/engine/client.c,$(wildcard tui/engine/*.c))
CONSOLE_SRC  := $(wildcard tui/*.c tui/domain/*.c tui/guest/*.c tui/capture/*.c tui/console/*.c) \
		tui/engine/client.c
UNIT_SRC     := $(wildcard tests/unit/test_*.c)
MAIN_SRC     := guest-agent/main.c tui/engine/main.c tui/main.c

obj           = $(patsubst %.c,$(B)/%.o,$(1))
UNIT_TESTS   := $(patsubst %.c,$(B)/%,$(UNIT_SRC))

PROGRAMS     := $(B)/trace-agent $(B)/vtrace-engine $(B)/vtrace-top

all: $(PROGRAMS)

$(B)/trace-agent: $(call obj,$(AGENT_SRC) $(FORMATS_SRC))
	$(CC) -static $(filter-out -fsanitize%,$(LDFLAGS)) -o $@ $^ -pthread $(if $(SAN),-Wl$(comma)--as-needed)
$(B)/vtrace-engine: $(call obj,$(ENGINE_SRC) $(FORMATS_SRC))
	$(CC) $(if $(SAN),,-pie) $(LDFLAGS) -o $@ $^ $(call libs_of,$(ENGINE_LIBS)) -ldl
$(B)/vtrace-top: $(call obj,$(CONSOLE_SRC) $(FORMATS_SRC))
	$(CC) $(if $(SAN),,-pie) $(LDFLAGS) -o $@ $^ $(call libs_of,$(CONSOLE_LIBS))

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(EXTRA_CFLAGS) -c -o $@ $<

$(B)/tui/engine/%.o: EXTRA_CFLAGS = $(call cflags_of,$(ENGINE_LIBS))
$(B)/tui/domain/%.o: EXTRA_CFLAGS = $(call cflags_of,libvirt libxml-2.0)
$(B)/tui/console/%.o: EXTRA_CFLAGS = $(call cflags_of,ncursesw)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
