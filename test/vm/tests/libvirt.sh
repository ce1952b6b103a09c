#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Inside a test VM, with the packages of the set "libvirt" (run --set libvirt):
# node devices of vdcm's, and a domain with one: boot, traffic, hot-plug, reboot.
# libvirt 7.0 (bullseye) creates node devices, with a UUID of its own choice, and
# defines none: there mdevctl does that.
# shellcheck source-path=SCRIPTDIR disable=SC2119

. "$(dirname "$0")/lib.sh"

A=83b8f4f2-509f-382f-3c1e-e6bfe0fa1001
B=$(uuid 2)
D=vdcm-example
CONF=/etc/mdevctl.d
export LIBVIRT_DEFAULT_URI=qemu:///system

# A daemon that hangs must not take the whole run with it.
virsh() { timeout 180 virsh -q "$@"; }

VERSION=$(libvirtd --version | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1)

# lacks VERSION WHAT: what this libvirt does not do; the end of its test.
lacks() {
	echo "libvirt $VERSION, not $1: $2"
	exit 77
}

attr() { cat "$MDEV/$1/$2"; }

# node UUID: the name of its node device; since 7.3 it has the parent's address.
node() {
	local name=mdev_${1//-/_}
	! at_least 7.3 "$VERSION" || name+=_$(pf | tr :. _)
	echo "$name"
}

# refused TEXT COMMAND...: it fails, and says that.
refused() {
	local text=$1 got
	shift
	if got=$("$@" 2>&1); then
		die "worked, but should not: $*"
	fi
	echo "$got"
	[[ $got == *"$text"* ]] || die "no '$text' from: $*"
}

# What libvirt-daemon-system and systemd would have done.
starts() {
	getent group libvirt-qemu >/dev/null || groupadd --system libvirt-qemu
	id libvirt-qemu >/dev/null 2>&1 ||
		useradd --system -g libvirt-qemu -G kvm -d /var/lib/libvirt -s /usr/sbin/nologin libvirt-qemu
	modprobe kvm_amd || modprobe kvm_intel
	modprobe -a vfio vfio_iommu_type1 tun
	udev_start
	udevadm trigger --action=add --subsystem-match=misc --subsystem-match=pci
	udevadm settle --timeout=60
	ls -l /dev/kvm
	mkdir -p /etc/libvirt "$OUT/libvirt/qemu" $CONF/scripts.d/callouts $CONF/scripts.d/notifiers
	cp libvirt-xml/vdcm.sh $CONF/scripts.d/callouts/
	rm -rf /var/log/libvirt
	ln -s "$OUT/libvirt" /var/log/libvirt
	# The daemon starts each QEMU that it finds twice to see what it can do.
	mount --bind /dev/null /usr/bin/qemu-system-i386
	# no virtlogd here
	echo 'stdio_handler = "file"' >/etc/libvirt/qemu.conf
	load max_adis=4
	LIBVIRT_LOG_OUTPUTS="2:file:$OUT/libvirt/libvirtd.log" libvirtd --daemon
	wait_for 120 virsh version
	virsh version
}

# nodedev.xml, of which libvirt before 7.3 does not know all.
nodedev_xml() {
	if at_least 7.3 "$VERSION"; then
		cat libvirt-xml/nodedev.xml
	else
		sed /uuid/d libvirt-xml/nodedev.xml
	fi
}

# The files in libvirt-xml/, as they are.
validates() {
	virt-xml-validate libvirt-xml/domain.xml
	nodedev_xml >/tmp/valid.xml
	virt-xml-validate /tmp/valid.xml
	# What is wrong is seen.
	sed "s/model='vfio-pci'/model='vfio-pic'/" libvirt-xml/domain.xml >/tmp/bad.xml
	! virt-xml-validate /tmp/bad.xml || die 'validated nonsense'
	# There is no schema of a device alone.
	sed '/<hostdev/,/<\/hostdev>/d; /<console/{
		r libvirt-xml/hostdev.xml
		}' libvirt-xml/domain.xml >/tmp/plugged.xml
	grep -c '<hostdev' /tmp/plugged.xml | grep -qx 1
	virt-xml-validate /tmp/plugged.xml
}

