#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Inside a test VM with the emulated E810 (test/vm/run --e810): vdcm_e810, a PASID
# for each ADI, and stock iavf in nested guests on them. The wire's other end is
# a virtio-net of the host VM. Where the kernel attaches nothing to a PASID (6.1)
# it is about the refusal. With the set "dpdk" Debian's own testpmd drives them,
# too. Run by test/vm/suite; with the argument "programs" it does without guests.
# With "--append intel_iommu=off" it is about the refusal on any kernel.
# shellcheck source-path=SCRIPTDIR disable=SC2119

. "$(dirname "$0")/lib.sh"
# shellcheck source=../../dpdk/testpmd.sh
. "$(dirname "$0")/../../dpdk/testpmd.sh"

PROGRAMS=/run/bed/programs
PF=
A=$(uuid 1)
B=$(uuid 2)
C=$(uuid 3)
TRACE=/sys/kernel/tracing

# lib.sh's, for this PF.
pf() { echo "$PF"; }
type_dir() { echo "/sys/class/mdev_bus/$PF/mdev_supported_types/${2:-e810-vdcm}"; }
uplink() { ls /sys/bus/virtio/drivers/virtio_net/virtio*/net; }

driver() { basename "$(readlink "/sys/bus/pci/devices/$PF/driver")"; }

bind() { echo "$PF" >/sys/bus/pci/drivers_probe; }
unbind() { echo "$PF" >/sys/bus/pci/drivers/e810/unbind; }

peer_up() {
	modprobe virtio_net
	wait_for 5 uplink
	ip link set "$(uplink)" up
	ip addr replace "$HOST_IP/24" dev "$(uplink)"
}

# The port is nobody's until it is given away.
loads() {
	modprobe vdcm_e810
	sleep 1
	[ ! -e "/sys/bus/pci/devices/$PF/driver" ] || die "took the port: $(driver)"
	echo e810 >"/sys/bus/pci/devices/$PF/driver_override"
	bind
	[ "$(driver)" = e810 ]
	[ -d "/sys/class/mdev_bus/$PF" ]
	dmesg | grep "E810 port 0, .*, link [1-9][0-9]* Mbit/s: 64 ADIs, .* doorbell pages mapped"
}

foreign_port() {
	local p
	p=$(basename "$(readlink -f /sys/bus/virtio/devices/virtio0/..)")
	! bash -c "echo $p >/sys/bus/pci/drivers/e810/bind" 2>/dev/null
}

# 6.1, or no IOMMU: it says so, and makes none.
refuses() {
	dmesg | grep -F "no PASIDs: $WHY"
	grep -rh . "$(type_dir)" | grep -F "pasid_mode=none: $WHY"
	! echo "$A" >"$(type_dir)/create" || die "made one without a PASID"
	[ ! -e "$MDEV/$A" ]
	dmesg | tail -n 5 | grep -F "cannot create $A: no PASIDs: $WHY"
	grep "^$PF: cannot create $A: no PASIDs: $WHY" "/sys/class/mdev_bus/$PF/last_error"
	unbind
	bind
	unbind
}

type_attributes() {
	local d t
	for t in e810-vdcm e810-vdcm4; do
		d=$(type_dir 0 "$t")
		grep . "$d"/{name,description,device_api,available_instances}
		[ "$(cat "$d/device_api")" = vfio-pci ]
		grep -q 'AVF' "$d/name"
		grep -q 'queue_pairs=' "$d/description"
	done
	[ "$(cat "$(type_dir)/available_instances")" = 64 ]
	grep -q " pasid_mode=$MODE" "$(type_dir)/description"
}

