#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Inside a test VM, with the packages of the set "mdevctl" (run --set mdevctl):
# mdevctl on vdcm's PFs, its callout, the start of devices when a PF appears, and
# whose their files are. 0.81 (bullseye) knows no callouts; 1.2 (bookworm) no
# changes of running devices.
# shellcheck source-path=SCRIPTDIR disable=SC2119

. "$(dirname "$0")/lib.sh"

CONF=/etc/mdevctl.d
version=

# at_least VERSION: is mdevctl's that, or later?
at_least() { [ "$(printf '%s\n' "$1" "$version" | sort -V | head -n 1)" = "$1" ]; }

needs() { at_least "$1" || { echo "mdevctl $version, not $1"; exit 77; }; }

attr() { cat "$MDEV/$1/$2"; }

# config ATTRS [manual|auto] >FILE
config() { printf '{"mdev_type":"swpf-vdcm","start":"%s","attrs":[%s]}\n' "${2:-manual}" "$1"; }

# refused TEXT COMMAND...: it fails; from 1.2 on, it says that.
refused() {
	local text=$1 got
	shift
	if got=$("$@" 2>&1); then
		die "worked, but should not: $*"
	fi
	echo "$got"
	! at_least 1.2 || [[ $got == *"$text"* ]] || die "no '$text' from: $*"
}

# /usr cannot be written here: the callout goes where administrators put
# theirs.
prepare() {
	version=$(mdevctl --version 2>/dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1) || true
	echo "${version:=0.81}" | tee /tmp/mdevctl-version
	mkdir -p $CONF/scripts.d/callouts $CONF/scripts.d/notifiers
	cp libvirt-xml/vdcm.sh $CONF/scripts.d/callouts/
	modprobe vdcm_swpf max_adis=4
	wait_for 5 test -e "$(type_dir)/create"
	if at_least 1.2; then
		mdevctl types | tee -a /dev/stderr | grep -q swpf-vdcm16
	else
		mdevctl list --types | tee -a /dev/stderr | grep -q swpf-vdcm16
	fi
}

defines_starts() {
	local u
	u=$(uuid 1)
	config '{"mac":"52:54:00:12:34:56"},{"vlan":"100"},{"link":"down"}' >/tmp/c.json
	mdevctl define -u "$u" -p "$(pf)" --jsonfile /tmp/c.json
	[ ! -e "$MDEV/$u" ]
	mdevctl list -d | grep "^$u $(pf) swpf-vdcm manual"
	mdevctl start -u "$u"
	[ "$(attr "$u" mac)" = 52:54:00:12:34:56 ]
	[ "$(attr "$u" vlan)" = '100 0' ]
	[ "$(attr "$u" link)" = down ]
	mdevctl list | grep "^$u $(pf) swpf-vdcm"
	mdevctl stop -u "$u"
	[ ! -e "$MDEV/$u" ]
}

# The definition: an attribute more, and one fewer.
modifies() {
	local u
	u=$(uuid 1)
	mdevctl modify -u "$u" --addattr speed --value 1000
	mdevctl modify -u "$u" --delattr --index 0
	mdevctl start -u "$u"
	[ "$(attr "$u" speed)" = 1000 ]
	[ "$(attr "$u" mac)" != 52:54:00:12:34:56 ]
	mdevctl stop -u "$u"
	mdevctl undefine -u "$u"
	! mdevctl list -d | grep "$u" || die 'still defined'
}

# What cannot work is refused, and nothing is left.
refuses() {
	local u
	u=$(uuid 2)
	config '{"link":"down"},{"vlan":"4095"}' >/tmp/c.json
	refused 'vdcm.sh: vlan=4095: write a VLAN' \
		mdevctl start -u "$u" -p "$(pf)" --jsonfile /tmp/c.json
	[ ! -e "$MDEV/$u" ]
	if at_least 1.2; then
		refused 'vdcm.sh: vlan=4095' \
			mdevctl define -u "$u" -p "$(pf)" --jsonfile /tmp/c.json
	fi
	# A name that only the kernel knows not to be there.
	config '{"colour":"red"}' >/tmp/c.json
	refused '' mdevctl start -u "$u" -p "$(pf)" --jsonfile /tmp/c.json
	[ ! -e "$MDEV/$u" ]
	config '' >/tmp/c.json
	refused 'vdcm.sh: no PF 5000:00:0f.0: load its driver' \
		mdevctl start -u "$u" -p 5000:00:0f.0 --jsonfile /tmp/c.json
	for i in 1 2 3 4; do
		mdev_create "$i"
	done
	refused "vdcm.sh: all ADIs of $(pf) are in use" \
		mdevctl start -u "$(uuid 5)" -p "$(pf)" --jsonfile /tmp/c.json
	for i in 1 2 3 4; do
		mdev_remove "$(uuid "$i")"
	done
}