lists_pf() {
	local n
	n=pci_$(pf | tr :. _)
	virsh nodedev-list --cap mdev_types | tee -a /dev/stderr | grep -qx "$n"
	virsh nodedev-dumpxml "$n" >/tmp/pf.xml
	cat /tmp/pf.xml
	virt-xml-validate /tmp/pf.xml
	xmllint --xpath 'string(//type[@id="swpf-vdcm"]/deviceAPI)' /tmp/pf.xml | grep -qx vfio-pci
	xmllint --xpath 'string(//type[@id="swpf-vdcm"]/availableInstances)' /tmp/pf.xml | grep -qx 4
	xmllint --xpath 'count(//type)' /tmp/pf.xml | grep -qx 3
	xmllint --xpath 'string(//driver/name)' /tmp/pf.xml | grep -qx swpf
}

# nodedev.xml with 4 queue pairs, and trusted.
node_xml() {
	nodedev_xml | sed "s/id='swpf-vdcm'/id='swpf-vdcm4'/
		/max_tx_rate/a <attr name='trust' value='1'/>"
}

# has_attributes [UUID]: those of node.xml
has_attributes() {
	local u=${1:-$A}
	[ "$(attr "$u" mac)" = 52:54:00:12:34:56 ]
	[ "$(attr "$u" vlan)" = '100 0' ]
	[ "$(attr "$u" max_tx_rate)" = 1000 ]
	[ "$(attr "$u" trust)" = 1 ]
	[ "$(basename "$(readlink "$MDEV/$u/mdev_type")")" = swpf-vdcm4 ]
}

# info FIELD: of the first node device
info() { virsh nodedev-info "$(node $A)" | sed -n "s/^$1: *//p"; }

defines() {
	local vlan='100 0'

	node_xml >/tmp/node.xml
	virt-xml-validate /tmp/node.xml
	virsh nodedev-define /tmp/node.xml
	[ ! -e "$MDEV/$A" ]
	virsh nodedev-list --cap mdev --inactive | grep -qx "$(node $A)"
	python3 -c 'import json, sys
assert len(json.load(open(sys.argv[1]))["attrs"]) == 4' "$CONF/$(pf)/$A"
	if at_least 7.8 "$VERSION"; then
		virsh nodedev-autostart "$(node $A)"
		virsh nodedev-info "$(node $A)"
		[ "$(info Active)/$(info Persistent)/$(info Autostart)" = no/yes/yes ]
		grep '"start": *"auto"' "$CONF/$(pf)/$A"
		virsh nodedev-autostart "$(node $A)" --disable
		[ "$(info Autostart)" = no ]
		virsh nodedev-autostart "$(node $A)"
	fi
	virsh nodedev-start "$(node $A)"
	has_attributes
	[ "$(info Active)" = yes ]
	# Before 10.1 what is defined, else what the callout finds.
	at_least 10.1 "$VERSION" || vlan=100
	virsh nodedev-dumpxml "$(node $A)" | tee -a /dev/stderr | grep -q "<attr name='vlan' value='$vlan'/>"
	virsh nodedev-list --cap mdev | grep -qx "$(node $A)"
	# What the callout says reaches the user.
	sed "s/$A/$(uuid 3)/; s/value='100'/value='4095'/" /tmp/node.xml >/tmp/bad.xml
	refused 'vlan=4095' virsh nodedev-define /tmp/bad.xml
	refused 'vlan=4095' virsh nodedev-create /tmp/bad.xml
	[ ! -e "$MDEV/$(uuid 3)" ]
}