creates() {
	mdev_create 1
	mdev_create 2
	grep . "$MDEV"/*/{pasid,pasid_mode,link,speed,doorbell}
	[ "$(cat "$MDEV/$A/pasid_mode")" = "$MODE" ]
	[ "$(cat "$MDEV/$A/pasid")" -gt 0 ]
	[ "$(cat "$MDEV/$B/pasid")" -gt 0 ]
	[ "$(cat "$MDEV/$A/pasid")" != "$(cat "$MDEV/$B/pasid")" ]
	[ "$(cat "$(type_dir)/available_instances")" = 62 ]
}

# The tool knows nothing of this PF in particular.
tool() {
	local u
	u=$(vdcmctl create --pf "$PF" mac=02:00:00:00:00:77)
	vdcmctl list | tee -a /dev/stderr | grep "$u" | grep -q 02:00:00:00:00:77
	vdcmctl remove "$u"
	[ "$(cat "$(type_dir)/available_instances")" = 62 ]
}

# Doorbells trapped and mapped, interrupts, resets of the device and of the PF.
programs() {
	modprobe vfio_iommu_type1
	timeout 300 "$PROGRAMS/test_hw" "$A" "$B" "/sys/bus/pci/devices/$PF"
	grep . "$MDEV/$A"/stats/{doorbell_faults,doorbell_zaps,bar_writes,resets_pf,mirrored_pages,pinned_pages}
	[ "$(stat_of "$A" pinned_pages)" = 0 ]
	# Without a mistake of its user's no DMA is refused.
	! log_since programs | grep -E 'DMAR:.*fault addr|the device stopped'
}

# With four queue pairs doorbells trap; a process that maps all of BAR0 has them
# passed on.
programs_4() {
	uuid 3 >"$(type_dir 0 e810-vdcm4)/create"
	uuid 4 >"$(type_dir 0 e810-vdcm4)/create"
	timeout 300 "$PROGRAMS/test_hw" "$(uuid 3)" "$(uuid 4)" "/sys/bus/pci/devices/$PF" relayed
	mdev_remove "$(uuid 3)"
	mdev_remove "$(uuid 4)"
	! log_since programs-4 | grep -E 'DMAR:.*fault addr|the device stopped'
}

isolation() {
	local pasid n0 n1
	n0=$(stat_of "$A" queues_stopped)
	n1=$(stat_of "$B" queues_stopped)
	pasid=$(cat "$MDEV/$A/pasid")
	timeout 300 "$PROGRAMS/test_pasid" "$A" "$B"
	log_since isolation | grep -E 'DMAR:|device stopped'
	log_since isolation | grep -E "DMAR:.*PASID (0x)?$(printf %x "$pasid")\b.*fault addr (0x)?50000000\b" ||
		die "the IOMMU does not report the access that A was denied"
	# Once: it does not go on.
	[ "$(log_since isolation | grep -c "$A: the device stopped transmit queue 0 for what it did")" = 1 ]
	! log_since isolation | grep "$B: the device stopped transmit" || die "B did nothing"
	# Nor did what was refused beforehand reach it.
	[ "$(log_since isolation | grep -c "$A: out of reach of the device: the ring at 0x")" = 2 ]
	# B's receive queue reached for memory that was taken from it.
	echo "queues stopped: A $(($(stat_of "$A" queues_stopped) - n0)), B $(($(stat_of "$B" queues_stopped) - n1))"
	[ $(($(stat_of "$A" queues_stopped) - n0)) = 1 ]
	[ $(($(stat_of "$B" queues_stopped) - n1)) -ge 1 ]
	grep -E "^$B: the device stopped receive queue 0 for what it did" "/sys/class/mdev_bus/$PF/last_error"
}

# Two devices of one user: both over the memory of one container, each by a PASID
# of its own.
shared() {
	local n0 n1
	n0=$(stat_of "$A" queues_stopped)
	n1=$(stat_of "$B" queues_stopped)
	timeout 300 "$PROGRAMS/test_pasid" "$A" "$B" shared
	echo "queues stopped: A $(($(stat_of "$A" queues_stopped) - n0)), B $(($(stat_of "$B" queues_stopped) - n1))"
	[ $(($(stat_of "$A" queues_stopped) - n0)) = 1 ]
	[ $(($(stat_of "$B" queues_stopped) - n1)) = 1 ]
	! log_since shared-container | grep 'the device stopped receive'
}

# The same with huge pages that they are told of, of which few pages are pinned.
huge_pages() {
	sysctl -qw vm.nr_hugepages=2
	timeout 300 "$PROGRAMS/test_pasid" "$A" "$B" huge
	sysctl -qw vm.nr_hugepages=0
	[ "$(cat /proc/sys/vm/nr_hugepages)" = 0 ]
}

# PASIDs and queues that others just had: A's PASID goes to one that does not fit
# where A was, so that A has its queues again, and a PASID of its own.
pasid_again() {
	local before
	before=$(cat "$MDEV/$A/pasid")
	mdev_remove "$A"
	uuid 3 >"$(type_dir 0 e810-vdcm4)/create"
	mdev_create 1
	grep . "$MDEV"/*/pasid
	[ "$(cat "$MDEV/$(uuid 3)/pasid")" = "$before" ]
	[ "$(cat "$MDEV/$A/pasid")" != "$before" ]
	timeout 300 "$PROGRAMS/test_pasid" "$A" "$B"
	mdev_remove "$(uuid 3)"
}

