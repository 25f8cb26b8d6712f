# SellerSmart. One Makefile, no recursion: lists are the folders' contents, tables are generated.
#
#   make run      install what is missing, build, start the daemon, open the dashboard
#   make test     the same set-up, then lint and every test
#   make          build/sellersmartd and build/sellersmart
#   make SAN=address|undefined|thread   a sanitizer build, in build-SAN/

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
SHELL := /bin/bash

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
SAN ?=
V ?= 0
JOBS ?= $(shell nproc 2>/dev/null || echo 2)

B := build$(if $(SAN),-$(SAN))
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' $(1) $(2);)

CC := $(if $(filter default undefined,$(origin CC)),gcc,$(CC))
# What the machine has; contrib/setup finds it out once and installs what is missing for run and test.
TESTING := $(filter test unit integration screens bench fuzz soak lint sanitize torture,$(MAKECMDGOALS))
SETUP := build/setup-$(if $(TESTING),test,build).mk
ifeq ($(filter clean setup-% help deb,$(MAKECMDGOALS)),)
include $(SETUP)
endif
build/setup-build.mk: contrib/setup
	@contrib/setup $(if $(filter run,$(MAKECMDGOALS)),install,check) build $@
build/setup-test.mk: contrib/setup
	@contrib/setup $(if $(filter test,$(MAKECMDGOALS)),install,check) test $@

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
	-Wno-unused-parameter
OPT ?= -O2
CPPFLAGS += -I. -I$(B)/gen -D_GNU_SOURCE -DSELLERSMART_VERSION='"$(VERSION)"'
CFLAGS := -std=c17 $(OPT) -g $(WARN) $(if $(WERROR),-Werror) -fno-omit-frame-pointer \
	-fstack-protector-strong $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all,-D_FORTIFY_SOURCE=2) \
	$(PKG_CFLAGS) $(EXTRA_CFLAGS)
LDFLAGS := -Wl,-z,relro,-z,now $(if $(SAN),-fsanitize=$(SAN)) $(EXTRA_LDFLAGS)

# ---- what is in the house ------------------------------------------------------------------
find_c = $(sort $(shell find $(1) -name '*.c' 2>/dev/null))
SHARED_C := $(call find_c,shared)
DAEMON_C := $(filter-out daemon/main.c,$(call find_c,daemon))
TUI_C := $(filter-out tui/main.c,$(call find_c,tui))

