#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Inside a test VM: the uplink, which is the host's NIC port at the software PF's
# switch, with stock iavf at the other end. Run by test/vm/suite.
# shellcheck source-path=SCRIPTDIR disable=SC2119

. "$(dirname "$0")/lib.sh"

A=$(uuid 1)
NS_IP=$NET4.200

# of STATISTIC: as "ethtool -S" of the uplink says.
of() { ethtool -S "$(uplink)" | awk -v n="$1:" '$1 == n { print $2 }'; }

boots() {
	load
	mdev_create 1
	guest start a --mdev "$A"
	net_up a 1
	reachable a "$HOST_IP" 20
	ping_ok a "$HOST_IP" 20
	iperf3 -s -D
	iperf3 -s -D -p 5202
}

# Large packets stay whole in both directions, and none is lost.
whole() {
	local rx tx
	ethtool -k "$(uplink)" | grep -E '^(rx-gro-hw|tcp-segmentation-offload|tx-checksumming|rx-checksumming): on' |
		tee -a /dev/stderr | wc -l | grep -qx 4
	rx=$(of rx_whole)
	tx=$(of tx_whole)
	tcp a "$HOST_IP" 5
	tcp a "$HOST_IP" 5 -R
	echo "whole: $(($(of rx_whole) - rx)) received, $(($(of tx_whole) - tx)) sent"
	[ $(($(of rx_whole) - rx)) -gt 100 ] && [ $(($(of tx_whole) - tx)) -gt 100 ]
	[ "$(of rx_dropped_backlog)" = 0 ] && [ "$(of rx_dropped_no_memory)" = 0 ]
	[ "$(cat "/sys/class/net/$(uplink)/statistics/rx_errors")" = 0 ]
}

# load_begin: the guest sends and receives, for a minute or until load_end, which
# fails when it does so no more.
load_begin() {
	guest run a "iperf3 -c $HOST_IP -t 60 -l 16K >/dev/null 2>&1 & echo \$! >/tmp/tx
		iperf3 -c $HOST_IP -p 5202 -R -t 60 -l 16K >/dev/null 2>&1 & echo \$! >/tmp/rx
		sleep 2"
}

load_end() { guest run a "kill \$(cat /tmp/tx) && kill \$(cat /tmp/rx)"; }

# What a test that failed half-way left behind must not fail the next one.
quiet() { load_end >/dev/null 2>&1 || true; }

# more STATISTIC THAN
more() { [ "$(of "$1")" -gt "$2" ]; }

# Both directions at once, while what the uplink may do changes.
offloads() {
	local u f n at
	u=$(uplink)
	load_begin
	for f in rx-gro-hw tso rx tx; do
		case $f in
		rx-gro-hw | rx)	n=rx_whole ;;
		tso | tx)	n=tx_whole ;;
		esac
		ethtool -K "$u" "$f" off
		# What is on its way.
		sleep 0.5
		at=$(of $n)
		sleep 1
		echo "$f off: $n $at, then $(of $n)"
		[ "$(of $n)" = "$at" ]
		ethtool -K "$u" "$f" on
		# The kernel has turned these off with it; and on again, or not.
		ethtool -K "$u" rx-gro-hw on tso on
		wait_for 10 more $n "$at"
	done
	load_end || die "a connection broke"
	reachable a "$HOST_IP" 20
	ping_ok a "$HOST_IP" 20
}

# In a VLAN of the uplink large packets are whole, too.
vlan() {
	local u rx tx
	u=$(uplink)
	ip link add link "$u" name "$u.100" type vlan id 100
	ip link set "$u.100" up
	ip addr add 10.78.100.254/24 dev "$u.100"
	guest run a "modprobe 8021q && ip link add link eth0 name v100 type vlan id 100 && ip link set v100 up && ip addr add 10.78.100.1/24 dev v100"
	reachable a 10.78.100.254 20
	ping_ok a 10.78.100.254 20 -s 1468
	rx=$(of rx_whole)
	tx=$(of tx_whole)
	tcp a 10.78.100.254 3
	tcp a 10.78.100.254 3 -R
	echo "whole: $(($(of rx_whole) - rx)) received, $(($(of tx_whole) - tx)) sent"
	[ $(($(of rx_whole) - rx)) -gt 50 ] && [ $(($(of tx_whole) - tx)) -gt 50 ]
	guest run a "ip link del v100"
	ip link del "$u.100"
}

# The uplink as a bridge's port. At the other one somebody who cannot segment and
# not check either, so that the host does it.
bridge() {
	local u
	u=$(uplink)
	ip netns add far
	ip link add veth0 type veth peer name far0 netns far
	ip link add br0 type bridge
	ip link set veth0 master br0
	ip addr del "$HOST_IP/24" dev "$u"
	ip link set "$u" master br0
	ip addr add "$HOST_IP/24" dev br0
	ip link set br0 up
	ip link set veth0 up
	ethtool -K veth0 tx off rx off
	ip netns exec far ethtool -K far0 tx off rx off
	ip netns exec far ip link set far0 up
	ip netns exec far ip addr add "$NS_IP/24" dev far0
	ip netns exec far iperf3 -s -D
	reachable a "$NS_IP" 20
	ping_ok a "$NS_IP" 50
	ping_ok a "$HOST_IP" 20
	tcp a "$NS_IP" 3
	tcp a "$NS_IP" 3 -R
	tcp a "$HOST_IP" 3 -R
}

unbridge() {
	local u
	u=$(uplink)
	ip netns pids far 2>/dev/null | xargs -r kill || true
	ip link del veth0 || true
	ip netns del far || true
	ip link set "$u" nomaster
	ip link del br0 || true
	ip addr replace "$HOST_IP/24" dev "$u"
}

down_up() {
	local i u
	u=$(uplink)
	load_begin
	for i in $(seq 20); do
		ip link set "$u" down
		[ $((i % 5)) != 0 ] || sleep 0.3
		ip link set "$u" up
		sleep 0.1
	done
	load_end
	reachable a "$HOST_IP" 20
	ping_ok a "$HOST_IP" 50
	tcp a "$HOST_IP" 3
}

# The PF loses its driver, and with it the uplink, while both ends send.
unbind() {
	local p
	p=$(pf)
	load_begin
	timeout 60 sh -c "echo $p >/sys/bus/pci/drivers/swpf/unbind" || die "unbind did not return"
	[ ! -e "/sys/bus/pci/devices/$p/net" ] && [ ! -e "$MDEV/$A" ]
	guest stop a
	echo "$p" >/sys/bus/pci/drivers/swpf/bind
	ip link set "$(uplink)" up
	mdev_remove "$(mdev_create 1)"
	unload
	balanced
	! dmesg | grep -E "$SPLAT" || die "the kernel log has a splat"
}

check uplink-boot boots
check uplink-whole whole
check uplink-offloads offloads
quiet
check uplink-vlan vlan
check uplink-bridge bridge
unbridge >"$OUT/unbridge.log" 2>&1
check uplink-down-up down_up
quiet
check uplink-unbind unbind
finish
