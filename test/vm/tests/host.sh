#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Inside a test VM, without guests: wrong requests of an operator, limits,
# several PFs, and a user of the vfio device who tries everything.
# Run by test/vm/suite.
# shellcheck source-path=SCRIPTDIR disable=SC2119

. "$(dirname "$0")/lib.sh"

# fails_with ERRNO_TEXT COMMAND...: it fails, and for that reason.
fails_with() {
	local want=$1 got
	shift
	if got=$("$@" 2>&1); then
		die "worked, but should not: $*"
	fi
	echo "$got"
	case $got in
	*"$want"*) ;;
	*) die "wanted '$want', got '$got'" ;;
	esac
}

# bash names the error; dash calls every one an I/O error.
put() { bash -c 'echo "$1" >"$2"' put "$1" "$2"; }

# What test/vm/build-modules built.
PROGRAMS=/run/bed/programs

# What a test that failed half-way left behind must not fail the next one.
clear_mdevs() {
	local d
	for d in "$MDEV"/*; do
		[ ! -e "$d" ] || echo 1 >"$d/remove"
	done
}

loads() { load; }

wrong_uuid() {
	fails_with 'Invalid argument' put not-a-uuid "$(type_dir)/create"
	fails_with 'Invalid argument' put "$(uuid 1)0" "$(type_dir)/create"
	fails_with 'Invalid argument' put '' "$(type_dir)/create"
	mdev_create 1
	fails_with 'File exists' put "$(uuid 1)" "$(type_dir)/create"
	mdev_remove "$(uuid 1)"
}

# last_error TEXT [PF]: the PF says that, and nothing else.
last_error() {
	local got
	got=$(cat "/sys/class/mdev_bus/$(pf "${2:-0}")/last_error")
	[ "$got" = "$1" ] || die "last_error is '$got', not '$1'"
}

wrong_attributes() {
	local d
	last_error ''
	mdev_create 1
	d=$MDEV/$(uuid 1)
	fails_with 'Invalid argument' put 01:00:5e:00:00:01 "$d/mac"
	fails_with 'Invalid argument' put 00:00:00:00:00:00 "$d/mac"
	fails_with 'Invalid argument' put nonsense "$d/mac"
	fails_with 'Invalid argument' put sideways "$d/link"
	fails_with 'Invalid argument' put 0 "$d/reset"
	fails_with 'No such device' put 1 "$d/reset"
	dmesg | tail -n 20 | grep -q 'mac: not a unicast address'
	fails_with 'Invalid argument' put sideways "$d/link"
	last_error "$(uuid 1): link: write \"up\" or \"down\""
	put up "$d/link"
	last_error "$(uuid 1): link: write \"up\" or \"down\""
	mdev_remove "$(uuid 1)"
}

# What the file takes, says and refuses.
weights() {
	local d v
	mounts
	mdev_create 1
	d=$MDEV/$(uuid 1)
	[ "$(cat "$d/weight")" = 100 ]
	for v in 1 10000 300; do
		put "$v" "$d/weight"
		[ "$(cat "$d/weight")" = "$v" ]
	done
	for v in 0 10001 -1 1.5 4294967297 much ''; do
		fails_with 'Invalid argument' put "$v" "$d/weight"
	done
	last_error "$(uuid 1): weight: write a weight of 1 to 10000"
	[ "$(cat "$d/weight")" = 300 ]
	grep -x 'weight 300' "$DEBUG/$(uuid 1)/worker"
	mdev_remove "$(uuid 1)"
	# The next device with that UUID is as new.
	mdev_create 1
	[ "$(cat "$d/weight")" = 100 ]
	mdev_remove "$(uuid 1)"
}

# What senders with full rings are given of a third one's.
weight_shares() {
	local i
	modprobe vfio_iommu_type1
	for i in 1 2 3; do
		mdev_create "$i"
	done
	timeout 120 "$PROGRAMS/test_weight" "$(uuid 1)" "$(uuid 2)" \
		"$(uuid 3)" "$(pgrep '^vdcm/')"
	for i in 1 2 3; do
		mdev_remove "$(uuid "$i")"
	done
}

# 64 alive on one PF; the next is refused with a sentence.
sixty_four() {
	local i
	for i in $(seq 64); do
		mdev_create "$i" >/dev/null || die "number $i refused"
	done
	[ "$(cat "$(type_dir)/available_instances")" = 0 ]
	fails_with 'No space left' put "$(uuid 65)" "$(type_dir)/create"
	dmesg | tail -n 5 | grep 'all 64 ADIs are in use'
	last_error "$(pf): cannot create $(uuid 65): all 64 ADIs are in use; remove one or load the PF driver with a larger max_adis"
	[ ! -e "$MDEV/$(uuid 65)" ]
	for i in $(seq 64); do
		mdev_remove "$(uuid "$i")"
	done
	[ "$(cat "$(type_dir)/available_instances")" = 64 ]
}

abuse() {
	local bin t0=$SECONDS
	modprobe vfio_iommu_type1
	mdev_create 1
	mdev_create 2
	for bin in "$PROGRAMS"/test_*; do
		case $(basename "$bin") in
		# For checks of their own, and for another PF's devices.
		test_kvm | test_weight | test_hw | test_pasid | test_fill) continue ;;
		esac
		echo "== $(basename "$bin"), after $((SECONDS - t0)) s"
		timeout 300 "$bin" "$(uuid 1)" "$(uuid 2)" || die "$(basename "$bin") failed"
	done
	mdev_remove "$(uuid 1)"
	mdev_remove "$(uuid 2)"
}

# A user who may lock next to nothing: all is copied, nothing lost, and the host's
# log is not the user's to fill.
memlock() {
	local t0=$SECONDS n
	modprobe vfio_iommu_type1
	mdev_create 1
	mdev_create 2
	(
		ulimit -l 64
		exec setpriv --bounding-set -ipc_lock timeout 300 "$PROGRAMS/test_traffic" "$(uuid 1)" "$(uuid 2)" 1000
	)
	[ "$(stat_of "$(uuid 1)" dma_errors)" = 0 ]
	[ "$(stat_of "$(uuid 2)" dma_errors)" = 0 ]
	n=$(log_since memlock | grep -c 'RLIMIT_MEMLOCK')
	echo "$n messages in $((SECONDS - t0)) s"
	[ "$n" -ge 1 ] && [ "$n" -le $((2 * (SECONDS - t0) + 4)) ]
	mdev_remove "$(uuid 1)"
	mdev_remove "$(uuid 2)"
}

# A device that waits for its rate, with its registers in memory: they are looked
# at meanwhile, and that takes no CPU to speak of.
limited() {
	local t0 t1
	modprobe vfio_iommu_type1
	mdev_create 1
	mdev_create 2
	echo 1 >"$MDEV/$(uuid 1)/max_tx_rate"
	t0=$(worker_ticks)
	timeout 300 "$PROGRAMS/test_bar" "$(uuid 1)" "$(uuid 2)" limited
	t1=$(worker_ticks)
	echo "the worker ran for $((t1 - t0)) ticks in 3 s or more"
	[ $((t1 - t0)) -lt 150 ]
	mdev_remove "$(uuid 1)"
	mdev_remove "$(uuid 2)"
}

# KVM finds a doorbell page again that was taken away while it looked.
kvm_doorbell() {
	local rc=0
	modprobe kvm_amd || modprobe kvm_intel || true
	mdev_create 1
	timeout 300 "$PROGRAMS/test_kvm" "$(uuid 1)" || rc=$?
	# If it ended early.
	echo 0 >/sys/module/vdcm/parameters/doorbell_hold_us
	mdev_remove "$(uuid 1)"
	return "$rc"
}

# What the kernel puts into every mediated device's directory.
KERNELS='^(power|vfio-dev)/|^(uevent|subsystem|driver|mdev_type|iommu_group|remove|waiting_for_supplier)$|^(consumer|supplier):'
DEBUG=/sys/kernel/debug/vdcm
TRACING=/sys/kernel/tracing

abi() { "$(dirname "$0")/../../abi.sh" "$@"; }

mounts() {
	mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug
	mountpoint -q $TRACING || mount -t tracefs none $TRACING
}

# sysfs-abi/ describes what is there, and no more.
files_as_described() {
	local p name types='/sys/class/mdev_bus/<pf>/mdev_supported_types'
	mounts
	mdev_create 1
	abi live '/sys/bus/mdev/devices/<uuid>' "$MDEV/$(uuid 1)" "$KERNELS"
	abi live '/sys/kernel/debug/vdcm/<uuid>' "$DEBUG/$(uuid 1)"
	abi live /sys/kernel/tracing/events/vdcm $TRACING/events/vdcm \
		'^(enable|filter)$|/.'
	abi live /sys/module/vdcm/parameters /sys/module/vdcm/parameters
	abi live /sys/module/vdcm_swpf/parameters /sys/module/vdcm_swpf/parameters
	diff <(abi below "$types" | sed 's/^<driver>/swpf/' | sort) \
		<(find "$(dirname "$(type_dir)")" -mindepth 1 -maxdepth 1 -printf '%P/\n' | sort)
	for name in "$(type_dir)"/*; do
		name=${name##*/}
		abi text "$types/<driver>-vdcm/" | grep -wF "$name" || die "type: $name is not described"
	done
	mdev_remove "$(uuid 1)"

	# What a driver adds to the PF's directory.
	p=$(pf)
	find "/sys/bus/pci/devices/$p/" -mindepth 1 -maxdepth 1 -printf '%P\n' | sort >"$OUT/bound"
	echo "$p" >/sys/bus/pci/drivers/swpf/unbind
	find "/sys/bus/pci/devices/$p/" -mindepth 1 -maxdepth 1 -printf '%P\n' | sort >"$OUT/unbound"
	echo "$p" >/sys/bus/pci/drivers/swpf/bind
	for name in $(comm -23 "$OUT/bound" "$OUT/unbound" |
		grep -vxE 'driver|net|mdev_supported_types|ptp|(consumer|supplier):.*'); do
		abi below '/sys/bus/pci/devices/<pf>' | grep -xE "$name/?" ||
			die "PF: $name is not described"
	done
}

