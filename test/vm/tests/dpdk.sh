#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Inside a test VM with the set "dpdk" (test/vm/build-set): Debian's own testpmd
# and its iavf driver, with our bus plugin, on mediated devices. What is done with
# testpmd is in test/dpdk/testpmd.sh.
# shellcheck source-path=SCRIPTDIR disable=SC2119

. "$(dirname "$0")/lib.sh"
# shellcheck source=../../dpdk/testpmd.sh
. "$(dirname "$0")/../../dpdk/testpmd.sh"

A=$(uuid 1)
B=$(uuid 2)
C=$(uuid 3)
D=$(uuid 4)
# Of the set, too: a compiler takes a minute here.
PLUGIN=/usr/lib/vdcm/librte_bus_mdev.so
export TP_START=180 TP_WAIT=60
GROUP=4242

group_of() { basename "$(readlink "$MDEV/$1/iommu_group")"; }

mac_of() { printf '02:00:00:00:01:%02x' "$1"; }

boots() {
	command -v dpdk-testpmd >/dev/null || { echo 'no dpdk-testpmd: run with --set dpdk'; return 77; }
	echo "vdcm:x:$GROUP:" >>/etc/group
	load
	modprobe vfio_iommu_type1
	mdev_create 1
	mdev_create 2
	echo "$C" >"$(type_dir)4/create"
	echo "$D" >"$(type_dir)4/create"
	for n in 1 2 3 4; do
		mac_of $n >"$MDEV/$(uuid $n)/mac"
	done
	sysctl -qw vm.nr_hugepages=192
	mkdir -p /dev/hugepages
	mountpoint -q /dev/hugepages || mount -t hugetlbfs hugetlbfs /dev/hugepages
}

# session NAME EAL_ARGS... -- ARGS...: testpmd, for the rest of this test.
session() {
	local name=$1

	shift
	trap tp_end EXIT
	tp_start "$OUT/testpmd-$name.txt" "${AS[@]}" stdbuf -oL dpdk-testpmd --lcores '(0,1)@0' \
		--no-pci "${MEM[@]}" "${LOAD[@]}" "$@"
}
AS=()
MEM=(-m 256 --in-memory)
LOAD=(-d "$PLUGIN")
# shellcheck disable=SC2054 # The commas are testpmd's.
common=(--no-mlockall -i --total-num-mbufs=8192 --nb-cores=1
	"--eth-peer=0,$(mac_of 2)" "--eth-peer=1,$(mac_of 1)")

# says REGEX EAL_ARGS...: testpmd finds no port, and says why.
says() {
	local want=$1 out

	shift
	out=$(timeout 120 "${AS[@]}" dpdk-testpmd --lcores 0 --no-pci "${MEM[@]}" "${LOAD[@]}" "$@" \
		-- --no-mlockall -i </dev/null 2>&1) || true
	echo "$out"
	grep -qE "$want" <<<"$out"
}

sentences() {
	local g

	g=$(group_of "$A")
	says "mdev: $(uuid 99): there is no such mediated device" -a "mdev:$(uuid 99)"
	exec 9<>"/dev/vfio/$g"
	says "mdev: $A: another process uses the device \(/dev/vfio/$g is busy\)" -a "mdev:$A"
	exec 9>&-
	echo trap >"$MDEV/$A/doorbell"
	says "mdev: $A: the device's registers trap" -a "mdev:$A"
	echo auto >"$MDEV/$A/doorbell"
	chmod 600 "/dev/vfio/$g"
	as_user
	says "mdev: $A: no right to open /dev/vfio/$g \(owner 0, group root, mode 0600\)" -a "mdev:$A"
}

# What can be had from one testpmd: a start of it takes longer than the rest.
forwards() {
	session forward -a "mdev:$A" -a "mdev:$B" -- "${common[@]}" --enable-rx-cksum
	tp_forward io 2
	tp_forward mac 2
	tp_stats 500
	[ "$(stat_of "$A" tx_unicast)" -gt 500 ]
	[ "$(stat_of "$B" rx_unicast)" -gt 500 ]
	tp_restart
	tp_forward io 1
	tp_reset 0
	tp_forward io 1
	pf_reset
	link_event
	tp_vlan
	tp_csum
	tp_quit
}

# A PF reset, as the host's operator starts it.
pf_reset() {
	local from

	from=$(tp_size)
	echo 1 >"$MDEV/$A/reset"
	tp_says "$from" 20 'Port 0: .*reset event'
	tp_reset 0
	tp_forward io 1
}