# testpmd tells what its memory is, which cannot be found by probing; also what it
# allocates while it runs, which without -m is all of it.
testpmd() {
	local plugin=/usr/lib/vdcm/librte_bus_mdev.so w0 w1 p0 p1 u from
	# Not in $OUT: 7.3's 9p does not always find what was just written.
	local log=/run/testpmd.txt

	command -v dpdk-testpmd >/dev/null || { echo 'no dpdk-testpmd: run with --set dpdk'; return 77; }
	trap 'tp_end; cp /run/testpmd.txt "$OUT/"' EXIT
	peer_up
	sysctl -qw vm.nr_hugepages=192
	mkdir -p /dev/hugepages
	mountpoint -q /dev/hugepages || mount -t hugetlbfs hugetlbfs /dev/hugepages
	TP_START=180 TP_WAIT=60
	tp_start "$log" stdbuf -oL dpdk-testpmd --lcores '(0,1)@0' --no-pci \
		--in-memory -d "$plugin" -a "mdev:$A" -a "mdev:$B" -- --no-mlockall -i \
		--total-num-mbufs=8192 --nb-cores=1 \
		"--eth-peer=0,$(cat "$MDEV/$B/mac")" "--eth-peer=1,$(cat "$MDEV/$A/mac")"
	grep . "$MDEV"/*/stats/{mirrored_pages,pinned_pages}
	w0=$(stat_of "$A" bar_writes)
	p0=$(stat_of "$A" tx_unicast)
	tp_forward io 2
	w1=$(stat_of "$A" bar_writes)
	p1=$(stat_of "$A" tx_unicast)
	echo "port 0 sent $((p1 - p0)) frames, of its stores $((w1 - w0)) trapped"
	[ $((p1 - p0)) -gt 500 ]
	[ "$w1" = "$w0" ]
	tp_restart
	tp_forward io 1
	tp_reset 0
	tp_forward io 1
	# A reset of the port with both in it.
	from=$(tp_size)
	echo 1 >"/sys/bus/pci/devices/$PF/reset"
	tp_says "$from" 20 'Port 0: .*reset event'
	tp_says "$from" 20 'Port 1: .*reset event'
	tp_reset 0
	tp_reset 1
	tp_forward io 1
	# The wire: pings from its other end.
	tp set portlist 0
	tp set fwd icmpecho >/dev/null
	tp start
	ip neigh replace "$NET4.77" lladdr "$(cat "$MDEV/$A/mac")" dev "$(uplink)"
	wait_for 20 ping -q -c 1 -W 1 "$NET4.77"
	ping_ok host "$NET4.77" 50
	ping_ok host "$NET4.77" 20 -s 1400
	tp stop
	tp_quit
	for u in "$A" "$B"; do
		[ "$(stat_of "$u" mirrored_pages)" = 0 ]
	done
	sysctl -qw vm.nr_hugepages=0
	! log_since testpmd | grep -E 'DMAR:.*fault addr|the device stopped'
}

# What is offered to KVM from here on, and what it takes: offers PRODUCER IRQ,
# withdrawals, and the producers that found a consumer.
watch_offers() {
	local irq='+24(%di):s32'
	# An argument since 6.17, a member of the offer before.
	! at_least 6.17 "$(uname -r)" || irq=%dx:s32
	modprobe kvm
	mountpoint -q $TRACE || mount -t tracefs tracefs $TRACE
	{
		echo "p:vdcm_test/offer irq_bypass_register_producer at=%di irq=$irq"
		echo "p:vdcm_test/withdraw irq_bypass_unregister_producer at=%di"
		echo "p:vdcm_test/ask irq_bypass_register_consumer"
		echo "p:vdcm_test/take kvm_arch_irq_bypass_add_producer at=%si"
	} >$TRACE/kprobe_events
	echo >$TRACE/trace
	echo 1 >$TRACE/events/vdcm_test/enable
}

# offers [taken]: the interrupts that are on offer now; or those that KVM took.
offers() {
	awk -v what="${1:-}" '
		{ for (i = 1; i <= NF; i++) { split($i, kv, "="); v[kv[1]] = kv[2] } }
		/ offer: / { irq[v["at"]] = v["irq"] }
		/ take: / { took[v["at"]] = 1 }
		/ withdraw: / { delete irq[v["at"]]; delete took[v["at"]] }
		END { for (a in irq) if (what == "" || a in took) print irq[a] }' $TRACE/trace | sort -n
}

# As many as the guests have interrupts of queues, each with its own number.
# Whether KVM asks for any is for it to say: where no IOMMU can post interrupts
# later kernels do not.
irq_offers() {
	offers >"$OUT/offers.txt"
	sed -nE 's/^ *([0-9]+):.* vdcm\[[0-9]+\]\(.*/\1/p' /proc/interrupts | sort -n >"$OUT/irqs.txt"
	grep 'vdcm\[' /proc/interrupts
	echo "offered: $(paste -sd' ' "$OUT/offers.txt"); taken: $(offers taken | paste -sd' ')"
	[ "$(wc -l <"$OUT/irqs.txt")" -ge 3 ]
	cmp "$OUT/offers.txt" "$OUT/irqs.txt"
	if grep ' ask: ' $TRACE/trace >/dev/null; then
		offers taken | cmp - "$OUT/irqs.txt"
	else
		[ "$MODE" = attach ] || die "KVM of this kernel asks for interrupts, and did not"
		echo "KVM asked for none"
	fi
}