# debugfs is read while devices come, go and are reset under it.
state_any_time() {
	local i pids='' stop=$OUT/state.stop
	mounts
	rm -f "$stop"
	for i in 1 2; do
		while [ ! -e "$stop" ]; do
			cat $DEBUG/*/* >/dev/null 2>&1 || true
		done &
		pids+=" $!"
	done
	for i in $(seq 30); do
		mdev_create 1 >/dev/null
		mdev_remove "$(uuid 1)"
	done
	mdev_create 1
	mdev_create 2
	timeout 120 "$PROGRAMS/test_messages" "$(uuid 1)" "$(uuid 2)" || die 'test_messages failed'
	touch "$stop"
	# shellcheck disable=SC2086 # a list
	wait $pids
	for i in "$DEBUG/$(uuid 1)"/*; do
		echo "== $i"
		cat "$i"
	done
	grep -x '0x8800 RSTAT 0x00000002' "$DEBUG/$(uuid 1)/regs"
	grep '^tx0 enabled 0 ' "$DEBUG/$(uuid 1)/queues"
	grep -x 'mode auto' "$DEBUG/$(uuid 1)/doorbell"
	grep -x 'queued 0' "$DEBUG/$(uuid 1)/worker"
	# A file that is open when its device goes fails then, and does no harm.
	exec 9<"$DEBUG/$(uuid 1)/regs"
	mdev_remove "$(uuid 1)"
	fails_with 'Input/output error' cat <&9
	exec 9<&-
	[ ! -e "$DEBUG/$(uuid 1)" ]
	mdev_remove "$(uuid 2)"
	[ -z "$(ls $DEBUG)" ]
}

# trace_has REGEX: a line of the trace.
trace_has() { grep -m 1 -E "$1" "$OUT/trace" || die "not traced: $1"; }

traces() {
	local u
	mounts
	u=$(uuid 1)
	echo 16384 >$TRACING/buffer_size_kb
	echo >$TRACING/trace
	echo "uuid == \"$u\"" >$TRACING/events/vdcm/filter
	echo 1 >$TRACING/events/vdcm/enable
	mdev_create 1
	mdev_create 2
	timeout 120 "$PROGRAMS/test_messages" "$u" "$(uuid 2)" || die 'test_messages failed'
	mdev_remove "$u"
	mdev_remove "$(uuid 2)"
	echo 0 >$TRACING/events/vdcm/enable
	echo 0 >$TRACING/events/vdcm/filter
	cp $TRACING/trace "$OUT/trace"
	echo 1408 >$TRACING/buffer_size_kb
	trace_has "vdcm_create: $u pf=$(pf)\$"
	trace_has "vdcm_open: $u "
	trace_has "vdcm_message: $u from-driver op=1 VERSION status=0 len=8"
	trace_has "vdcm_message: $u to-driver op=1 VERSION status=0 len=8"
	trace_has "vdcm_reset: $u cause=flr"
	trace_has "vdcm_write: $u bar0 offset=0x8400 len=4 "
	trace_has "vdcm_(read|write): $u config "
	trace_has "vdcm_close: $u "
	trace_has "vdcm_remove: $u "
	! grep "$(uuid 2)" "$OUT/trace" || die 'the filter let others pass'
}

# devlink knows what drives the PF, and the registers of its devices.
devlink_pf() {
	local p r
	command -v devlink >/dev/null || { echo 'no devlink command'; exit 77; }
	p=pci/$(pf)
	devlink dev info "$p"
	devlink dev info "$p" | grep -w 'driver swpf'
	devlink dev info "$p" | grep -w 'driver 0.1'
	mdev_create 1
	r=$p/$(uuid 1)
	devlink region show "$r"
	devlink region new "$r" snapshot 1
	# RSTAT, 0x8800; the command of 5.10 knows decimal numbers only.
	devlink region read "$r" snapshot 1 address 34816 length 4 | tee "$OUT/rstat"
	grep -E '^0*8800 02 00 00 00' "$OUT/rstat"
	devlink region del "$r" snapshot 1
	# A snapshot that nobody deletes goes with its device.
	devlink region new "$r" snapshot 2
	mdev_remove "$(uuid 1)"
	! devlink region show "$r" || die 'the region is still there'
}

unloads() {
	unload
	balanced
}

several_pfs() {
	local i
	fails_with 'Invalid argument' modprobe vdcm_swpf pfs=0
	fails_with 'Invalid argument' modprobe vdcm_swpf max_adis=100000
	modprobe vdcm_swpf pfs=3 max_adis=2
	[ "$(lspci -n -d ad10:5f00 | wc -l)" = 3 ]
	for i in 0 1 2; do
		mdev_create $((10 * i + 1)) "$i"
		mdev_create $((10 * i + 2)) "$i"
		fails_with 'No space left' put "$(uuid $((10 * i + 3)))" "$(type_dir "$i")/create"
		[ -n "$(uplink "$i")" ]
	done
	# With its devices still there: they go with it.
	unload
	[ -z "$(ls $MDEV)" ]
	balanced
}

unbind_bind() {
	local p
	load
	p=$(pf)
	mdev_create 1
	echo "$p" >/sys/bus/pci/drivers/swpf/unbind
	[ ! -e "$MDEV/$(uuid 1)" ]
	echo "$p" >/sys/bus/pci/drivers/swpf/bind
	mdev_create 1
	mdev_remove "$(uuid 1)"
	unload
	balanced
}

load_unload_20() {
	local i
	for i in $(seq 20); do
		load
		mdev_create 1 >/dev/null
		unload
	done
	balanced
}

log_is_clean() {
	! dmesg | grep -E "$SPLAT" || die "the kernel log has a splat"
}

check host-load loads
check wrong-uuid wrong_uuid
check wrong-attributes wrong_attributes
clear_mdevs
check weight-attribute weights
clear_mdevs
check weight-shares weight_shares
clear_mdevs
check adis-64 sixty_four
clear_mdevs
check vfio-abuse abuse
clear_mdevs
check memlock memlock
clear_mdevs
check limited-in-memory limited
clear_mdevs
check kvm-doorbell kvm_doorbell
clear_mdevs
check files-as-described files_as_described
clear_mdevs
check state-any-time state_any_time
clear_mdevs
check traces traces
clear_mdevs
check devlink devlink_pf
clear_mdevs
check host-unload unloads
check several-pfs several_pfs
check unbind-bind unbind_bind
check load-unload-20 load_unload_20
check host-kernel-log log_is_clean
finish
