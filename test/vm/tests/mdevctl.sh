#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Inside a test VM, with the packages of the set "libvirt" (run --set libvirt):
# mdevctl on vdcm's PFs, its callout, the start of devices when a PF appears, and
# whose their files are. 0.81 (bullseye) knows no callouts; 1.2 (bookworm) no
# changes of running devices.
# shellcheck source-path=SCRIPTDIR disable=SC2119

. "$(dirname "$0")/lib.sh"

CONF=/etc/mdevctl.d
# A set of packages brings nothing into /etc.
mkdir -p $CONF/scripts.d/callouts $CONF/scripts.d/notifiers
VERSION=$(
	# The one that is a script does not know its own.
	if head -n 1 "$(command -v mdevctl)" | grep -aq '^#!'; then
		echo 0.81
	else
		mdevctl --version | grep -oE '[0-9]+(\.[0-9]+)+'
	fi
)

# needs VERSION [HINT]: or the test is skipped
needs() { at_least "$1" "$VERSION" || { echo "mdevctl $VERSION, not $1${2:+: $2}"; exit 77; }; }

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
	! at_least 1.2 "$VERSION" || [[ $got == *"$text"* ]] || die "no '$text' from: $*"
}

# /usr cannot be written here: the callout goes where administrators put
# theirs.
prepare() {
	cp libvirt-xml/vdcm.sh $CONF/scripts.d/callouts/
	modprobe vdcm_swpf max_adis=4
	wait_for 5 test -e "$(type_dir)/create"
	mdevctl types | tee -a /dev/stderr | grep -q swpf-vdcm16
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
	if at_least 1.2 "$VERSION"; then
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

# files_of GROUP UUID: what opens the device belongs to the group.
files_of() {
	local node
	node=/dev/vfio/$(basename "$(readlink "$MDEV/$2/iommu_group")")
	wait_for 30 sh -c "[ \"\$(stat -c '%G %a' $node)\" = '$1 660' ]" || {
		ls -l /dev/vfio
		udevadm test "/sys/class/vfio/${node##*/}" 2>&1 | tail -n 30
		die "not the group $1"
	}
}

# What the package vdcm-tools installs. Its helper is in the source tree here, not
# in /usr/lib/vdcm.
install_rules() {
	getent group vdcm >/dev/null || groupadd --system vdcm
	sed "s,/usr/lib/vdcm/,$PWD/packaging/," packaging/60-vdcm.rules \
		>/etc/udev/rules.d/60-vdcm.rules
}

has_started() {
	udevadm settle --timeout=120
	wait_for 60 test -d "$MDEV/$(uuid 1)"
	udevadm settle --timeout=120
	[ ! -e "$MDEV/$(uuid 2)" ]
	[ "$(attr "$(uuid 1)" mac)" = 52:54:00:12:34:57 ]
	[ "$(attr "$(uuid 1)" vlan)" = '100 0' ]
	files_of vdcm "$(uuid 1)"
}

# One that is to start with its PF, and one that is not.
defines_autostart() {
	config '{"mac":"52:54:00:12:34:57"},{"vlan":"100"}' auto >/tmp/c.json
	mdevctl define -u "$(uuid 1)" -p "$(pf)" --jsonfile /tmp/c.json
	config '' >/tmp/c.json
	mdevctl define -u "$(uuid 2)" -p "$(pf)" --jsonfile /tmp/c.json
	unload
	balanced
}

# With udev: devices that are to start do so when their PF appears, and their
# files belong to the group. From 1.2 on by our rule: Debian's names a program
# that is not there.
starts_with_pf() {
	needs 1.2 'only after the reboot'
	udev_start
	modprobe vdcm_swpf
	udevadm settle --timeout=120
	[ ! -d "$MDEV/$(uuid 1)" ] || die "mdevctl's own rule works now"
	unload
	install_rules
	udevadm control --reload
	modprobe vdcm_swpf
	has_started
	unload
	udevadm control --exit
	balanced
}

# After a reboot of the host, by what vdcm.service does.
starts_at_boot() {
	mdevctl list -d | tee -a /dev/stderr >/tmp/defined
	grep "^$(uuid 1) .* auto" /tmp/defined
	grep "^$(uuid 2) .* manual" /tmp/defined
	[ ! -d /sys/module/vdcm ]
	install_rules
	udev_start
	sed -n 's/^ExecStart=//p' packaging/vdcm.service >/tmp/start
	[ -s /tmp/start ]
	sh -ex /tmp/start
	# Not later than that: libvirt starts guests then.
	[ -d "$MDEV/$(uuid 1)" ]
	has_started
	mdevctl list | grep "^$(uuid 1)"
	unload
	udevadm control --exit
}

log_is_clean() {
	! dmesg | grep -E "$SPLAT" || die "the kernel log has a splat"
}

echo "mdevctl $VERSION"
if [ "${BOOT:-1}" = 1 ]; then
	check mdevctl-prepare prepare
	check mdevctl-define-start defines_starts
	check mdevctl-modify modifies
	check mdevctl-refuse refuses
	check mdevctl-list-attributes lists_attributes
	check mdevctl-live changes_running
	check mdevctl-define-auto defines_autostart
	check mdevctl-autostart-udev starts_with_pf
	check mdevctl-kernel-log log_is_clean
	# 94: this host is to boot again.
	finish && exit 94
else
	check mdevctl-autostart-reboot starts_at_boot
	check mdevctl-kernel-log-reboot log_is_clean
	finish
fi