# It comes by the mailbox's interrupt; 20.11 has no other way.
link_event() {
	local from

	tp_state 0 up
	from=$(tp_size)
	echo down >"$MDEV/$A/link"
	tp_says "$from" 20 'Port 0: .*link state change event'
	tp_state 0 down
	echo up >"$MDEV/$A/link"
	tp_state 0 up
	tp_forward io 1
}

# Receive interrupts, for which testpmd has no use.
rx_interrupts() {
	timeout 300 /usr/lib/vdcm/rxintr --lcores 0 --no-pci "${MEM[@]}" "${LOAD[@]}" \
		-a "mdev:$A" -a "mdev:$B" 2>&1 | tee "$OUT/rxintr.txt"
	grep 'each with its interrupt' "$OUT/rxintr.txt"
}

hotplug() {
	session hotplug -a "mdev:$A" -- "${common[@]}"
	tp_attach "$B" 1
	tp_forward io 1
	tp_detach 1 "$B"
	# Free for others meanwhile.
	exec 9<>"/dev/vfio/$(group_of "$B")"
	exec 9>&-
	tp_attach "$B" 1
	# Both: the container goes, and comes again.
	tp_detach 1 "$B"
	tp_detach 0 "$A"
	tp_attach "$A" 0
	tp_attach "$B" 1
	tp_forward io 1
	# Killed under traffic: the devices are as new for the next one.
	tp start tx_first
	sleep 1
	kill -KILL "$tp_pid"
	tp_end
}

# The host removes a device that testpmd uses: it lets go, and all goes on.
removal() {
	local from pid

	session removal -a "mdev:$A" -a "mdev:$B" -- "${common[@]}" --hot-plug
	tp_forward io 1
	from=$(tp_size)
	mdev_remove "$B" &
	pid=$!
	tp_says "$from" 20 "mdev: $B: the host asks for the device"
	tp_says "$from" 20 'is detached|are detached'
	wait_for 20 test ! -e "$MDEV/$B"
	wait $pid
	tp_quit
	mdev_create 2
	mac_of 2 >"$MDEV/$B/mac"
}

as_user() {
	AS=(setpriv --reuid=1000 --regid=1000 --groups="$GROUP" env XDG_RUNTIME_DIR=/run/user1000)
	MEM=(-m 64 --no-huge --no-shconf)
	mkdir -p /run/user1000
	chown 1000 /run/user1000
}

# No root: rights on the groups' files are enough. With too little memory to lock
# it works, too, but the kernel copies.
user() {
	local u

	for u in "$A" "$B"; do
		chgrp "$GROUP" "/dev/vfio/$(group_of "$u")"
		chmod 660 "/dev/vfio/$(group_of "$u")"
	done
	as_user
	ulimit -l 1024
	session user -a "mdev:$A" -a "mdev:$B" -- "${common[@]}"
	grep 'mdev: this process may lock 1024 KiB (RLIMIT_MEMLOCK)' "$OUT/testpmd-user.txt"
	tp_forward io 1
	tp_quit
}

# In the directory of drivers nobody has to name it. From here on it is there.
installs() {
	local d=/run/pmds pmds

	pmds=$(echo /usr/lib/x86_64-linux-gnu/dpdk/pmds-*)
	mkdir -p $d/upper $d/work
	mount -t overlay -o "lowerdir=$pmds,upperdir=$d/upper,workdir=$d/work" overlay "$pmds"
	# As "make dpdk_install" does.
	install -m 644 $PLUGIN "$pmds"
}

rss() {
	session rss -a "mdev:$C" -a "$D" -- -i --no-mlockall --total-num-mbufs=16384 \
		--nb-cores=1 --rxq=4 --txq=4 --txonly-multi-flow --rss-udp \
		"--eth-peer=0,$(mac_of 4)" "--eth-peer=1,$(mac_of 3)"
	tp_rss
	tp_quit
}

# guest_files ARCHIVE: for a guest of this release, testpmd, iavf's driver, and
# what they are linked with.
guest_files() {
	local lib=usr/lib/x86_64-linux-gnu dir pmds f x

	dir=$(mktemp -d)
	pmds=$(echo /$lib/dpdk/pmds-*)
	mkdir -p "$dir/usr/bin" "$dir/$pmds"
	cp /usr/bin/dpdk-testpmd "$dir/usr/bin/"
	for x in net_iavf mempool_ring; do
		f=$(readlink -f "$pmds/librte_$x.so")
		ln -s "../../${f##*/}" "$dir/$pmds/librte_$x.so"
		cp "$f" "$dir/$lib/"
	done
	ldd /usr/bin/dpdk-testpmd "$dir/$lib"/*.so* | sed -n 's|.*=> *\(/[^ ]*\).*|\1|p' |
		sort -u | while read -r f; do
		cp -nL "$f" "$dir/$lib/${f##*/}"
	done
	(cd "$dir" && find . | busybox cpio -o -H newc) >"$1"
	rm -r "$dir"
}