lists_attributes() {
	local u
	needs 1.2
	u=$(uuid 1)
	mdev_create 1
	echo 52:54:00:00:00:09 >"$MDEV/$u/mac"
	mdevctl list -u "$u" --dumpjson | tee /tmp/active.json
	python3 -c 'import json
d = json.load(open("/tmp/active.json"))
a = {k: v for p in d["attrs"] for k, v in p.items()}
assert a["mac"] == "52:54:00:00:00:09" and a["link"] == "up", a
assert not {"reset", "remove", "uevent", "stats"} & set(a), a'
	# What runs becomes a definition that starts the same again.
	mdevctl define -u "$u"
	mdevctl stop -u "$u"
	mdevctl start -u "$u"
	[ "$(attr "$u" mac)" = 52:54:00:00:00:09 ]
	mdevctl stop -u "$u"
	mdevctl undefine -u "$u"
}

changes_running() {
	local u
	needs 1.3
	u=$(uuid 1)
	mdev_create 1
	config '{"vlan":"7"},{"max_tx_rate":"50"}' >/tmp/c.json
	mdevctl modify -u "$u" --live --jsonfile /tmp/c.json
	[ "$(attr "$u" vlan)" = '7 0' ] && [ "$(attr "$u" max_tx_rate)" = 50 ]
	config '{"vlan":"8"},{"link":"sideways"}' >/tmp/c.json
	refused 'vdcm.sh: link=sideways' mdevctl modify -u "$u" --live --jsonfile /tmp/c.json
	[ "$(attr "$u" vlan)" = '7 0' ]
	config '{"vlan":"8"},{"colour":"red"}' >/tmp/c.json
	refused 'colour: no such attribute' mdevctl modify -u "$u" --live --jsonfile /tmp/c.json
	[ "$(attr "$u" vlan)" = '7 0' ]
	mdev_remove "$u"
}

# With udev: devices that are to start do so when their PF appears, and their
# files belong to the group.
starts_with_pf() {
	local u group daemon
	u=$(uuid 1)
	unload
	for daemon in /usr/lib/systemd/systemd-udevd /lib/systemd/systemd-udevd; do
		[ ! -x $daemon ] || break
	done
	[ -x "$daemon" ] || { echo 'no udev'; exit 77; }
	getent group vdcm >/dev/null || groupadd --system vdcm
	mkdir -p /run/udev/rules.d
	# its helper is in the source tree, not in /usr/lib/vdcm
	sed "s,/usr/lib/vdcm/,$PWD/packaging/," packaging/60-vdcm.rules \
		>/run/udev/rules.d/60-vdcm.rules
	mkdir -p "$CONF/5000:00:00.0"
	config '{"mac":"52:54:00:12:34:57"}' auto >"$CONF/5000:00:00.0/$u"
	config '' manual >"$CONF/5000:00:00.0/$(uuid 2)"
	$daemon --daemon
	udevadm control --reload
	modprobe vdcm_swpf
	udevadm settle --timeout=120
	wait_for 60 test -d "$MDEV/$u"
	udevadm settle --timeout=120
	[ ! -e "$MDEV/$(uuid 2)" ]
	! at_least 1.2 || [ "$(attr "$u" mac)" = 52:54:00:12:34:57 ]
	group=$(basename "$(readlink "$MDEV/$u/iommu_group")")
	wait_for 30 sh -c "[ \"\$(stat -c '%G %a' /dev/vfio/$group)\" = 'vdcm 660' ]" || {
		ls -l /dev/vfio
		udevadm test "/sys/class/vfio/$group" 2>&1 | tail -n 30
		die 'not the group vdcm'
	}
	# Once more, as after a reboot.
	unload
	modprobe vdcm_swpf
	wait_for 60 test -d "$MDEV/$u"
	udevadm settle --timeout=120
	udevadm control --exit
	unload
	rm -r "$CONF/5000:00:00.0"
	balanced
}

log_is_clean() {
	! dmesg | grep -E "$SPLAT" || die "the kernel log has a splat"
}

check mdevctl-prepare prepare
version=$(cat /tmp/mdevctl-version)
echo "mdevctl $version"
check mdevctl-define-start defines_starts
check mdevctl-modify modifies
check mdevctl-refuse refuses
check mdevctl-list-attributes lists_attributes
check mdevctl-live changes_running
check mdevctl-autostart-udev starts_with_pf
check mdevctl-kernel-log log_is_clean
finish
