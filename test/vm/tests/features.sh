#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Inside a test VM: what stock iavf can do with the device beyond carrying
# packets, and what the host can do to it. Run by test/vm/suite.
# shellcheck source-path=SCRIPTDIR disable=SC2119

. "$(dirname "$0")/lib.sh"

A=$(uuid 1)
B=$(uuid 2)

# What a test that failed half-way left behind must not fail the next one.
defaults() {
	local d
	for d in "$MDEV/$A" "$MDEV/$B"; do
		[ ! -e "$d" ] || { echo 0 >"$d/vlan"; echo 0 >"$d/max_tx_rate"; echo 100000 >"$d/speed"; }
	done
	ip -o link show type vlan | cut -d: -f2 | cut -d@ -f1 | xargs -r -n 1 ip link del
}

boots() {
	load
	mdev_create 1
	mdev_create 2
	guest start a --mdev "$A"
	guest start b --mdev "$B"
	net_up a 1
	net_up b 2
	ping_ok a "$(guest_ip 2)" 20
}

# feature GUEST NAME: is it on?
feature() { guest run "$1" "ethtool -k eth0" | tr -d '\r' | tee "$OUT/features.$1" | grep -q "^$2: on"; }

offloads() {
	feature a rx-checksumming
	feature a tx-checksumming
	feature a tcp-segmentation-offload
	feature a rx-vlan-offload
	feature a tx-vlan-offload
	feature a rx-vlan-filter
}

# vlan_up GUEST NUMBER VID
vlan_up() {
	guest run "$1" "modprobe 8021q && ip link add link eth0 name v$3 type vlan id $3 && ip link set v$3 up && ip addr add 10.78.$3.$2/24 dev v$3"
}

# Guests and host in one VLAN; a guest that is not in it hears nothing of it.
vlans() {
	local u
	u=$(uplink)
	vlan_up a 1 100
	vlan_up b 2 100
	ip link add link "$u" name "$u.100" type vlan id 100
	ip link set "$u.100" up
	ip addr add 10.78.100.254/24 dev "$u.100"
	wait_for 10 guest run a "ping -q -c 1 -W 1 10.78.100.2"
	ping_ok a 10.78.100.2 50
	ping_ok b 10.78.100.254 50
	ping_ok a 10.78.100.2 20 -s 1468
	iperf_server b
	tcp a 10.78.100.2 5
	ping_ok a "$(guest_ip 2)" 20
	vlan_up a 1 101
	! guest run a "ping -q -c 2 -W 1 10.78.101.2" || die "answered in a VLAN that b is not in"
	guest run a "ip link del v101"
	guest run a "ip link del v100"
	guest run b "ip link del v100"
	ip link del "$u.100"
	ping_ok a "$(guest_ip 2)" 20
}

# A port VLAN: the guests notice nothing, the host finds them in the VLAN.
port_vlan() {
	local u
	u=$(uplink)
	echo 200 >"$MDEV/$A/vlan"
	echo "200 3" >"$MDEV/$B/vlan"
	[ "$(cat "$MDEV/$B/vlan")" = "200 3" ]
	sleep 0.2
	reachable a "$(guest_ip 2)" 60
	ping_ok a "$(guest_ip 2)" 50
	! guest run a "ping -q -c 2 -W 1 $HOST_IP" || die "reached the host outside its VLAN"
	ip link add link "$u" name "$u.200" type vlan id 200
	ip link set "$u.200" up
	ip addr add 10.79.0.254/24 dev "$u.200"
	guest run a "ip addr add 10.79.0.1/24 dev eth0"
	ping_ok a 10.79.0.254 20
	guest run a "ip addr del 10.79.0.1/24 dev eth0"
	ip link del "$u.200"
	echo 0 >"$MDEV/$A/vlan"
	echo 0 >"$MDEV/$B/vlan"
	sleep 0.2
	reachable a "$HOST_IP" 60
	reachable b "$HOST_IP" 60
	ping_ok a "$(guest_ip 2)" 20
}

