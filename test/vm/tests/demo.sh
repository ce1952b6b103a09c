#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Inside a test VM: the main job, shown step by step. Run by test/vm/demo.
# shellcheck source-path=SCRIPTDIR disable=SC2119

. "$(dirname "$0")/lib.sh"
set -eE

bad=0
trap 'echo "demo: FAILED at: $BASH_COMMAND"; dmesg | tail -n 20; exit 1' ERR

A=$(uuid 1)
B=$(uuid 2)

run() {
	printf '\n\033[1m$ %s\033[0m\n' "$*"
	"$@"
}

show() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }

say "host: $(uname -sr), $(qemu-system-x86_64 --version | head -n 1)"
run modprobe vdcm_swpf
load
run lspci -nn -s "$(pf)"
run lspci -k -s "$(pf)"
show "grep . /sys/class/mdev_bus/$(pf)/mdev_supported_types/swpf-vdcm/*"
grep . "$(type_dir)"/{name,description,device_api,available_instances} | sed 's,.*/,,'

say "two mediated devices"
for u in "$A" "$B"; do
	show "echo $u > /sys/class/mdev_bus/$(pf)/mdev_supported_types/swpf-vdcm/create"
	echo "$u" >"$(type_dir)/create"
done
run ls -l $MDEV

say "two guests, each with -device vfio-pci,sysfsdev=/sys/bus/mdev/devices/UUID"
guest start a --mdev "$A"
guest start b --mdev "$B"
net_up a 1
net_up b 2
for g in a b; do
	say "guest $g: its driver is its kernel's own"
	show "lspci -k"
	guest run $g "lspci -nnk" | grep -A 3 8086:1889
	show "ethtool -i eth0"
	guest run $g "ethtool -i eth0" | head -n 5
	show "ethtool eth0"
	guest run $g "ethtool eth0" | grep -E 'Speed|Link'
done

say "ping guest to guest, guest to host, host to guest"
run guest run a "ping -i 0.05 -c 20 -q $(guest_ip 2)"
run guest run a "ping -i 0.05 -c 20 -q $HOST_IP"
run ping -i 0.05 -c 20 -q "$(guest_ip 2)"
ping_ok a "$(guest_ip 2)" 20 >/dev/null 2>&1
ping_ok a "$HOST_IP" 20 >/dev/null 2>&1
ping_ok b "$HOST_IP" 20 >/dev/null 2>&1

say "iperf3 guest to guest, both ways"
iperf_server b
run tcp a "$(guest_ip 2)" 5
run tcp a "$(guest_ip 2)" 5 -R

say "statistics: the driver's and the device's"
show "guest a: ethtool -S eth0"
guest run a "ethtool -S eth0" | grep -E '(rx|tx)_(bytes|unicast|multicast|broadcast|discards)' || true
show "host: grep . $MDEV/UUID/stats/*"
(cd "$MDEV/$A/stats" && grep . rx_unicast tx_unicast rx_discards tx_errors irqs pinned_pages)

say "the guests' kernel logs"
for g in a b; do
	guest log $g | grep iavf | head -n 6
	errors=$(errors_in $g)
	[ -z "$errors" ] || { echo "iavf complains in guest $g: $errors"; bad=1; }
done

say "removal of a device in use: the guest is asked to unplug it"
show "echo 1 > $MDEV/$B/remove"
timeout 60 sh -c "echo 1 >$MDEV/$B/remove"
guest run b "lspci -n" | grep 8086:1889 && { echo "still there"; bad=1; }
echo "guest b has no 8086:1889 any more"
run guest stop a
run guest stop b
run mdev_remove "$A"

say "unload"
run modprobe -r vdcm_swpf
dmesg | grep -E 'ADIs created' | tail -n 1
balanced >/dev/null
if dmesg | grep -E "$SPLAT"; then
	echo "the kernel log has a splat"
	bad=1
fi

[ "$bad" = 0 ] || { echo; echo "demo: FAILED, see above"; exit 1; }
echo
echo "demo: OK: on $(uname -r) two guests with stock iavf exchanged traffic with each other and the host over vdcm devices; removal and unload were clean"