# Of a device that is gone nothing is on offer.
irqs_withdrawn() {
	offers
	[ -z "$(offers)" ]
	! grep 'vdcm\[' /proc/interrupts || die "interrupts of nobody"
	echo 0 >$TRACE/events/vdcm_test/enable
	echo >$TRACE/kprobe_events
}

boots() {
	peer_up
	watch_offers
	guest start a --mdev "$A"
	guest start b --mdev "$B"
	net_up a 1
	net_up b 2
	guest run a ethtool -i eth0 | tee -a /dev/stderr | grep -q 'driver: iavf'
	grep . "$MDEV"/*/stats/mirrored_pages
	[ "$(stat_of "$A" mirrored_pages)" -gt 100000 ]
}

clean_probe() {
	local e
	e="$(errors_in a)$(errors_in b)"
	[ -z "$e" ] || die "iavf complains: $e"
}

pings() {
	ping_ok a "$(guest_ip 2)" 200
	ping_ok a "$HOST_IP" 50
	ping_ok b "$HOST_IP" 50
	ping_ok host "$(guest_ip 1)" 50
}

# Mapped doorbells: of all that the guests send, next to nothing is an exit.
tcp_between() {
	local w0 w1 p0 p1
	iperf_server b
	w0=$(stat_of "$A" bar_writes)
	p0=$(stat_of "$A" tx_unicast)
	tcp a "$(guest_ip 2)" 8
	tcp a "$(guest_ip 2)" 5 -R
	w1=$(stat_of "$A" bar_writes)
	p1=$(stat_of "$A" tx_unicast)
	echo "a sent $((p1 - p0)) frames, and stored $((w1 - w0)) times to what traps"
	grep . "$MDEV/$A"/stats/doorbell_*
	[ $((w1 - w0)) -lt $((p1 - p0)) ] || die "doorbells trap"
}

tcp_wire() {
	iperf3 -s -D -B "$HOST_IP" -I "$OUT/iperf3.pid"
	wait_for 5 test -s "$OUT/iperf3.pid"
	tcp a "$HOST_IP" 5
	tcp a "$HOST_IP" 5 -R
	kill "$(tr -d '\0' <"$OUT/iperf3.pid")"
	rm -f "$OUT/iperf3.pid"
}

statistics() {
	local tx0 rx0
	tx0=$(stat_of "$A" tx_unicast)
	rx0=$(stat_of "$B" rx_unicast)
	ping_ok a "$(guest_ip 2)" 100
	echo "a sent $(($(stat_of "$A" tx_unicast) - tx0)), b received $(($(stat_of "$B" rx_unicast) - rx0))"
	[ $(($(stat_of "$A" tx_unicast) - tx0)) -ge 100 ]
	[ $(($(stat_of "$B" rx_unicast) - rx0)) -ge 100 ]
	[ "$(stat_of "$A" dma_errors)" = 0 ]
}

# A second device for a guest that has one: another PASID over the same memory.
# Both reach the other guest, the wire, and each other; one goes on without the
# other.
two_in_one() {
	local net=10.78.0 far='ip netns exec far' a0 c0
	mdev_create 3
	guest qmp a "{\"execute\": \"device_add\", \"arguments\": {\"driver\": \"vfio-pci\", \"id\": \"second\",
		\"sysfsdev\": \"$MDEV/$C\", \"bus\": \"rp1\"}}"
	wait_for 40 guest run a test -e /sys/class/net/eth1
	[ "$(sort -u "$MDEV"/{"$A","$B","$C"}/pasid | wc -l)" = 3 ]
	guest run a "ip link set eth1 up && ip addr replace $net.1/24 dev eth1"
	guest run b "ip addr replace $net.2/24 dev eth0"
	ip addr replace $net.254/24 dev "$(uplink)"
	reachable a $net.2 40
	grep . "$MDEV"/*/{pasid,stats/mirrored_pages}
	[ "$(stat_of "$A" mirrored_pages)" -gt 100000 ]
	[ "$(stat_of "$A" mirrored_pages)" = "$(stat_of "$C" mirrored_pages)" ]
	a0=$(stat_of "$A" tx_unicast)
	c0=$(stat_of "$C" tx_unicast)
	ping_ok a $net.2 100
	ping_ok a $net.254 50
	echo "its second device sent $(($(stat_of "$C" tx_unicast) - c0)), its first $(($(stat_of "$A" tx_unicast) - a0))"
	[ $(($(stat_of "$C" tx_unicast) - c0)) -ge 150 ]
	[ $(($(stat_of "$A" tx_unicast) - a0)) -lt 50 ]
	guest run a "ip netns add far && ip link set eth1 netns far &&
		$far ip link set eth1 up && $far ip addr add $(guest_ip 3)/24 dev eth1"
	reachable a "$(guest_ip 3)" 40
	c0=$(stat_of "$C" rx_unicast)
	ping_ok a "$(guest_ip 3)" 100
	[ $(($(stat_of "$C" rx_unicast) - c0)) -ge 100 ]
	guest run a "$far ip link set eth1 down"
	ping_ok a "$(guest_ip 2)" 50
	guest run a "$far ip link set eth1 up"
	reachable a "$(guest_ip 3)" 40
}

