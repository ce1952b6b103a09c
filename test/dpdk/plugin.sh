#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# plugin.sh RELEASE: the plugin in the stock testpmd of a Debian release, from
# build/dpdk/RELEASE (test/dpdk/roots), without mediated devices and without a
# kernel that has them. First what it says then; after that with fakevfio, on
# which the release's own iavf driver probes. Writes results (test/lib/results.sh).
# Environment: EMUL (default .): the tree to take the device model from.
# shellcheck source-path=SCRIPTDIR
set -uo pipefail

cd "$(dirname "$0")/../.." || exit
# shellcheck source=../lib/results.sh
. test/lib/results.sh
# shellcheck source=testpmd.sh
. test/dpdk/testpmd.sh
# Other tests may have the CPUs.
export TP_START=180 TP_WAIT=60 TP_SETTLE=3

release=${1:?usage: plugin.sh RELEASE}
root=$PWD/build/dpdk/$release
work=$PWD/build/dpdk-test/$release
emul=${EMUL:-.}
lib=$root/usr/lib/x86_64-linux-gnu
a=83b8f4f2-509f-382f-3c1e-e6bfe0fa1001
b=83b8f4f2-509f-382f-3c1e-e6bfe0fa1002
gone=83b8f4f2-509f-382f-3c1e-e6bfe0fa1009
plugin=$PWD/build/dpdk-plugin/$release-gcc/librte_bus_mdev.so
ld=$(find "$root" -path '*x86_64-linux-gnu*' -name ld-linux-x86-64.so.2 | head -n 1)

# EAL loads nothing from below a directory that everyone may write to. Where this
# tree is in one (/tmp), from a copy elsewhere.
copies=
dir=$PWD
while [ "$dir" != / ]; do
	if [ -n "$(find "$dir" -maxdepth 0 -perm -0002)" ]; then
		copies=$(mktemp -d "$HOME/.vdcm-dpdk.XXXXXX") || exit
		trap 'rm -rf "$copies"' EXIT
		break
	fi
	dir=$(dirname "$dir")
done

# loadable FILE: prints from where.
loadable() {
	if [ -n "$copies" ]; then
		cp "$1" "$copies/"
		echo "$copies/$(basename "$1")"
	else
		echo "$1"
	fi
}

drivers=()
for name in librte_net_iavf librte_mempool_ring; do
	for file in "$lib/$name".so.??; do
		drivers+=(-d "$(loadable "$file")")
	done
done
rm -rf "$work"
mkdir -p "$work"
results_begin "dpdk-$release"

# step NAME FUNCTION [ARG...]: a result. In this shell, as testpmd is its child.
step() {
	local name=dpdk/$release/$1

	shift
	if "$@" >"$work/step" 2>&1; then
		ok "$name"
	else
		cat "$work/step"
		not_ok "$name" "$(grep -v '^ *$' "$work/step" | tail -n 1)"
	fi
}

build() { make -s -f dpdk/Makefile CC="$1" DPDK_DIR="$root" OUT="build/dpdk-plugin/$release-$1"; }

program=$root/usr/bin/dpdk-testpmd

# The libraries of the release alone, its C library included. In a subshell, so
# that a signal finds it.
run_in_root() (
	exec timeout 300 "$ld" ${PRELOAD:+--preload "$PRELOAD"} --library-path "$lib:$root/lib/x86_64-linux-gnu" \
		"$program" --no-huge --no-pci --no-shconf -m 128 \
		"${drivers[@]}" -d "$plugin" "$@"
)

# says REGEX ARG...: testpmd, which finds no port, says so.
says() {
	local want=$1 text

	shift
	text=$(run_in_root --lcores 0 "$@" -- --no-mlockall -i </dev/null 2>&1)
	grep -E "$want" <<<"$text" || {
		echo "$text"
		return 1
	}
}

no_such_mdev() {
	[ ! -e "/sys/bus/mdev/devices/$gone" ] || return 1
	says "mdev: $gone: (this machine has no mediated devices|there is no such mediated device)" \
		-a "mdev:$gone"
}
# The bus of Hyper-V's devices takes every UUID for one of its own. Whichever of the
# two is loaded first, and by either name.
beside_vmbus() {
	local vmbus ours=$plugin plugin=$plugin drivers=("${drivers[@]}")

	make -s -f test/dpdk/Makefile ROOT="$root" OUT="$work" vmbus || return 1
	vmbus=$(loadable "$work/librte_bus_vmbus.so")
	drivers+=(-d "$vmbus")
	says "Registered \\[vmbus\\] bus" --log-level=lib.eal:debug -a "mdev:$gone" || return 1
	no_such_mdev && bare_uuid || return 1
	drivers[-1]=$ours
	plugin=$vmbus
	no_such_mdev && bare_uuid
}
bare_uuid() { says "mdev: $gone: " -a "$gone"; }
not_a_uuid() { says 'failed to parse device|Cannot init EAL|unable to parse device' -a mdev:83b8f4f2-509f; }

# ---------------------------------------------------------------- with fakevfio

make_tree() {
	local n=100 u

	rm -rf "$work/sysfs"
	for u in "$a" "$b"; do
		mkdir -p "$work/sysfs/$u/mdev_type"
		echo vfio-pci >"$work/sysfs/$u/mdev_type/device_api"
		ln -s "../../../../kernel/iommu_groups/$n" "$work/sysfs/$u/iommu_group"
		n=$((n + 1))
	done
}