PLATFORMS := $(basename $(notdir $(sort $(wildcard daemon/services/rivalradar/platforms/*.c))))
SERVICES := $(notdir $(patsubst %/,%,$(dir $(sort $(wildcard daemon/services/*/service.c)))))
CHECKS := $(basename $(notdir $(sort $(wildcard daemon/checks/*.c))))
JOBS_FOUND := $(sort $(wildcard daemon/jobs/types/*.c))
JOB_TYPES := $(basename $(notdir $(JOBS_FOUND) $(sort $(wildcard daemon/services/*/jobs/*.c))))
DOCTORS := $(basename $(notdir $(sort $(wildcard shared/doctor/checks/*.c))))
RESOURCES := $(basename $(notdir $(sort $(wildcard shared/resources/*.c))))
# The commonest first: what an empty form proposes.
VARIANTS := http $(filter-out http,$(basename $(notdir $(sort $(wildcard shared/resources/checks/*.c)))))
NOTIFIERS_FOUND := $(basename $(notdir $(sort $(wildcard shared/resources/notifiers/*.c))))
NOTIFIERS := $(filter webhook,$(NOTIFIERS_FOUND)) $(filter-out webhook,$(NOTIFIERS_FOUND))
SCREENS := $(basename $(notdir $(sort $(wildcard tui/screens/*.c))))
IMPORTERS := $(basename $(notdir $(sort $(wildcard tui/import/from/*.c))))
COMMANDS := $(basename $(notdir $(sort $(wildcard tui/commands/*.c))))
MIGRATIONS := $(sort $(wildcard migrations/*.sql))

# $(call table,file,header,struct,array,prefix,names,more): const struct S *const ARRAY[] = {...}
comma := ,
define table
	@mkdir -p $(dir $(1)); { \
	echo '/* Written by the Makefile from the file list. */'; echo '#include "$(2)"'; \
	$(foreach n,$(6),echo 'extern const struct $(3) $(5)$(n);';) \
	echo 'const struct $(3) *const $(4)[] = {'; \
	$(foreach n,$(6),echo '	&$(5)$(n),';) echo '	0,'; echo '};'; $(7) } > $(1).tmp; \
	cmp -s $(1).tmp $(1) && rm $(1).tmp || mv $(1).tmp $(1)
endef

GEN_SHARED := $(B)/gen/resource_table.c $(B)/gen/check_variant_table.c $(B)/gen/doctor_table.c \
	$(B)/gen/notifier_variant_table.c $(B)/gen/job_names.c
GEN_DAEMON := $(B)/gen/service_table.c $(B)/gen/platform_table.c $(B)/gen/job_type_table.c $(B)/gen/check_table.c $(B)/gen/notifier_table.c $(B)/gen/migration_table.c
GEN_TUI := $(B)/gen/screen_table.c $(B)/gen/command_table.c $(B)/gen/importer_table.c $(B)/gen/user_unit.c

obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
genobj = $(patsubst $(B)/gen/%.c,$(B)/obj/gen/%.o,$(1))
SHARED_O := $(call obj,$(SHARED_C)) $(call genobj,$(GEN_SHARED))
LLHTTP_O := $(if $(LLHTTP_SRC),$(patsubst %,$(B)/obj/llhttp/%.o,llhttp api http))
DAEMON_O := $(call obj,$(DAEMON_C)) $(call genobj,$(GEN_DAEMON)) \
	$(LLHTTP_O)
TUI_O := $(call obj,$(TUI_C)) $(call genobj,$(GEN_TUI)) $(LLHTTP_O)

.PHONY: all FORCE
all: $(B)/sellersmartd $(B)/sellersmart $(if $(SAN),,compile_commands.json)

# Of objects, not archives: a name defined twice is an error then.
$(B)/sellersmartd: $(B)/obj/daemon/main.o $(DAEMON_O) $(SHARED_O)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_DAEMON) $(LLHTTP_LIBS) $(LIBS_SHARED)
$(B)/sellersmart: $(B)/obj/tui/main.o $(TUI_O) $(SHARED_O)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_TUI) $(LLHTTP_LIBS) $(LIBS_SHARED)

$(B)/libshared.a: $(SHARED_O)
$(B)/libdaemon.a: $(DAEMON_O)
$(B)/libtui.a: $(TUI_O)
$(B)/lib%.a:
	$(call say,AR,$@)rm -f $@; ar rcs $@ $^

$(B)/obj/gen/%.o: $(B)/gen/%.c $(B)/flags
	$(call say,CC,$<)mkdir -p $(@D); $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(B)/obj/llhttp/%.o: $(LLHTTP_SRC)/%.c $(B)/flags
	$(call say,CC,$<)mkdir -p $(@D); $(CC) $(CPPFLAGS) $(filter-out -Wextra,$(CFLAGS)) -w -c -o $@ $<
$(B)/obj/%.o: %.c $(B)/flags
	$(call say,CC,$<)mkdir -p $(@D); $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# A change of flags rebuilds; an unchanged tree builds nothing.
$(B)/flags: FORCE
	@mkdir -p $(B); echo '$(CC) $(CPPFLAGS) $(filter-out -Werror,$(CFLAGS))' | cmp -s - $@ || \
	echo '$(CC) $(CPPFLAGS) $(filter-out -Werror,$(CFLAGS))' > $@
FORCE:

$(B)/gen/resource_table.c: FORCE
	$(call table,$@,shared/schema/schema.h,resource_kind,resource_table,resource_,$(RESOURCES))
$(B)/gen/check_variant_table.c: FORCE
	$(call table,$@,shared/schema/schema.h,variant,check_variant_table,variant_,$(VARIANTS),\
	  echo 'const char *const check_variant_names[] = {'; \
	  $(foreach n,$(VARIANTS),echo '	"$(n)"$(comma)';) echo '	0$(comma)'; echo '};';)
$(B)/gen/notifier_variant_table.c: FORCE
	$(call table,$@,shared/schema/schema.h,variant,notifier_variant_table,notifier_variant_,$(NOTIFIERS),\
	  echo 'const char *const notifier_variant_names[] = {'; \
	  $(foreach n,$(NOTIFIERS),echo '	"$(n)"$(comma)';) echo '	0$(comma)'; echo '};';)
$(B)/gen/notifier_table.c: FORCE
	$(call table,$@,daemon/alerts/notifier.h,notifier_type,notifier_table,notifier_,$(NOTIFIERS))
$(B)/gen/job_type_table.c: FORCE
	$(call table,$@,daemon/jobs/job_type.h,job_type,job_type_table,job_,$(JOB_TYPES))
# What schedules may name: jobs of the house.
$(B)/gen/job_names.c: FORCE
	@mkdir -p $(@D); { echo '/* Written by the Makefile from the file list. */'; \
	echo '#include "shared/schema/schema.h"'; echo 'const char *const job_names[] = {'; \
	$(foreach n,$(basename $(notdir $(JOBS_FOUND))),echo '	"$(subst _,-,$(n))"$(comma)';) echo '	0$(comma)'; \
	echo '};'; } > $@.tmp; cmp -s $@.tmp $@ && rm $@.tmp || mv $@.tmp $@
$(B)/gen/doctor_table.c: FORCE
	$(call table,$@,shared/doctor/doctor.h,doctor_check,doctor_table,doctor_,$(DOCTORS))
$(B)/gen/service_table.c: FORCE
	$(call table,$@,daemon/services/service.h,service,service_table,service_,$(SERVICES))
$(B)/gen/platform_table.c: FORCE
	$(call table,$@,daemon/services/rivalradar/platform.h,platform,platform_table,platform_,$(PLATFORMS))
$(B)/gen/check_table.c: FORCE
	$(call table,$@,daemon/checks/check.h,check_type,check_table,check_,$(CHECKS))
$(B)/gen/screen_table.c: FORCE
	$(call table,$@,tui/screens/screen.h,screen,screen_table,screen_,$(SCREENS))
$(B)/gen/importer_table.c: FORCE
	$(call table,$@,tui/import/import.h,importer,importer_table,importer_,$(IMPORTERS))
$(B)/gen/command_table.c: FORCE
	$(call table,$@,tui/commands/command.h,command,command_table,command_,$(COMMANDS))

# Migrations as C strings, in order of their numbers.
$(B)/gen/migration_table.c: $(MIGRATIONS) Makefile
	$(call say,GEN,$@)mkdir -p $(@D); { echo '#include "daemon/store/migrations.h"'; \
	echo 'const struct migration migration_table[] = {'; \
	for f in $(MIGRATIONS); do n=$${f##*/}; n=$${n%.sql}; \
	printf '\t{ .number = %d, .name = "%s", .sql =\n' "$$((10#$${n%%_*}))" "$${n#*_}"; \
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/\t"/' -e 's/$$/\\n"/' "$$f"; echo '	},'; done; \
	echo '	{ .number = 0 },'; echo '};'; } > $@

# The user unit as a C string, for `daemon install`.
$(B)/gen/user_unit.c: contrib/sellersmartd-user.service Makefile
	$(call say,GEN,$@)mkdir -p $(@D); { echo '#include "tui/cli/daemonctl.h"'; \
	echo 'const char user_unit[] ='; \
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/\t"/' -e 's/$$/\\n"/' $<; echo '	;'; } > $@

compile_commands.json: Makefile $(SHARED_C) $(DAEMON_C) $(TUI_C)
	@{ echo '['; s=; for f in $(SHARED_C) $(DAEMON_C) $(TUI_C) daemon/main.c tui/main.c; do \
	printf '%s{"directory":"%s","file":"%s","command":"%s"}' "$$s" "$(CURDIR)" "$$f" \
	  "$$(echo '$(CC) $(CPPFLAGS) $(CFLAGS)' | sed 's/\\/\\\\/g; s/"/\\"/g') -c $$f"; s=$$',\n'; done; \
	echo; echo ']'; } > $@

# ---- running -------------------------------------------------------------------------------
.PHONY: run install uninstall clean
# On a terminal the daemon goes to the background and the dashboard opens; else it stays here.
run: all
	@if [ -t 0 ] && [ -t 1 ]; then $(B)/sellersmart daemon start && exec $(B)/sellersmart; \
	else exec $(B)/sellersmartd; fi

MAN := $(B)/man/sellersmart.1 $(B)/man/sellersmartd.8 $(B)/man/sellersmart.yaml.5
# Manual pages are text with marks where a table is generated from the descriptors: .\" @WORD@
$(B)/man/%: man/% $(B)/mangen
	$(call say,MAN,$@)mkdir -p $(@D); $(B)/mangen < $< > $@
$(B)/mangen: $(B)/obj/man/mangen.o $(B)/libdaemon.a $(B)/libtui.a $(B)/libshared.a
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_DAEMON) $(LIBS_TUI) $(LLHTTP_LIBS) $(LIBS_SHARED)
.PHONY: man
man: $(MAN)

install: all man
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin \
		$(DESTDIR)$(PREFIX)/share/man/man{1,5,8} $(DESTDIR)$(PREFIX)/share/doc/sellersmart \
		$(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/systemd/user \
		$(DESTDIR)$(PREFIX)/lib/sysusers.d \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -m 755 $(B)/sellersmart $(DESTDIR)$(PREFIX)/bin/
	install -m 755 $(B)/sellersmartd $(DESTDIR)$(PREFIX)/sbin/
	install -m 644 $(B)/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 $(B)/man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 644 $(B)/man/*.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	install -m 644 README.md LICENSE contrib/sellersmart.yaml $(DESTDIR)$(PREFIX)/share/doc/sellersmart/
	install -d $(DESTDIR)$(PREFIX)/share/doc/sellersmart/{examples,grafana}
	install -m 644 contrib/examples/*.yaml $(DESTDIR)$(PREFIX)/share/doc/sellersmart/examples/
	install -m 644 contrib/grafana/* $(DESTDIR)$(PREFIX)/share/doc/sellersmart/grafana/
	install -d $(DESTDIR)$(PREFIX)/share/doc/sellersmart/examples
	install -m 644 contrib/examples/* $(DESTDIR)$(PREFIX)/share/doc/sellersmart/examples/
	for u in sellersmartd.service sellersmartd.socket; do \
	  sed 's|@PREFIX@|$(PREFIX)|g' contrib/$$u > $(DESTDIR)$(PREFIX)/lib/systemd/system/$$u; done
	sed 's|@PREFIX@|$(PREFIX)|g' contrib/sellersmartd-user.service \
	  > $(DESTDIR)$(PREFIX)/lib/systemd/user/sellersmartd.service
	install -m 644 contrib/sellersmart.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/sellersmart.conf
	$(B)/sellersmart completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/sellersmart
	$(B)/sellersmart completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_sellersmart
	$(B)/sellersmart completion fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/sellersmart.fish

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/sellersmart $(DESTDIR)$(PREFIX)/sbin/sellersmartd \
		$(DESTDIR)$(PREFIX)/share/man/man1/sellersmart.1 \
		$(DESTDIR)$(PREFIX)/share/man/man5/sellersmart.yaml.5 \
		$(DESTDIR)$(PREFIX)/share/man/man8/sellersmartd.8 \
		$(DESTDIR)$(PREFIX)/lib/systemd/{system/sellersmartd.{service,socket},user/sellersmartd.service} \
		$(DESTDIR)$(PREFIX)/lib/sysusers.d/sellersmart.conf \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/sellersmart \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_sellersmart \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/sellersmart.fish
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/sellersmart

clean:
	rm -rf build build-* compile_commands.json

# A Debian package of what is committed, in build/deb; needs debhelper.
.PHONY: deb
deb:
	$(Q)rm -rf build/deb && mkdir -p build/deb/sellersmart
	$(Q)git archive HEAD | tar -x -C build/deb/sellersmart
	$(Q)mv build/deb/sellersmart/contrib/debian build/deb/sellersmart/debian
	$(Q)cd build/deb/sellersmart && dpkg-buildpackage -us -uc -b $(DEB_FLAGS)

# ---- tests ---------------------------------------------------------------------------------
# tests/unit mirrors the source: tests/unit/shared/buf_test.c is linked with what it may use.
# tests/fakes/*.c are servers and shims that tests start or link (one program each, or a library
# part when the name is listed in FAKE_PARTS). tests/integration/*_test.* are run with BUILD set.
UNIT_C := $(call find_c,tests/unit)
UNIT := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(UNIT_C))
FAKE_PARTS := $(filter tests/fakes/%_vfs.c,$(wildcard tests/fakes/*.c))
FAKES := $(patsubst tests/%.c,$(B)/tests/%,$(filter-out $(FAKE_PARTS),$(wildcard tests/fakes/*.c)))
INTEGRATION_C := $(wildcard tests/integration/*.c)
INTEGRATION := $(patsubst tests/%.c,$(B)/tests/%,$(INTEGRATION_C))
SCREEN_C := $(wildcard tests/screens/*.c)
SCREEN_PROGRAMS := $(patsubst tests/%.c,$(B)/tests/%,$(SCREEN_C))
$(B)/tests/screens/shot: LIBS_TEST += -lvterm
BENCH := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/bench/*.c))
FUZZ := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
LIBS_TEST ?= -lcmocka
ALL_LIBS = $(LIBS_DAEMON) $(LIBS_TUI) $(LLHTTP_LIBS) $(LIBS_SHARED)

$(B)/tests/unit/shared/%: $(B)/obj/tests/unit/shared/%.o $(B)/libshared.a
	$(call say,LD,$@)mkdir -p $(@D); $(CC) $(LDFLAGS) -o $@ $^ $(LIBS_SHARED) $(LIBS_TEST)
$(B)/tests/unit/daemon/%: $(B)/obj/tests/unit/daemon/%.o $(call obj,$(FAKE_PARTS)) $(B)/libdaemon.a $(B)/libshared.a
	$(call say,LD,$@)mkdir -p $(@D); $(CC) $(LDFLAGS) -o $@ $^ $(LIBS_DAEMON) $(LLHTTP_LIBS) $(LIBS_SHARED) $(LIBS_TEST)
$(B)/tests/unit/tui/%: $(B)/obj/tests/unit/tui/%.o $(B)/libtui.a $(B)/libshared.a
	$(call say,LD,$@)mkdir -p $(@D); $(CC) $(LDFLAGS) -o $@ $^ $(LIBS_TUI) $(LLHTTP_LIBS) $(LIBS_SHARED) $(LIBS_TEST)
$(B)/tests/%: $(B)/obj/tests/%.o $(call obj,$(FAKE_PARTS)) $(B)/libdaemon.a $(B)/libtui.a $(B)/libshared.a
	$(call say,LD,$@)mkdir -p $(@D); $(CC) $(LDFLAGS) -o $@ $^ $(ALL_LIBS) $(LIBS_TEST)
# The servers that misbehave know nothing of the house, and the tests of the network start them.
NET_FAKES := $(B)/tests/fakes/badserver $(B)/tests/fakes/fakedns
$(NET_FAKES): $(B)/tests/fakes/%: $(B)/obj/tests/fakes/%.o
	$(call say,LD,$@)mkdir -p $(@D); $(CC) $(LDFLAGS) -o $@ $^ -lssl -lcrypto -lz -lpthread
$(filter $(B)/tests/unit/daemon/net/% $(B)/tests/unit/daemon/checks/%,$(UNIT)): | $(NET_FAKES)

RESULTS := $(B)/test-results
export BUILD := $(B)
.PHONY: test unit integration screens lint sanitize bench fuzz soak
test:
	$(Q)rm -f $(RESULTS)
	$(Q)$(MAKE) --no-print-directory lint
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) WERROR=1 all $(UNIT) $(FAKES) $(INTEGRATION) $(SCREEN_PROGRAMS) man
	$(Q)$(MAKE) --no-print-directory WERROR=1 unit integration screens
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) sanitize
	$(Q)tests/summary $(RESULTS) build-*/test-results
unit: $(UNIT)
	$(Q)TOGETHER=$(JOBS) tests/run-tests $(RESULTS) $(UNIT)
# These mostly wait for a daemon: twice as many side by side as there are cores. What steps clocks and
# measures how late a check is, is alone.
ALONE := tests/integration/alert_scenarios_test.py
integration: all man $(FAKES) $(INTEGRATION)
	$(Q)TOGETHER=$$((2 * $(JOBS))) tests/run-tests $(RESULTS) $(filter-out $(ALONE),$(sort $(wildcard tests/integration/*_test.*)))
	$(Q)tests/run-tests $(RESULTS) $(ALONE)
screens: all $(FAKES) $(SCREEN_PROGRAMS)
	$(Q)TOGETHER=$(JOBS) tests/run-tests $(RESULTS) $(sort $(wildcard tests/screens/*_test.*))
# Every unit test again with addresses and undefined behaviour watched.
sanitize:
ifeq ($(SAN),)
	$(Q)$(MAKE) --no-print-directory SAN=address,undefined OPT=-O1 sanitize
else
sanitize: $(UNIT)
	$(Q)rm -f $(RESULTS); TOGETHER=$(JOBS) UNIT_TIMEOUT=300 tests/run-tests $(RESULTS) $(UNIT)
endif
lint:
	$(Q)contrib/lint
bench: all $(FAKES) $(BENCH) $(SCREEN_PROGRAMS)
	$(Q)tests/bench/run $(BENCH)
# Coverage-guided, clang only: FUZZ_SECONDS for each target, crashes stay in build-fuzz/.
FUZZ_SECONDS ?= 60
fuzz:
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) B=build-fuzz CC=clang OPT=-O1 \
	  EXTRA_CFLAGS='-fsanitize=fuzzer-no-link,address,undefined' EXTRA_LDFLAGS='-fsanitize=address,undefined' fuzz-all
.PHONY: fuzz-all
fuzz-all: $(FUZZ:%=$(B)/tests/fuzz/%)
	$(Q)for f in $(FUZZ); do mkdir -p $(B)/corpus/$$f; echo "  FUZZ    $$f"; \
	  $(B)/tests/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=1024 -verbosity=0 \
	  -print_final_stats=1 -artifact_prefix=$(B)/corpus/$$f- $(B)/corpus/$$f tests/fuzz/corpus/$${f#fuzz_} \
	  || exit 1; done
$(B)/tests/fuzz/%: $(B)/obj/tests/fuzz/%.o $(B)/libdaemon.a $(B)/libtui.a $(B)/libshared.a
	$(call say,LD,$@)mkdir -p $(@D); $(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(ALL_LIBS)
# The long ones: 500 kills, 500 power cuts, an hour of load.
soak: all $(FAKES) $(INTEGRATION)
	$(Q)tests/soak/run

# The API from outside, by schemathesis from PyPI; SCHEMATHESIS=its path.
.PHONY: schemathesis
schemathesis: all
	$(Q)/usr/bin/python3 tests/soak/schemathesis.py $(EXAMPLES)

.SECONDARY:
-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
