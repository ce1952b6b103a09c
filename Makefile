# SPDX-License-Identifier: GPL-2.0
#
# "make help" says what there is.

KDIR ?= /lib/modules/$(shell uname -r)/build
# /lib/modules/6.1.0-50-amd64/build, or /usr/src/linux-headers-6.1.0-50-amd64
KREL = $(patsubst linux-headers-%,%,$(notdir $(KDIR:%/build=%)))

.PHONY: all modules modules_install install lib dpdk dpdk_install tools \
	install-tools install-system install-dkms deb check test fuzz demo \
	bench bench-native clean help

all: modules

modules:
	@test -e $(KDIR)/Makefile || { \
		echo "no kernel headers at $(KDIR)" >&2; \
		echo "install linux-headers-$$(uname -r), or set KDIR=" >&2; \
		exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

modules_install: modules
	@# Signed with a key of the kernel's build, which nobody has: not signed.
	$(MAKE) -C $(KDIR) M=$(CURDIR) CONFIG_MODULE_SIG_ALL= modules_install

install: modules_install
	depmod -a $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(KREL)

# The device model as a library, by every compiler there is.

LIB_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Wconversion -Werror \
	      -Iinclude -Iavf_emul
LIB_CC := $(foreach cc,gcc clang,$(if $(shell command -v $(cc)),$(cc)))
EMUL := $(wildcard avf_emul/*.c)

define lib_rules
build/lib/$(1)/%.o: avf_emul/%.c Makefile
	@mkdir -p $$(@D)
	$(1) $$(LIB_CFLAGS) -MMD -MP -c -o $$@ $$<

build/lib/$(1)/libavf_emul.a: $$(EMUL:avf_emul/%.c=build/lib/$(1)/%.o)
	rm -f $$@
	$$(AR) rcs $$@ $$^

-include $$(EMUL:avf_emul/%.c=build/lib/$(1)/%.d)
endef
$(foreach cc,$(LIB_CC),$(eval $(call lib_rules,$(cc))))

lib: $(LIB_CC:%=build/lib/%/libavf_emul.a)

tools:
	$(MAKE) -f tools/vdcmctl/Makefile

# What belongs to vdcm in user space; install-system: but not the modules, for
# systems without packages of it.

VERSION := $(shell sed -n 's/^\#define VDCMCTL_VERSION.*"\(.*\)"/\1/p' tools/vdcmctl/vdcmctl.h)
INSTALL := install -D
INSTALL_FILE := $(INSTALL) -m 644
DKMS_DIR = $(DESTDIR)/usr/src/vdcm-$(VERSION)

install-tools: tools
	$(INSTALL) build/tools/vdcmctl $(DESTDIR)/usr/bin/vdcmctl
	$(INSTALL_FILE) packaging/man/vdcm.4 $(DESTDIR)/usr/share/man/man4/vdcm.4
	$(INSTALL_FILE) packaging/man/vdcmctl.8 \
		$(DESTDIR)/usr/share/man/man8/vdcmctl.8
	$(INSTALL_FILE) tools/vdcmctl/vdcmctl.bash \
		$(DESTDIR)/usr/share/bash-completion/completions/vdcmctl
	$(INSTALL_FILE) packaging/vdcm.conf $(DESTDIR)/usr/lib/modprobe.d/vdcm.conf
	$(INSTALL) packaging/vfio-group $(DESTDIR)/usr/lib/vdcm/vfio-group
	$(INSTALL) libvirt-xml/vdcm.sh \
		$(DESTDIR)/usr/lib/mdevctl/scripts.d/callouts/vdcm.sh

install-system: install-tools
	$(INSTALL_FILE) packaging/60-vdcm.rules \
		$(DESTDIR)/usr/lib/udev/rules.d/60-vdcm.rules
	$(INSTALL_FILE) packaging/vdcm.service \
		$(DESTDIR)/usr/lib/systemd/system/vdcm.service
	$(INSTALL_FILE) packaging/vdcm.sysusers \
		$(DESTDIR)/usr/lib/sysusers.d/vdcm.conf

# The modules' source as DKMS wants it; dkms.conf comes with the package.
install-dkms:
	mkdir -p $(DKMS_DIR)
	find Kbuild LICENSES avf_emul include vdcm -type f \
		\( -name '*.[ch]' -o -name '*.def' -o -name '*.sh' \
		-o -name Kbuild -o -path 'LICENSES/*' \) ! -name '*.mod.c' \
		-exec cp --parents -t $(DKMS_DIR) {} +
	$(INSTALL) packaging/dkms-pre-build $(DKMS_DIR)/dkms-pre-build

# DEB_FLAGS: for dpkg-buildpackage.
deb:
	packaging/build-deb $(DEB_FLAGS)

# The bus plugin for DPDK; DPDK_DIR=, OUT=, DESTDIR=: see dpdk/Makefile.

dpdk:
	$(MAKE) -f dpdk/Makefile all

dpdk_install:
	$(MAKE) -f dpdk/Makefile install

# test/check and test/vm/suite write what they find to build/results;
# test/summary adds up and decides.

check:
	rm -rf build/results
	-test/deps
	test/check
	@test/summary

test:
	rm -rf build/results
	-test/deps
	test/all
	@test/summary

# Seconds for all targets together; FUZZ=name for one of them.
T ?= 60

fuzz:
	test/fuzz/run $(T) $(FUZZ)

demo:
	test/vm/demo

# BENCH="tcp ping": some of it only; ROUNDS, CPUS, ICOUNT: see test/bench/README.md
bench:
	test/bench/vm/run $(BENCH)

# UPDATE=1: what is measured becomes the baseline.
bench-native:
	@for cc in $(LIB_CC); do \
		test/bench/native/run $(if $(UPDATE),--update) $$cc || exit; \
	done

clean:
	rm -rf build
	@if [ -e $(KDIR)/Makefile ]; then \
		$(MAKE) -C $(KDIR) M=$(CURDIR) clean; \
	fi

help:
	@echo 'make              the kernel modules, for the kernel in KDIR'
	@echo 'make install      install them for that kernel'
	@echo 'make lib          the device model as a static library'
	@echo 'make tools        vdcmctl'
	@echo 'make install-system  it, its man pages, udev rules, a systemd unit'
	@echo 'make deb          packages of Debian: vdcm-dkms, vdcm-tools'
	@echo 'make dpdk         the bus plugin for DPDK (docs/dpdk.md); make dpdk_install'
	@echo 'make check        every test that needs no virtual machine'
	@echo 'make test         these and those in virtual machines'
	@echo 'make fuzz         fuzz the device model for T=60 seconds'
	@echo 'make demo         two guests with stock drivers, talking'
	@echo 'make bench        against virtio-net, igb, e1000e and DPDK, in a virtual machine'
	@echo 'make bench-native instructions and copies per packet of the device model'
	@echo 'make clean        remove what was built'
	@echo
	@echo 'KDIR=$(KDIR)'