# The whole port, under both guests: their drivers notice, and come back.
pf_reset() {
	local i pa pb ra
	ra=$(stat_of "$A" resets_pf)
	pa=$(cat "$MDEV/$A/pasid")
	pb=$(cat "$MDEV/$B/pasid")
	for i in 1 2; do
		echo 1 >"/sys/bus/pci/devices/$PF/reset"
		reachable a "$HOST_IP" 60 || die "PF reset $i: no traffic of a"
		reachable a "$(guest_ip 2)" 60 || die "PF reset $i: no traffic of b"
		reachable a "$(guest_ip 3)" 60 || die "PF reset $i: no traffic of a's second"
	done
	[ "$(cat "$MDEV/$A/pasid" "$MDEV/$B/pasid" | paste -sd' ')" = "$pa $pb" ]
	[ $(($(stat_of "$A" resets_pf) - ra)) = 2 ]
	ping_ok a "$(guest_ip 2)" 20
}

nothing_mirrored() { [ "$(stat_of "$1" pinned_pages) $(stat_of "$1" mirrored_pages)" = '0 0' ]; }

killed_under_traffic() {
	guest run a "ping -q -i 0.01 -c 6000 $(guest_ip 2) >/dev/null 2>&1 & sleep 1"
	guest kill a
	wait_for 10 nothing_mirrored "$A"
	wait_for 10 nothing_mirrored "$C"
	ping_ok b "$HOST_IP" 20
}