# Rules that iavf programs; 5.10's does not know them yet.
flow_rules() {
	feature a ntuple-filters || { echo "iavf of $(guest run a uname -r) has no flow director"; return 77; }
	guest run a "ethtool -N eth0 flow-type tcp4 dst-port 5201 action 0 loc 1"
	guest run a "ethtool -N eth0 flow-type udp4 src-ip 10.77.0.2 dst-port 7 action -1 loc 2"
	guest run a "ethtool -n eth0" | tee -a /dev/stderr | grep -q 'Total 2 rules'
	ping_ok a "$(guest_ip 2)" 20
	guest run a "iperf3 -s -D >/dev/null 2>&1; sleep 0.5"
	tcp b "$(guest_ip 1)" 4
	guest run a "ethtool -N eth0 delete 1 && ethtool -N eth0 delete 2"
	guest run a "ethtool -n eth0" | grep -q 'Total 0 rules'
}

# Doorbells in each of their modes; they cost next to no exits where mapped.
# The first mode is what a device begins with.
doorbells() {
	local mode w0 p0 i0 w p i f0 faults
	[ "$(cat "$MDEV/$A/doorbell")" = auto ]
	for mode in auto trap mapped; do
		if [ $mode != auto ]; then
			guest stop a
			echo $mode >"$MDEV/$A/doorbell"
			guest start a --mdev "$A"
			! echo auto >"$MDEV/$A/doorbell" || die "changed the mode of an open device"
			net_up a 1
		fi
		ping_ok a "$(guest_ip 2)" 50
		guest run b "pgrep iperf3" >/dev/null || iperf_server b
		w0=$(stat_of "$A" bar_writes)
		p0=$(stat_of "$A" tx_unicast)
		i0=$(stat_of "$A" irqs)
		f0=$(stat_of "$A" doorbell_faults)
		tcp a "$(guest_ip 2)" 8
		w=$(($(stat_of "$A" bar_writes) - w0))
		p=$(($(stat_of "$A" tx_unicast) - p0))
		faults=$(($(stat_of "$A" doorbell_faults) - f0))
		i=$(($(stat_of "$A" irqs) - i0))
		echo "$mode: $p packets, $i interrupts, $w trapped writes, $faults faults"
		case $mode in
		# Each interrupt is followed by a write, too.
		trap)	[ "$faults" = 0 ] && [ $((w - i)) -gt 100 ] ;;
		mapped)	[ "$faults" = 0 ] && [ "$w" -lt $((p / 20 + 50)) ] ;;
		# A slow machine's guests are idle between packets, too.
		auto)	[ "$w" -lt $((p / 20 + 50)) ] && [ "$faults" -lt $((p / 4)) ] ;;
		esac
	done
}

rate_limit() {
	local mbps t0 t1
	guest run b "pgrep iperf3" >/dev/null || iperf_server b
	echo 20 >"$MDEV/$A/max_tx_rate"
	t0=$(worker_ticks)
	guest run a "iperf3 -c $(guest_ip 2) -t 8 -f m" | tee -a /dev/stderr >"$OUT/rate.txt"
	t1=$(worker_ticks)
	echo 0 >"$MDEV/$A/max_tx_rate"
	mbps=$(awk '/receiver/ { for (i = 1; i < NF; i++) if ($(i + 1) ~ /bits/) print int($i) }' "$OUT/rate.txt")
	echo "$mbps Mbit/s with a limit of 20"
	[ "$mbps" -ge 5 ] && [ "$mbps" -le 21 ]
	# Who has to wait is not waited for with a CPU.
	echo "the worker ran for $((t1 - t0)) of 800 ticks"
	[ $((t1 - t0)) -lt 200 ]
}

speed() {
	echo 10000 >"$MDEV/$A/speed"
	wait_for 10 guest run a "ethtool eth0 | grep -q 'Speed: 10000Mb/s'"
	echo 100000 >"$MDEV/$A/speed"
	wait_for 10 guest run a "ethtool eth0 | grep -q 'Speed: 100000Mb/s'"
}

# link_ups GUEST: how often its driver has said so.
link_ups() { guest run "$1" "dmesg | grep -c 'NIC Link is Up'" | tr -d '\r'; }

# went_up GUEST N: more often than that?
went_up() { [ "$(link_ups "$1")" -gt "$2" ]; }

# address_is GUEST MAC
address_is() { guest run "$1" "ip link show eth0" | grep -q "$2"; }

# refused_address GUEST: has its driver said that the device refused one?
refused_address() { guest run "$1" "dmesg | grep -q 'Failed to add MAC filter'"; }

