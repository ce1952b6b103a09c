#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Inside a test VM that was booted, with systemd, from a disk on which the Debian
# packages are installed (test/vm/packages): what they bring works and starts at boot,
# they can be installed and removed on a system that runs, and leave nothing.
#
# packages.sh dkms: DKMS builds the modules here, too, which takes minutes.
# shellcheck source-path=SCRIPTDIR disable=SC2119

. "$(dirname "$0")/lib.sh"
# shellcheck source=../../dpdk/testpmd.sh
. "$(dirname "$0")/../../dpdk/testpmd.sh"

A=$(uuid 1)
B=$(uuid 2)
export DEBIAN_FRONTEND=noninteractive TP_START=240 TP_WAIT=60
callout=/usr/lib/mdevctl/scripts.d/callouts/vdcm.sh

node_of() { echo "/dev/vfio/$(basename "$(readlink "$MDEV/$1/iommu_group")")"; }

# install NAME...: by apt, without a network.
install() {
	local name files=()
	for name; do
		files+=("$(echo /packages/"${name}"_*.deb)")
	done
	apt-get install -y --no-install-recommends "${files[@]}"
}

# removed NAME...: and nothing of them is left, configuration included.
removed() {
	local name f
	for name; do
		dpkg -L "$name"
	done | sort -u >/run/files
	apt-get purge -y "$@"
	while read -r f; do
		[ -d "$f" ] || [ ! -e "$f" ] || die "left: $f"
	done </run/files
	for name; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" != installed ] ||
			die "$name is installed"
	done
}

boots() {
	wait_for 120 sh -c 'systemctl is-system-running | grep -E "running|degraded"'
	systemctl --no-legend --plain --failed
	[ "$(cat /proc/1/comm)" = systemd ]
	[ ! -e /sys/module/vdcm ]
	ls /lib/modules/"$(uname -r)"/updates/dkms
	modinfo -n vdcm_swpf | grep /updates/dkms/
	dkms status -m vdcm -k "$(uname -r)" | grep installed
}

# On a system that runs.
installs() {
	local names=(vdcm-tools vdcm-dpdk)
	[ "${1:-}" != dkms ] || names+=(vdcm-dkms)
	removed "${names[@]}"
	delgroup vdcm 2>/dev/null || groupdel vdcm
	[ "${1:-}" != dkms ] || ! modinfo vdcm || die 'the module is there still'
	install "${names[@]}"
	getent group vdcm
	modinfo -n vdcm_swpf | grep /updates/dkms/
	# Loading a module is the administrator's decision.
	[ ! -e /sys/module/vdcm ]
	[ "$(systemctl is-enabled vdcm)" = disabled ]
}

starts() {
	systemctl enable --now vdcm
	systemctl status --no-pager vdcm
	[ "$(systemctl is-active vdcm)" = active ]
	[ -e "$(type_dir)/create" ]
	[ -e /sys/module/vfio_iommu_type1 ]
	vdcmctl list | grep "^$(pf) "
	systemctl stop vdcm
	unload
	modprobe -r vfio_iommu_type1
	# By the file in modprobe.d.
	modprobe vdcm_swpf
	wait_for 5 test -e "$(type_dir)/create"
	[ -e /sys/module/vfio_iommu_type1 ]
}

manuals() {
	local page
	for page in man4/vdcm.4 man8/vdcmctl.8; do
		mandoc -T ascii "/usr/share/man/$page.gz" | head -n 3
	done
	bash -c '. /usr/share/bash-completion/completions/vdcmctl && complete -p vdcmctl'
	ls /usr/share/doc/vdcm-tools/examples/{domain,nodedev,hostdev}.xml
}

# The rules give the devices' files to the group.
grants() {
	local u
	vdcmctl create -u "$A" mac=02:00:00:00:01:01
	vdcmctl create -u "$B" mac=02:00:00:00:01:02
	for u in "$A" "$B"; do
		wait_for 30 sh -c "[ \"\$(stat -c '%G %a' $(node_of "$u"))\" = 'vdcm 660' ]" || {
			ls -l /dev/vfio
			die 'not of the group'
		}
	done
	ls -l /dev/vfio
}