# Under a guest that runs: it is asked to unplug.
unbind_while_running() {
	guest list
	timeout 60 bash -c "echo $PF >/sys/bus/pci/drivers/e810/unbind" || die "unbind did not return"
	[ ! -e "/sys/class/mdev_bus/$PF" ]
	[ ! -e "$MDEV/$B" ]
	guest stop b
	bind
	mdev_remove "$(mdev_create 1)"
}

# As many as there are PASIDs, nearly, each with another.
two_hundred() {
	local i t0 t1 t2
	modprobe -r vdcm_e810
	modprobe vdcm_e810 max_adis=200
	bind
	t0=$(date +%s%N)
	for i in $(seq 200); do
		uuid "$i" >"$(type_dir)/create" || die "number $i refused"
	done
	t1=$(date +%s%N)
	[ "$(cat "$MDEV"/*/pasid | sort -nu | wc -l)" = 200 ]
	[ "$(cat "$(type_dir)/available_instances")" = 0 ]
	for i in $(seq 200); do
		mdev_remove "$(uuid "$i")"
	done
	t2=$(date +%s%N)
	echo "created in $(((t1 - t0) / 200000)) us each, removed in $(((t2 - t1) / 200000)) us each"
	[ "$(cat "$(type_dir)/available_instances")" = 200 ]
}

unloads() {
	modprobe -r vdcm_e810
	! lsmod | grep '^vdcm' || die "still loaded"
}

log_is_clean() {
	balanced
	! dmesg | grep -E "$SPLAT" || die "the kernel log has a splat"
	# What the driver did that the device does not take; but what a queue did
	# is its user's doing, and so is a store to the page of one that the port's
	# reset has turned off: only then is the page taken away.
	! grep 'vdcm-e810:' "$OUT/qemu.txt" |
		grep -vE 'queue [0-9]+ stopped: |doorbell of transmit queue [0-9]+, which is off' ||
		die "the model has complaints"
}

find_e810 || exit 1
case $(uname -r) in
5.10.*)	MODE=aux ;;
6.1.*)	MODE=none WHY='this kernel cannot attach a domain to one; 5.10 and 6.12 can' ;;
*)	MODE=attach ;;
esac
# test/vm/run --append intel_iommu=off
! grep -w intel_iommu=off /proc/cmdline >/dev/null || MODE=none WHY='there is no IOMMU, or it is off'

check load loads
check foreign-port foreign_port
if [ "$MODE" = none ]; then
	check refuse-without-pasid refuses
	check unload unloads
	check kernel-log log_is_clean
	finish
	exit
fi

check type-attributes type_attributes
check create creates
check vdcmctl tool
check programs programs
check programs-4 programs_4
check isolation isolation
check shared-container shared
check huge-pages huge_pages
check pasid-again pasid_again
if [ "${1:-}" != programs ]; then
	check testpmd testpmd
	check guests-boot boots
	check probe-without-error clean_probe
	check ping pings
	check tcp-between-guests tcp_between
	check tcp-wire tcp_wire
	check statistics statistics
	check two-in-one-guest two_in_one
	check irq-offers irq_offers
	check pf-reset-2 pf_reset
	check guest-kill-under-traffic killed_under_traffic
	check unbind-while-running unbind_while_running
	check irqs-withdrawn irqs_withdrawn
	check adis-200 two_hundred
fi
check unload unloads
check kernel-log log_is_clean
finish
