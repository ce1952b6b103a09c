#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Inside a test VM: stock iavf in nested guests on vdcm devices, through
# everything a driver's life brings. Run by test/vm/suite.
# shellcheck source-path=SCRIPTDIR disable=SC2119

. "$(dirname "$0")/lib.sh"

A=$(uuid 1)
B=$(uuid 2)

loads() {
	load
	lspci -nn -s "$(pf)" | tee -a /dev/stderr | grep -q 'Ethernet controller'
	[ -d "/sys/class/mdev_bus/$(pf)" ]
}

type_attributes() {
	local d
	d=$(type_dir)
	grep . "$d"/{name,description,device_api,available_instances}
	[ "$(cat "$d/device_api")" = vfio-pci ]
	[ "$(cat "$d/available_instances")" = 64 ]
	grep -q 'AVF' "$d/name"
	grep -q 'queue_pairs=' "$d/description"
}

creates() {
	mdev_create 1
	mdev_create 2
	[ "$(cat "$(type_dir)/available_instances")" = 62 ]
	grep -qi '^02:' "$MDEV/$A/mac"
	[ "$(cat "$MDEV/$A/mac")" != "$(cat "$MDEV/$B/mac")" ]
	echo 02:00:00:00:00:0a >"$MDEV/$A/mac"
	[ "$(cat "$MDEV/$A/mac")" = 02:00:00:00:00:0a ]
}

boots() {
	guest start a --mdev "$A"
	guest start b --mdev "$B"
	net_up a 1
	net_up b 2
	guest run a lspci -k
	guest run a lspci -n | grep -q 8086:1889
	guest run a ethtool -i eth0 | tee -a /dev/stderr | grep -q 'driver: iavf'
	guest run a cat /sys/class/net/eth0/address | grep -qi 02:00:00:00:00:0a
}

clean_probe() {
	local e
	e="$(errors_in a)$(errors_in b)"
	[ -z "$e" ] || die "iavf complains: $e"
}

link_state() {
	guest run a ethtool eth0 | tee -a /dev/stderr | grep -q 'Link detected: yes'
	guest run a ethtool eth0 | grep -q 'Speed: 100000Mb/s'
	echo down >"$MDEV/$A/link"
	wait_for 10 no_carrier a
	echo up >"$MDEV/$A/link"
	wait_for 10 carrier a
}
no_carrier() { [ "$(guest run "$1" cat /sys/class/net/eth0/carrier | tr -d '\r')" = 0 ]; }

pings() {
	ping_ok a "$(guest_ip 2)" 1000
	ping_ok a "$HOST_IP" 50
	ping_ok b "$HOST_IP" 50
	ping_ok host "$(guest_ip 1)" 50
	guest run a "ping -q -c 5 -i 0.5 ff02::1%eth0" | grep -q ' 0% packet loss'
}

tcp_both_ways() {
	iperf_server b
	tcp a "$(guest_ip 2)" 20
	tcp a "$(guest_ip 2)" 20 -R
}

host_iperf() {
	iperf3 -s -D -B "$HOST_IP" -I "$OUT/iperf3.pid"
	wait_for 5 test -s "$OUT/iperf3.pid"
}

host_iperf_end() {
	kill "$(tr -d '\0' <"$OUT/iperf3.pid")"
	rm -f "$OUT/iperf3.pid"
}

tcp_host() {
	host_iperf
	tcp a "$HOST_IP" 5
	tcp a "$HOST_IP" 5 -R
	host_iperf_end
}

# The driver's counters, the device's and the other end's tell the same story.
statistics() {
	local tx0 tx1 rx0 rx1
	guest run a ethtool -S eth0
	tx0=$(stat_of "$A" tx_unicast)
	rx0=$(stat_of "$B" rx_unicast)
	ping_ok a "$(guest_ip 2)" 200
	tx1=$(stat_of "$A" tx_unicast)
	rx1=$(stat_of "$B" rx_unicast)
	echo "a sent $((tx1 - tx0)), b received $((rx1 - rx0))"
	[ $((tx1 - tx0)) -ge 200 ] && [ $((rx1 - rx0)) -ge 200 ]
	[ "$(stat_of "$A" tx_errors)" = 0 ]
	[ "$(stat_of "$A" dma_errors)" = 0 ]
	[ "$(stat_of "$A" bad_tail)" = 0 ]
}

jumbo() {
	ip link set "$(uplink)" mtu 9000
	net_up a 1 9000
	net_up b 2 9000
	wait_for 20 guest run a "ping -q -c 1 -W 1 $(guest_ip 2)"
	ping_ok a "$(guest_ip 2)" 20 -M "do" -s 8972
	ping_ok a "$HOST_IP" 20 -M "do" -s 8972
	tcp a "$(guest_ip 2)" 5
	ip link set "$(uplink)" mtu 1500
	net_up a 1 1500
	net_up b 2 1500
	reachable a "$(guest_ip 2)" 20
	ping_ok a "$(guest_ip 2)" 20 -M "do" -s 1472
}