# A user of the group, testpmd with all of Debian's drivers, and the plugin from
# where they are. One of no group may not.
forwards() {
	local user=(setpriv --reuid=1000 --regid=1000 --inh-caps=-all) out
	local eal=(--lcores '(0,1)@0' --no-pci -m 64 --no-huge --no-shconf)
	mkdir -p /run/user/1000
	chown 1000 /run/user/1000
	export XDG_RUNTIME_DIR=/run/user/1000
	ip link set "$(uplink)" up
	out=$(timeout 240 "${user[@]}" --clear-groups dpdk-testpmd "${eal[@]}" -a "mdev:$A" -- -i </dev/null 2>&1) || true
	grep "mdev: $A: no right to open $(node_of "$A") (owner 0, group vdcm, mode 0660)" <<<"$out" || {
		echo "$out"
		die 'no such sentence'
	}
	trap tp_end EXIT
	tp_start "$OUT/testpmd.txt" "${user[@]}" --groups="$(getent group vdcm | cut -d: -f3)" \
		stdbuf -oL dpdk-testpmd "${eal[@]}" -a "mdev:$A" -a "mdev:$B" -- --no-mlockall -i \
		--total-num-mbufs=8192 --nb-cores=1 \
		--eth-peer=0,02:00:00:00:01:02 --eth-peer=1,02:00:00:00:01:01
	tp_forward io 1 100
	tp_quit
	vdcmctl remove "$A" "$B"
}

# mdevctl finds the callout; one device that it is to start with the PF.
defines() {
	local out=
	[ -x $callout ]
	printf '{"mdev_type":"swpf-vdcm","start":"auto","attrs":[{"mac":"52:54:00:12:34:57"}]}\n' >/run/c.json
	mdevctl define -u "$A" -p "$(pf)" --jsonfile /run/c.json
	# 0.81 knows no callouts.
	[ "$RELEASE" = bullseye ] || {
		sed 's/"mac":.*/"vlan":"4095"}]}/' /run/c.json >/run/bad.json
		out=$(mdevctl start -u "$B" -p "$(pf)" --jsonfile /run/bad.json 2>&1) && die 'started'
		echo "$out"
		grep 'vdcm.sh: vlan=4095: write a VLAN' <<<"$out"
	}
	unload
	systemctl enable vdcm
}

# As vdcm.service does it.
starts_at_boot() {
	wait_for 120 sh -c 'systemctl is-system-running | grep -E "running|degraded"'
	[ "$(systemctl is-active vdcm)" = active ]
	wait_for 60 test -d "$MDEV/$A"
	[ "$(cat "$MDEV/$A/mac")" = 52:54:00:12:34:57 ]
	wait_for 30 sh -c "[ \"\$(stat -c '%G %a' $(node_of "$A"))\" = 'vdcm 660' ]"
}

removes() {
	mdevctl stop -u "$A"
	mdevctl undefine -u "$A"
	systemctl disable --now vdcm
	unload
	removed vdcm-dkms vdcm-tools vdcm-dpdk
	! modinfo vdcm || die 'a module is left'
	! modprobe vdcm_swpf || die 'and can be loaded'
	[ -z "$(dkms status -m vdcm)" ]
	[ ! -e /var/lib/dkms/vdcm ]
	[ ! -e /usr/lib/vdcm ]
	systemctl daemon-reload
	! systemctl cat vdcm || die 'the unit is left'
	! ls /etc/systemd/system/*/vdcm.service || die 'the unit is enabled'
}

log_is_clean() {
	balanced
	! dmesg | grep -E "$SPLAT" || die "the kernel log has a splat"
}

if [ "${BOOT:-1}" = 1 ]; then
	check packages-boot boots
	check packages-install-live installs "$@"
	check packages-unit starts
	check packages-manuals manuals
	check packages-udev grants
	check packages-testpmd forwards
	check packages-mdevctl defines
	check packages-kernel-log log_is_clean
	# 94: this host is to boot again.
	finish && exit 94
else
	check packages-reboot starts_at_boot
	check packages-remove-live removes
	check packages-kernel-log-reboot log_is_clean
	finish
fi
