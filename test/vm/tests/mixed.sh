#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Inside a test VM: guests of another release than the host's. Run by
# test/vm/suite with the guest's release as argument.
# shellcheck source-path=SCRIPTDIR disable=SC2119

. "$(dirname "$0")/lib.sh"

other=$1
A=$(uuid 1)
B=$(uuid 2)

starts() {
	load
	mdev_create 1
	mdev_create 2
	guest start a --mdev "$A" --kernel "$other"
	guest start b --mdev "$B"
	net_up a 1
	net_up b 2
	echo "host $(uname -r), guests $(guest run a uname -r) and $(guest run b uname -r)"
	[ "$(guest run a uname -r)" != "$(guest run b uname -r)" ]
}

clean_probe() {
	local e
	e="$(errors_in a)$(errors_in b)"
	[ -z "$e" ] || die "iavf complains: $e"
}

traffic() {
	ping_ok a "$(guest_ip 2)" 200
	ping_ok a "$HOST_IP" 50
	iperf_server b
	tcp a "$(guest_ip 2)" 5
	tcp a "$(guest_ip 2)" 5 -R
}

life() {
	guest run a "rmmod iavf && modprobe iavf"
	net_up a 1
	reachable a "$(guest_ip 2)" 20
	echo 1 >"$MDEV/$A/reset"
	sleep 0.2
	reachable a "$(guest_ip 2)" 30
	guest stop a
	guest stop b
	mdev_remove "$A"
	mdev_remove "$B"
	unload
	balanced
	! dmesg | grep -E "$SPLAT" || die "the kernel log has a splat"
}

check "mixed-$other-start" starts
check "mixed-$other-probe-without-error" clean_probe
check "mixed-$other-traffic" traffic
check "mixed-$other-life" life
finish