down_up() {
	guest run b "for i in \$(seq 50); do ip link set eth0 down && ip link set eth0 up || exit 1; done"
	net_up b 2
	reachable b "$HOST_IP" 20
	ping_ok b "$HOST_IP" 20
}

# iavf gets over one in about 5 s where it has a CPU: it polls a mailbox that is
# gone 5,000 times, 50 us apart. Sharing one emulated CPU with a busy guest, where
# each poll is an exit, that took it up to 28 s.
flr() {
	local i dev t0
	dev=$(guest run a "basename \$(readlink /sys/class/net/eth0/device)" | tr -d '\r')
	for i in $(seq 20); do
		t0=$SECONDS
		guest run a "echo 1 >/sys/bus/pci/devices/$dev/reset"
		reachable a "$HOST_IP" 120 || die "FLR $i: no traffic afterwards"
		echo "FLR $i: traffic again after $((SECONDS - t0)) s"
	done
	[ "$(stat_of "$A" resets_flr)" -ge 20 ]
}

pf_reset() {
	local i
	for i in $(seq 5); do
		echo 1 >"$MDEV/$B/reset"
		sleep 0.2
		reachable b "$HOST_IP" 30 || die "PF reset $i: no traffic afterwards"
	done
	[ "$(stat_of "$B" resets_pf)" -ge 5 ]
}

rebind() {
	guest run b "for i in \$(seq 20); do rmmod iavf && modprobe iavf || exit 1; done"
	net_up b 2
	reachable b "$HOST_IP" 20
	ping_ok b "$HOST_IP" 20
}

rebind_under_traffic() {
	host_iperf
	guest run b "iperf3 -c $HOST_IP -t 60 >/dev/null 2>&1 & sleep 2; rmmod iavf && modprobe iavf; kill %1 2>/dev/null; true"
	host_iperf_end
	net_up b 2
	reachable b "$HOST_IP" 20
}

reboots() {
	guest reboot b
	net_up b 2
	reachable b "$HOST_IP" 20
	ping_ok b "$HOST_IP" 20
}

killed_under_traffic() {
	iperf_server b
	guest run a "iperf3 -c $(guest_ip 2) -t 60 >/dev/null 2>&1 & sleep 3"
	guest kill a
	wait_for 10 test "$(stat_of "$A" pinned_pages)" = 0
	# The other one runs on, and the device is as good as new.
	ping_ok b "$HOST_IP" 20
	guest start a --mdev "$A"
	net_up a 1
	reachable a "$(guest_ip 2)" 20
	ping_ok a "$(guest_ip 2)" 20
}

# An open device's removal asks the guest to unplug, and then happens.
hot_unplug() {
	local t0=$SECONDS
	timeout 60 sh -c "echo 1 >$MDEV/$B/remove" || die "remove did not return"
	echo "removed after $((SECONDS - t0)) s"
	[ ! -e "$MDEV/$B" ]
	wait_for 10 unplugged b
	guest stop b
}
unplugged() { ! guest run "$1" lspci -n | grep -q 8086:1889; }

create_remove_100() {
	local i before after
	for i in $(seq 30); do
		mdev_remove "$(mdev_create 1000)"
	done
	sync
	echo 3 >/proc/sys/vm/drop_caches
	before=$(unreclaimable)
	for i in $(seq 100); do
		mdev_remove "$(mdev_create 1000)"
	done
	sleep 1
	echo 3 >/proc/sys/vm/drop_caches
	after=$(unreclaimable)
	echo "unreclaimable slab, per-cpu and vmalloc memory: $before -> $after KiB"
	[ $((after - before)) -lt 1024 ] || die "grew by $((after - before)) KiB"
}
unreclaimable() { awk '/^(SUnreclaim|Percpu|VmallocUsed|KernelStack):/ { s += $2 } END { print s }' /proc/meminfo; }

# Unloading the PF driver while a guest runs: unplug, then teardown.
unload_while_running() {
	guest list
	timeout 60 modprobe -r vdcm_swpf || die "unload did not return"
	! lsmod | grep -q '^vdcm' || die "still loaded"
	wait_for 10 unplugged a
	guest stop a
	load
	mdev_remove "$(mdev_create 1)"
	unload
}

log_is_clean() {
	balanced
	! dmesg | grep -E "$SPLAT" || die "the kernel log has a splat"
}

check load loads
check type-attributes type_attributes
check create creates
check guests-boot boots
check probe-without-error clean_probe
check link-state link_state
check ping-1000 pings
check tcp-20s-both-ways tcp_both_ways
check tcp-host tcp_host
check statistics statistics
check mtu-1500-9000 jumbo

# An FLR costs iavf seconds of waiting; meanwhile guest b has its own trouble.
check_start flr-20 flr
check down-up-50 down_up
check pf-reset-5 pf_reset
check rmmod-modprobe-20 rebind
check rmmod-under-traffic rebind_under_traffic
check guest-reboot reboots
check_end flr-20

check guest-kill-under-traffic killed_under_traffic
check remove-open-mdev hot_unplug
check create-remove-100 create_remove_100
check unload-while-running unload_while_running
check kernel-log log_is_clean
finish