# fake_testpmd QUEUES EAL_ARGS... -- ARGS...
fake_testpmd() {
	local queues=$1

	shift
	export FAKEVFIO_DIR=$work/sysfs FAKEVFIO_MDEVS="$a=$queues $b=$queues"
	export PRELOAD=$work/fake/fakevfio.so
	run_in_root --lcores '(0,1)@0' "$@"
}

# shellcheck disable=SC2054 # The commas are testpmd's.
common=(--no-mlockall -i --total-num-mbufs=8192 --nb-cores=1
	--eth-peer=0,02:00:00:00:00:02 --eth-peer=1,02:00:00:00:00:01)


# No DMA outside of what was mapped, among others.
no_faults() { ! grep -a 'fakevfio:' "$work"/*.log; }

refuses_missing() {
	local text

	text=$(tp port attach "mdev:$gone") || return 1
	grep -q "mdev: $gone: there is no such mediated device" <<<"$text" || {
		echo "$text"
		return 1
	}
	[ "$(tp show port summary all | grep -c "$a\|$b")" = 2 ]
}

refuses_twice() {
	tp port attach "mdev:$a" | grep -iE 'fail|already|exist' || return 1
	tp_forward io 1
}

reattach() {
	tp_detach 1 "$b" && tp_attach "$b" 1 && tp_forward io 1 || return 1
	# Both: the container goes, and comes again.
	tp_detach 1 "$b" && tp_detach 0 "$a" && tp_attach "$a" 0 && tp_attach "$b" 1 &&
		tp_forward io 1
}

# As the PF does: the driver is told, and the application resets the port.
pf_reset() {
	local from

	from=$(tp_size)
	: >"$work/sysfs/$a/reset"
	tp_says "$from" 60 'Port 0: .*reset event' || return 1
	tp_reset 0 && tp_forward io 1
}

removal() {
	local from

	from=$(tp_size)
	: >"$work/sysfs/$b/request"
	tp_says "$from" 60 "mdev: $b: the host asks for the device" || return 1
	tp_says "$from" 60 'is detached|are detached' || return 1
	! tp show port summary all | grep -q "$b"
}

# Receive interrupts, for which testpmd has no use.
rx_interrupts() (
	make -s -f test/dpdk/Makefile ROOT="$root" OUT="$work" rxintr || return 1
	program=$work/rxintr
	fake_testpmd 1 "${mdevs[@]}" 2>&1 | tee "$work/rxintr.log"
	grep -q 'each with its interrupt' "$work/rxintr.log"
)

# prompted yes|no TEXT: does tp_prompted() think so?
prompted() {
	local got=no

	tp_log=$work/said
	printf '%b' "$2" >"$tp_log"
	! tp_prompted 0 || got=yes
	[ $got = "$1" ] || tp_fail "$1, but not for: $2"
}

# Other threads speak, too.
prompts() {
	local event='\nPort 0: link state change event\n'

	prompted yes 'port start 0\nDone\ntestpmd> ' &&
		prompted yes 'testpmd> ' &&
		prompted yes "Done\nt${event}estpmd> " &&
		prompted yes "Done\ntes${event}${event}tpm${event}d> " &&
		prompted yes "Done\ntestpmd>${event} " &&
		prompted yes 'Done\ntestIAVF_DRIVER: something\npmd> ' &&
		prompted no 'Done\ntestpmd>' &&
		prompted no 'show\ntable\nentry\n' &&
		prompted no ''
}

devices() { tp show device info all | grep -E "Bus name: mdev|$a"; }

step prompt prompts
step build-gcc build gcc
plugin=$(loadable "$plugin")
if command -v clang >/dev/null; then
	step build-clang build clang
else
	skip "dpdk/$release/build-clang" 'no clang'
fi
step loads no_such_mdev
step bare-uuid bare_uuid
step beside-vmbus beside_vmbus
step not-a-uuid not_a_uuid

if ! grep -q avf_page_attach "$emul/include/avf_emul.h"; then
	skip "dpdk/$release/iavf" 'the device model has no registers in memory'
	exit 0
fi
step fakevfio make -s -f test/dpdk/Makefile EMUL="$emul" ROOT="$root" OUT="$work/fake" fake
make_tree

session() { # NAME QUEUES EAL_ARGS... -- ARGS...
	local name=$1

	shift
	tp_start "$work/$name.log" fake_testpmd "$@"
}
mdevs=(-a "mdev:$a" -a "mdev:$b")

if session one 1 "${mdevs[@]}" -- "${common[@]}" --enable-rx-cksum; then
	ok "dpdk/$release/probes"
	step io tp_forward io 1
	step mac tp_forward mac 1
	step stats tp_stats 500
	step devices devices
	step restart tp_restart
	step port-reset tp_reset 0
	step after-reset tp_forward io 1
	step pf-reset pf_reset
	step vlan tp_vlan
	step csum tp_csum
	step missing refuses_missing
	step twice refuses_twice
	step reattach reattach
	step quit tp_quit
else
	not_ok "dpdk/$release/probes" "$(tail -n 1 "$work/one.log")"
fi
if session four 4 "${mdevs[@]}" -- "${common[@]}" --rxq=4 --txq=4 \
	--txonly-multi-flow --rss-udp; then
	step rss tp_rss
	step rss-io tp_forward io 1
	step rss-quit tp_quit
else
	not_ok "dpdk/$release/rss" "$(tail -n 1 "$work/four.log")"
fi
if session removal 1 "${mdevs[@]}" -- "${common[@]}" --hot-plug; then
	step removal removal
	step removal-quit tp_quit
else
	not_ok "dpdk/$release/removal" "$(tail -n 1 "$work/removal.log")"
fi
step rx-interrupts rx_interrupts
step dma no_faults
tp_end