# testpmd answers a guest's pings: one device each. The guest has one more, and
# an IOMMU, which iavf uses, too.
with_guest() {
	guest_files /tmp/dpdk.cpio
	# Debian's DPDK wants such a CPU.
	guest start a --mdev "$B" --mdev "$C" --iommu --mem 768 --files /tmp/dpdk.cpio \
		--qemu-arg -cpu --qemu-arg "qemu64,-svm,+rdrand,+ssse3,+sse4.1,+sse4.2,+popcnt"
	rm /tmp/dpdk.cpio
	guest run a 'ls /sys/class/iommu/*/devices'
	net_up a 1
	session guest -a "mdev:$A" -- -i --no-mlockall --total-num-mbufs=8192 --nb-cores=1 \
		--port-topology=loop
	tp set fwd icmpecho
	tp start
	reachable a "$NET4.77" 20
	ping_ok a "$NET4.77" 20
	ping_ok a "$NET4.77" 20 -s 1400
	ping_ok a "$HOST_IP" 5
	tp stop
	tp_quit
}

# to_driver NAME: the guest's devices, both of them.
to_driver() {
	# shellcheck disable=SC2016
	guest run a "$(printf 'to=%s\n' "$1")"'
		for d in /sys/bus/pci/devices/*; do
			[ "$(cat $d/vendor)$(cat $d/device)" = 0x80860x1889 ] || continue
			echo $to >$d/driver_override
			[ ! -e $d/driver ] || echo ${d##*/} >$d/driver/unbind
			echo ${d##*/} >/sys/bus/pci/drivers_probe
			readlink $d/driver | grep -q "/$to\$" || exit 1
		done'
}

# In a guest DPDK needs nothing of ours: vfio-pci, and an IOMMU, as Debian's kernel
# has no vfio without. (It cannot remap interrupts.)
in_guest() {
	local before

	guest run a "modprobe vfio_iommu_type1 allow_unsafe_interrupts=1 && modprobe vfio-pci &&
		sysctl -qw vm.nr_hugepages=64 && mkdir -p /dev/hugepages &&
		mount -t hugetlbfs hugetlbfs /dev/hugepages"
	to_driver vfio-pci
	before=$(stat_of "$C" rx_unicast)
	trap tp_end EXIT
	tp_start "$OUT/testpmd-in-guest.txt" guest run -i a stdbuf -oL dpdk-testpmd --lcores '(0,1)@0' \
		-m 64 --in-memory -- --no-mlockall -i --total-num-mbufs=8192 --nb-cores=1 \
		"--eth-peer=0,$(mac_of 3)" "--eth-peer=1,$(mac_of 2)"
	tp show port summary all | grep -c net_iavf | grep -qx 2
	tp_forward io 1
	tp_forward mac 1
	tp_stats 500
	[ $(($(stat_of "$C" rx_unicast) - before)) -gt 500 ]
	tp_reset 0
	tp_forward io 1
	# Killed under traffic: the devices are as new for the next driver.
	tp start tx_first
	sleep 1
	guest run a 'killall -KILL dpdk-testpmd'
	tp_end
	to_driver iavf
	net_up a 1
	reachable a "$HOST_IP" 20
	ping_ok a "$HOST_IP" 20
	[ "$(errors_in a)" = '' ] || die "$(errors_in a)"
	guest stop a
}

ends() {
	for n in 1 2 3 4; do
		mdev_remove "$(uuid $n)"
	done
	umount /usr/lib/x86_64-linux-gnu/dpdk/pmds-*
	sysctl -qw vm.nr_hugepages=0
	unload
	balanced
	! dmesg | grep -E "$SPLAT" || die "the kernel log has a splat"
}

check dpdk-boot boots
if ! command -v dpdk-testpmd >/dev/null; then
	finish
	exit
fi
check dpdk-sentences sentences
check dpdk-forward forwards
check dpdk-rx-interrupts rx_interrupts
check dpdk-hotplug hotplug
check dpdk-removal removal
check dpdk-user user
check dpdk-install installs
LOAD=()
check dpdk-rss rss
check dpdk-guest with_guest
check dpdk-in-guest in_guest
check dpdk-end ends
finish