# An address that the host set is the guest's only one, unless it is trusted.
fixed_address() {
	local ups
	guest stop a
	echo 02:00:00:00:00:0a >"$MDEV/$A/mac"
	guest start a --mdev "$A"
	net_up a 1
	reachable a "$HOST_IP" 20
	# 5.10's driver asks for it up to two seconds later, newer ones have
	# waited for the answer.
	if guest run a "ip link set eth0 address 02:00:00:00:00:0b"; then
		wait_for 20 refused_address a
	fi
	address_is a 02:00:00:00:00:0a
	ping_ok a "$HOST_IP" 20
	# Trust is news for the driver, by a reset.
	ups=$(link_ups a)
	echo 1 >"$MDEV/$A/trust"
	wait_for 60 went_up a "$ups"
	reachable a "$HOST_IP" 60
	ping_ok a "$HOST_IP" 20
	# Another one: 5.10's driver still has the first in its list, and would
	# not ask for it again, but delete the one that it goes on sending from.
	guest run a "ip link set eth0 address 02:00:00:00:00:0c"
	wait_for 20 address_is a 02:00:00:00:00:0c
	reachable a "$HOST_IP" 20
	ping_ok a "$HOST_IP" 20
	[ "$(stat_of "$A" tx_spoofed_mac)" -lt 20 ]
}

# rx_of GUEST QUEUE: packets a queue received, as iavf counts them.
rx_of() { guest run "$1" "ethtool -S eth0" | tr -d '\r' | awk -v n="rx-$2.packets:" '$1 == n { print $2 }'; }

# many_flows GUEST IP: a packet to each of 128 ports. (TCP connections of one
# program have neighbouring ports: with one key in ten they share a queue.)
many_flows() { guest run "$1" "for i in \$(seq 128); do echo >/dev/udp/$2/\$((i * 509)); done 2>/dev/null; true"; }

# Four queue pairs, of which iavf uses as many as it has CPUs: hashing spreads
# connections over them, and the driver decides how.
queues() {
	local c d r0 r1
	c=$(uuid 3)
	d=$(type_dir)4
	grep -q 'queue_pairs=4 vectors=5' "$d/description"
	echo "$c" >"$d/create"
	guest start c --mdev "$c" --smp 2
	net_up c 3
	ping_ok c "$(guest_ip 2)" 20
	guest run c "ethtool -l eth0" | tee -a /dev/stderr | tr -d '\r' | awk '/^Combined:/ { v = $2 } END { exit v != 2 }'
	guest run c "ethtool -x eth0" | grep -qi 'indirection table'
	r0=$(rx_of c 0)
	r1=$(rx_of c 1)
	many_flows b "$(guest_ip 3)"
	echo "spread: $(($(rx_of c 0) - r0)) and $(($(rx_of c 1) - r1)) packets"
	[ $(($(rx_of c 0) - r0)) -ge 16 ] && [ $(($(rx_of c 1) - r1)) -ge 16 ]
	iperf_server c
	tcp b "$(guest_ip 3)" 5 -P 4
	guest run c "ethtool -X eth0 weight 1 0"
	r0=$(rx_of c 0)
	r1=$(rx_of c 1)
	many_flows b "$(guest_ip 3)"
	echo "all to the first: $(($(rx_of c 0) - r0)) and $(($(rx_of c 1) - r1)) packets"
	[ $(($(rx_of c 0) - r0)) -ge 128 ] && [ $(($(rx_of c 1) - r1)) -lt 16 ]
	guest run c "ethtool -L eth0 combined 1"
	net_up c 3
	reachable c "$(guest_ip 2)" 60
	ping_ok c "$(guest_ip 2)" 20
	guest run c "ethtool -L eth0 combined 2"
	net_up c 3
	reachable c "$(guest_ip 2)" 60
	ping_ok c "$(guest_ip 2)" 20
	guest stop c
	mdev_remove "$c"
}

ends() {
	guest stop a
	guest stop b
	mdev_remove "$A"
	mdev_remove "$B"
	unload
	balanced
	! dmesg | grep -E "$SPLAT" || die "the kernel log has a splat"
}

check feature-boot boots
check offloads offloads
check vlans vlans
defaults
check port-vlan port_vlan
defaults
check flow-rules flow_rules
check rate-limit rate_limit
defaults
check link-speed speed
check fixed-address fixed_address
check queues-rss queues
check doorbell-modes doorbells
check feature-end ends
finish
