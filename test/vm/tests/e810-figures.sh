#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Figures of the E810's path, for README.md; not part of the suite:
#
#   test/vm/run --e810 --smp 1 RELEASE test/vm/tests/e810-figures.sh [MIB]
#
# How long filling the mirror of a guest with MIB (2048) takes, against what vfio
# needs for the same memory of a plain PCI device, in the same VM: by pages of 4 KiB
# and of 2 MiB, three times each. How long attaching a PASID takes, and releasing it.
# shellcheck source-path=SCRIPTDIR disable=SC2119

. "$(dirname "$0")/lib.sh"

PROGRAMS=/run/bed/programs
MIB=${1:-2048}
TRACE=/sys/kernel/tracing
PF=

pf() { echo "$PF"; }
type_dir() { echo "/sys/class/mdev_bus/$PF/mdev_supported_types/e810-vdcm"; }

# give DRIVER: the port to it.
give() {
	local old=/sys/bus/pci/devices/$PF/driver
	[ ! -e "$old" ] || echo "$PF" >"$old/unbind"
	echo "$1" >"/sys/bus/pci/devices/$PF/driver_override"
	echo "$PF" >/sys/bus/pci/drivers_probe
	[ -e "$old" ]
}

huge_pages() {
	echo 3 >/proc/sys/vm/drop_caches
	echo "$1" >/proc/sys/vm/nr_hugepages
	[ "$(cat /proc/sys/vm/nr_hugepages)" = "$1" ]
}

# times HOW WHAT [huge]: three runs; the best, in BEST. How large the entries are
# of which the IOMMU's tables consist, is told by their number: a page of tables
# for each 2 MiB, or none. Where the kernel does not count these (5.10), by the
# level at which its driver looks for an entry, in a run more that is not timed.
times() {
	local i out ms tables
	BEST=
	for i in 1 2 3; do
		# When it has ended, and its memory is free again.
		out=$("$PROGRAMS/test_fill" "$1" "$2" "$MIB" ${3:+"$3"})
		read -r ms tables <<<"$out"
		echo "$1 ${3:-small}: $ms ms, $tables pages of tables"
		[ -n "$BEST" ] && awk "BEGIN { exit !($BEST <= $ms) }" || BEST=$ms
	done
	if [ "$tables" = -1 ]; then
		echo >$TRACE/trace
		echo 1 >$TRACE/events/vdcm_test/entry/enable
		"$PROGRAMS/test_fill" "$1" "$2" "$MIB" ${3:+"$3"}
		echo 0 >$TRACE/events/vdcm_test/entry/enable
		tables=$(grep -c 'level=1$' $TRACE/trace)
		echo "$tables entries of 4 KiB looked for, and $(grep -c 'level=[23]$' $TRACE/trace) larger ones"
	fi
	if [ -n "${3:-}" ]; then
		[ "$tables" -le $((MIB / 16 + 16)) ] || die "huge pages are not mapped as such: $tables"
	else
		[ "$tables" -ge $((MIB / 2)) ] || die "the measure shows nothing: $tables"
	fi
}

# The figure to reach is twice vfio's. Huge pages have to be mapped as such.
fill() {
	local size base how
	mountpoint -q $TRACE || mount -t tracefs tracefs $TRACE
	case $(uname -r) in
	5.10.*)	echo 65536 >$TRACE/buffer_size_kb
		echo 'p:vdcm_test/entry pfn_to_dma_pte level=+0(%dx):s32' >$TRACE/kprobe_events ;;
	esac
	modprobe vfio_iommu_type1
	for size in '' huge; do
		[ -z "$size" ] || huge_pages $((MIB / 2))
		modprobe vfio-pci
		give vfio-pci
		times pci "$PF" $size
		base=$BEST
		give e810
		mdev_create 1
		for how in probe hint; do
			times $how "$(uuid 1)" $size
			awk -v how=$how -v size="${size:-small}" -v mib="$MIB" -v a="$BEST" -v b="$base" '
				BEGIN { printf "figure: %d MiB of %s pages: %s %.0f ms, vfio-pci %.0f ms, ratio %.2f\n", mib, size, how, a, b, a / b }'
		done
		mdev_remove "$(uuid 1)"
	done
	huge_pages 0
}

# What the two functions take that do it, and all that is below them.
pasid() {
	local i f
	mountpoint -q $TRACE || mount -t tracefs tracefs $TRACE
	give e810
	echo >$TRACE/trace
	echo 1 >$TRACE/max_graph_depth
	printf 'vdcm_space_create\nvdcm_space_destroy\n' >$TRACE/set_graph_function
	echo function_graph >$TRACE/current_tracer
	for i in $(seq 50); do
		mdev_create "$i" >/dev/null
	done
	for i in $(seq 50); do
		mdev_remove "$(uuid "$i")"
	done
	for f in vdcm_space_create vdcm_space_destroy; do
		grep "$f" $TRACE/trace | sed -E 's/.* ([0-9.]+) us .*/\1/' | sort -n >"$OUT/$f.us"
		[ "$(wc -l <"$OUT/$f.us")" -ge 50 ]
		echo "figure: $f: median $(sed -n 25p "$OUT/$f.us") us, longest $(tail -n 1 "$OUT/$f.us") us"
		awk '$1 >= 10000 { bad = 1 } END { exit bad }' "$OUT/$f.us"
	done
	echo nop >$TRACE/current_tracer
	echo >$TRACE/set_graph_function
}

loads() {
	modprobe vdcm_e810
	give e810
	grep -r . "/sys/class/mdev_bus/$PF/mdev_supported_types/e810-vdcm/description"
}

find_e810 || exit 1
check load loads
check pasid pasid
check fill fill
grep -h '^figure' "$OUT"/{fill,pasid}.log
finish
