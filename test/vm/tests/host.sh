#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Inside a test VM, without guests: wrong requests of an operator, limits,
# several PFs, and a user of the vfio device who tries everything (vfio_abuse).
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

loads() { load; }

wrong_uuid() {
	fails_with 'Invalid argument' put not-a-uuid "$(type_dir)/create"
	fails_with 'Invalid argument' put "$(uuid 1)0" "$(type_dir)/create"
	fails_with 'Invalid argument' put '' "$(type_dir)/create"
	mdev_create 1
	fails_with 'File exists' put "$(uuid 1)" "$(type_dir)/create"
	mdev_remove "$(uuid 1)"
}

wrong_attributes() {
	local d
	mdev_create 1
	d=$MDEV/$(uuid 1)
	fails_with 'Invalid argument' put 01:00:5e:00:00:01 "$d/mac"
	fails_with 'Invalid argument' put 00:00:00:00:00:00 "$d/mac"
	fails_with 'Invalid argument' put nonsense "$d/mac"
	fails_with 'Invalid argument' put sideways "$d/link"
	fails_with 'Invalid argument' put 0 "$d/reset"
	fails_with 'No such device' put 1 "$d/reset"
	dmesg | tail -n 20 | grep -q 'mac: not a unicast address'
	mdev_remove "$(uuid 1)"
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
	[ ! -e "$MDEV/$(uuid 65)" ]
	for i in $(seq 64); do
		mdev_remove "$(uuid "$i")"
	done
	[ "$(cat "$(type_dir)/available_instances")" = 64 ]
}

abuse() {
	local bin=/tmp/vfio_abuse src
	src=$(dirname "$0")/../../vfio
	[ -d "$src" ] || { echo "no $src"; return 1; }
	modprobe vfio_iommu_type1
	mdev_create 1
	mdev_create 2
	make -s -C "$src" OBJ=/tmp/vfio-tests
	for bin in /tmp/vfio-tests/test_*; do
		[ -x "$bin" ] || continue
		echo "== $(basename "$bin")"
		timeout 120 "$bin" "$(uuid 1)" "$(uuid 2)" || die "$(basename "$bin") failed"
	done
	mdev_remove "$(uuid 1)"
	mdev_remove "$(uuid 2)"
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
check adis-64 sixty_four
check vfio-abuse abuse
check host-unload unloads
check several-pfs several_pfs
check unbind-bind unbind_bind
check load-unload-20 load_unload_20
check host-kernel-log log_is_clean
finish