# Where nothing can be defined: a device by libvirt, one by mdevctl.
creates() {
	local n
	node_xml >/tmp/node.xml
	virt-xml-validate /tmp/node.xml
	refused 'unknown command' virsh nodedev-define /tmp/node.xml
	virsh nodedev-create /tmp/node.xml
	n=$(basename "$MDEV"/*)
	has_attributes "$n"
	wait_for 30 listed "$n"
	virsh nodedev-dumpxml "$(node "$n")" | tee -a /dev/stderr | grep -q "<type id='swpf-vdcm4'/>"
	virsh nodedev-destroy "$(node "$n")"
	[ ! -e "$MDEV/$n" ]
	sed 's/"swpf-vdcm"/"swpf-vdcm4"/; s/.*"vlan".*/&{"trust":"1"},/' libvirt-xml/mdevctl.json >/tmp/mdevctl.json
	mdevctl define -u $A -p "$(pf)" --jsonfile /tmp/mdevctl.json
	mdevctl start -u $A
	has_attributes
	wait_for 30 listed $A
}

listed() { virsh nodedev-list --cap mdev | grep -qx "$(node "$1")"; }

# domain.xml's devices, and the small guest of the test bed.
domain_xml() {
	local i logs=$OUT/guests/$D kernel=/run/guest-kernels/$RELEASE
	cat <<-EOT
	<domain type='kvm'>
	  <name>$D</name>
	  <memory unit='MiB'>512</memory>
	  <vcpu>1</vcpu>
	  <os>
	    <type arch='x86_64' machine='q35'>hvm</type>
	    <kernel>$kernel/vmlinux</kernel>
	    <initrd>$kernel/initramfs</initrd>
	    <cmdline>console=ttyS0 loglevel=5 pci=noearly mitigations=off tsc=reliable net.ifnames=0</cmdline>
	  </os>
	  <features><acpi/></features>
	  <cpu mode='custom' match='exact' check='none'>
	    <model fallback='forbid'>qemu64</model>
	    <feature policy='disable' name='svm'/>
	    <feature policy='require' name='rdrand'/>
	  </cpu>
	  <clock offset='utc'><timer name='hpet' present='no'/></clock>
	  <devices>
	    <controller type='usb' model='none'/>
	    <controller type='pci' model='pcie-root'/>
	    <controller type='pci' model='pcie-root-port'/>
	    <controller type='pci' model='pcie-root-port'/>
	    <controller type='pci' model='pcie-root-port'/>
	    <controller type='pci' model='pcie-root-port'/>
	$(sed '/<!--/d' libvirt-xml/hostdev.xml)
	    <serial type='file'><source path='$logs/console.txt' append='on'/></serial>
	    <channel type='file'><source path='$logs/kernel.txt' append='on'/><target type='virtio' name='log'/></channel>
	EOT
	for i in 0 1 2 3; do
		echo "    <channel type='unix'><source mode='bind' path='/run/guests/$D/agent$i'/><target type='virtio' name='agent$i'/></channel>"
	done
	echo "    <memballoon model='none'/></devices></domain>"
}

# domain_start: and what the helper "guest" has to know of it.
domain_start() {
	local dir=/run/guests/$D logs=$OUT/guests/$D
	mkdir -p "$dir" "$logs"
	: >"$logs/console.txt"
	: >"$logs/kernel.txt"
	ln -sf "../../libvirt/qemu/$D.log" "$logs/qemu.txt"
	virsh start "$D"
	cp "/run/libvirt/qemu/$D.pid" "$dir/pid"
	wait_for 180 guest run "$D" test -e /run/booted
	guest run "$D" cat /proc/modules >"$logs/modules.txt"
}

boots() {
	domain_xml >/tmp/domain.xml
	virt-xml-validate /tmp/domain.xml
	virsh define /tmp/domain.xml
	domain_start
	guest run "$D" "ip link show eth0" | tee -a /dev/stderr | grep -qi 52:54:00:12:34:56
	# 4 queue pairs: a vector each, and one
	guest run "$D" "lspci -v -d 8086:1889" | tee -a /dev/stderr | grep -q 'MSI-X: Enable. Count=5'
	# libvirt runs it as this user, with enough memory to lock.
	ps -o user:20,comm -p "$(cat /run/guests/$D/pid)" | tee -a /dev/stderr | grep -q libvirt-qemu
	grep 'locked memory' "/proc/$(cat /run/guests/$D/pid)/limits"
	# Where libvirt does not look, it would wait for the guest to end.
	! at_least 9.0 "$VERSION" || refused 'in use' virsh nodedev-destroy "$(node $A)"
	[ -d "$MDEV/$A" ]
}

# Out of its VLAN while it runs.
updates() {
	local x
	net_up "$D" 1
	! guest run "$D" "ping -q -c 1 -W 1 $HOST_IP" || die 'in VLAN 100, and reaches the host'
	sed "/name='vlan'/s/value='100'/value='0'/
		/name='trust'/s/value='1'/value='0'/
		/name='max_tx_rate'/s/value='1000'/value='500'/" /tmp/node.xml >/tmp/after.xml
	virsh nodedev-update "$(node $A)" /tmp/after.xml --live --config
	virsh nodedev-dumpxml "$(node $A)" | tee -a /dev/stderr | grep "<attr name='vlan' value='0'/>"
	grep '"500"' "$CONF/$(pf)/$A"
	sed "/name='vlan'/s/value='0'/value='4095'/" /tmp/after.xml >/tmp/bad.xml
	refused 'vlan=4095' virsh nodedev-update "$(node $A)" /tmp/bad.xml --live
	# The address is not to change while the guest has the device.
	sed "/name='mac'/s/:56/:57/" /tmp/after.xml >/tmp/bad.xml
	refused 'in use' virsh nodedev-update "$(node $A)" /tmp/bad.xml --live
	[ "$(attr $A mac)" = 52:54:00:12:34:56 ]
	for x in vlan=0 trust=0 max_tx_rate=500; do
		[ "$(attr $A "${x%=*}")" = "${x#*=}" ]
	done
}

# The same where libvirt cannot.
changes() {
	net_up "$D" 1
	! guest run "$D" "ping -q -c 1 -W 1 $HOST_IP" || die 'in VLAN 100, and reaches the host'
	vdcmctl set $A vlan=0 trust=0 max_tx_rate=500
	refused 'in use' vdcmctl set $A mac=52:54:00:12:34:57
	[ "$(attr $A vlan)/$(attr $A max_tx_rate)" = 0/500 ]
}

passes() {
	net_up "$D" 1
	wait_for 30 guest run "$D" "ping -q -c 1 -W 1 $HOST_IP"
	ping_ok "$D" "$HOST_IP" 50
	ping_ok host "$(guest_ip 1)" 50
	iperf3 -s -D -B "$HOST_IP" -I /run/iperf3.pid >/dev/null 2>&1
	sleep 1
	tcp "$D" "$HOST_IP" 4
	kill "$(tr -d '\0' </run/iperf3.pid)" 2>/dev/null || true
}

# plug_xml: hostdev.xml with the second device
plug_xml() { sed "/<!--/d; s/$A/$B/; s/avf0/avf1/" libvirt-xml/hostdev.xml; }

plugs() {
	plug_xml >/tmp/plug.xml
	refused 'not found' virsh attach-device "$D" /tmp/plug.xml --live
	if at_least 7.3 "$VERSION"; then
		sed "s/$A/$B/; s/34:56/34:99/; /vlan/d; /trust/d" /tmp/node.xml >/tmp/node2.xml
		virsh nodedev-create /tmp/node2.xml
	else
		mdev_create 2
		echo 52:54:00:12:34:99 >"$MDEV/$B/mac"
	fi
	wait_for 30 listed "$B"
	ip addr add 10.78.0.254/24 dev "$(uplink)"
	virsh attach-device "$D" /tmp/plug.xml --live
	wait_for 40 guest run "$D" test -e /sys/class/net/eth1
	guest run "$D" "ip link set eth1 up && ip addr add 10.78.0.1/24 dev eth1"
	wait_for 40 guest run "$D" "ping -q -c 1 -W 1 -I eth1 10.78.0.254"
	ping_ok "$D" 10.78.0.254 20
	guest run "$D" "cat /sys/class/net/eth1/address" | tr -d '\r' | grep -qx 52:54:00:12:34:99
	virsh dumpxml "$D" | grep -c '<hostdev' | grep -qx 2
	# A device is one domain's.
	sed s/avf1/avf2/ /tmp/plug.xml >/tmp/again.xml
	refused 'in use' virsh attach-device "$D" /tmp/again.xml --live
	[ "$(stat_of "$B" tx_unicast)" -gt 0 ]
}

one_hostdev() { [ "$(virsh dumpxml "$D" | grep -c '<hostdev')" = 1 ]; }

unplugs() {
	virsh detach-device "$D" /tmp/plug.xml --live
	wait_for 60 one_hostdev
	wait_for 20 guest run "$D" test ! -e /sys/class/net/eth1
	virsh nodedev-destroy "$(node "$B")"
	[ ! -e "$MDEV/$B" ]
	ping_ok "$D" "$HOST_IP" 20
	ip addr del 10.78.0.254/24 dev "$(uplink)"
	# bullseye's QEMU takes 5 s for each.
	at_least 7.3 "$VERSION" || return 0
	# And the one that it was started with, and back.
	virsh detach-device "$D" libvirt-xml/hostdev.xml --live
	wait_for 60 no_hostdev
	wait_for 20 guest run "$D" test ! -e /sys/class/net/eth0
	virsh attach-device "$D" libvirt-xml/hostdev.xml --live
	net_up "$D" 1
	wait_for 30 guest run "$D" "ping -q -c 1 -W 1 $HOST_IP"
	ping_ok "$D" "$HOST_IP" 20
}

no_hostdev() { ! virsh dumpxml "$D" | grep -q '<hostdev'; }

reboots() {
	guest reboot "$D"
	net_up "$D" 1
	wait_for 30 guest run "$D" "ping -q -c 1 -W 1 $HOST_IP"
	ping_ok "$D" "$HOST_IP" 20
	[ "$(virsh domstate "$D")" = running ]
	[ "$(errors_in "$D")" = '' ] || die "$(errors_in "$D")"
}

destroys() {
	virsh destroy "$D"
	[ "$(virsh domstate "$D")" = 'shut off' ]
	rm -r "/run/guests/$D"
	[ "$(stat_of $A pinned_pages)" = 0 ]
	virsh nodedev-destroy "$(node $A)"
	[ ! -e "$MDEV/$A" ]
	# A domain's device must be there.
	refused 'not found' virsh start "$D"
	virsh undefine "$D"
	if at_least 7.3 "$VERSION"; then
		virsh nodedev-info "$(node $A)"
		virsh nodedev-undefine "$(node $A)"
		[ ! -e "$CONF/$(pf)/$A" ]
	fi
	refused '' virsh nodedev-dumpxml "$(node $A)"
}

# A PF that goes takes its types along; libvirt holds nothing back.
ends() {
	local n
	n=pci_$(pf | tr :. _)
	unload
	! virsh nodedev-list --cap mdev_types | grep -x "$n" || die 'still listed'
	kill "$(cat /run/libvirtd.pid)"
	udevadm control --exit
	balanced
}

log_is_clean() {
	! dmesg | grep -E "$SPLAT" || die "the kernel log has a splat"
}

check libvirt-start starts
check libvirt-xml-valid validates
check libvirt-nodedev-list lists_pf
if at_least 7.3 "$VERSION"; then
	check libvirt-nodedev-define defines
else
	check libvirt-nodedev-define lacks 7.3 'mdevctl defines devices'
	check libvirt-nodedev-create creates
fi
check libvirt-domain-boot boots
# Nothing that follows would say more.
[ -e "/run/guests/$D/pid" ] || { finish; exit; }
if at_least 10.1 "$VERSION"; then
	check libvirt-nodedev-update updates
else
	check libvirt-nodedev-update lacks 10.1 'vdcmctl changes running devices'
	check libvirt-live-change changes
fi
check libvirt-traffic passes
check libvirt-hotplug plugs
check libvirt-hotunplug unplugs
check libvirt-reboot reboots
check libvirt-destroy destroys
check libvirt-unload ends
check libvirt-kernel-log log_is_clean
finish
