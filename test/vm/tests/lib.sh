# shellcheck shell=bash disable=SC2119,SC2120
# SPDX-License-Identifier: GPL-2.0
#
# For scripts that run inside a test VM: results, kernel log, PFs and mediated
# devices, and what a pair of guests with a network needs.

set -u

: "${OUT:=/tmp/out}"
mkdir -p "$OUT"

MDEV=/sys/bus/mdev/devices
NET4=10.77.0
HOST_IP=$NET4.254
GUEST_LOST=95
passed=0
failed=0
skipped=0

# A kernel log with one of these lines is a failed test, whatever else passed.
SPLAT='WARNING:|BUG:|kernel BUG|Oops|general protection|soft lockup|hard LOCKUP|rcu: INFO|self-detected stall|detected stalls|hung_task|blocked for more than|UBSAN|KASAN|KFENCE|refcount_t|list_(add|del) corruption|Call Trace:|unable to handle'

say() { printf '\n--- %s\n' "$*"; }

die() {
	echo "$*" >&2
	return 1
}

# mark NAME: where a test begins in the kernel log.
mark() { echo "vdcm-test: begin $1" >/dev/kmsg; }

# log_since NAME: kernel messages since its mark.
log_since() {
	dmesg | awk -v m="vdcm-test: begin $1" \
		'index($0, m) { out = ""; on = 1; next } on { out = out $0 "\n" } END { printf "%s", out }'
}

# run_one NAME FUNCTION [ARG...]: in a subshell, output to a file. Leaves the
# status and the time it took in files too, for report.
run_one() {
	local name=$1 t0=$SECONDS
	shift
	# Not "|| rc=$?": that would switch errexit off inside. Appended to, as
	# by "tee -a /dev/stderr": who opens it anew must not write over others.
	: >"$OUT/$name.log"
	(
		set -e
		"$@"
	) >>"$OUT/$name.log" 2>&1
	echo $? >"$OUT/$name.rc"
	echo $((SECONDS - t0)) >"$OUT/$name.time"
}

# report NAME: print the result of a test that has run, and count it.
report() {
	local name=$1 rc secs log=$OUT/$1.log splat
	rc=$(cat "$OUT/$name.rc")
	secs=$(cat "$OUT/$name.time")
	rm -f "$OUT/$name.rc" "$OUT/$name.time"
	splat=$(log_since "$name" | grep -m 1 -E "$SPLAT")
	if [ "$rc" = 0 ] && [ -n "$splat" ]; then
		rc=1
		echo "kernel log: $splat" >>"$log"
	fi
	case $rc in
	0)
		passed=$((passed + 1))
		echo "ok $name ($secs s)"
		;;
	77)
		skipped=$((skipped + 1))
		echo "skip $name - $(tail -n 1 "$log")"
		;;
	*)
		failed=$((failed + 1))
		echo "not ok $name - $(grep -a -v '^$' "$log" | tail -n 1)"
		tail -n 80 "$log" | sed 's/^/    | /'
		log_since "$name" | tail -n 15 | sed 's/^/    k /'
		guests_alive
		;;
	esac
	return 0
}

# guests_alive: end the script when a guest's CPU is stuck; what follows would
# say nothing about the device. The suite counts it as a dead bed; but not an
# access that KVM could not make, for that is the device's.
guests_alive() {
	local g
	for g in $(guest list); do
		timeout 60 guest run "$g" true >/dev/null 2>&1 && continue
		stuck "$g"
		! grep 'kvm run failed' "$OUT/guests/$g/qemu.txt" || exit 1
		echo "BED DEAD: guest $g does not answer"
		exit "$GUEST_LOST"
	done
}

# check NAME FUNCTION [ARG...]: run one test and report it.
check() {
	mark "$1"
	run_one "$@"
	report "$1"
}

# check_start NAME FUNCTION [ARG...]: begin one that other tests run beside;
# check_end NAME reports it.
check_start() {
	mark "$1"
	run_one "$@" &
	echo $! >"$OUT/$1.pid"
}

check_end() {
	wait "$(cat "$OUT/$1.pid")"
	rm -f "$OUT/$1.pid"
	report "$1"
}

# finish: the closing line and the script's exit status.
finish() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ]
}

# find_e810: the emulated one, as PF.
find_e810() {
	local d
	for d in /sys/bus/pci/devices/*; do
		[ "$(cat "$d/vendor" "$d/device" | paste -sd:)" != 0x8086:0x1592 ] || PF=${d##*/}
	done
	[ -n "$PF" ] || die "no E810 here: test/vm/run --e810"
}

# wait_for SECONDS COMMAND...: poll until it succeeds.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || { echo "waited in vain for: $*"; return 1; }
		sleep 0.2
	done
}

# at_least WANTED VERSION: is that it, or a later one?
at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# udev_start: its daemon, which the VM does not run; udevadm control --exit ends it.
udev_start() {
	local daemon
	for daemon in /usr/lib/systemd/systemd-udevd /lib/systemd/systemd-udevd; do
		[ ! -x $daemon ] || break
	done
	mkdir -p /run/udev/rules.d
	$daemon --daemon
	udevadm control --reload
}

# -------------------------------------------------------------- PF and mdevs

# pf [N]: the Nth software PF's PCI address, from 0.
pf() {
	local all=(/sys/bus/pci/drivers/swpf/*:*)
	basename "${all[${1:-0}]}"
}

type_dir() { echo "/sys/class/mdev_bus/$(pf "${1:-0}")/mdev_supported_types/swpf-vdcm"; }

# uplink [N]: the PF's network interface on the host.
uplink() { ls "/sys/bus/pci/devices/$(pf "${1:-0}")/net"; }

uuid() { printf '76646364-0000-4000-8000-%012x\n' "$1"; }

# mdev_create N [PF]: the mediated device number N; prints its UUID.
mdev_create() {
	local u
	u=$(uuid "$1")
	echo "$u" >"$(type_dir "${2:-0}")/create" || return 1
	echo "$u"
}

mdev_remove() { echo 1 >"$MDEV/$1/remove"; }

# worker_ticks: CPU time of the PF's worker, in hundredths of a second.
worker_ticks() { awk '{ print $14 + $15 }' "/proc/$(pgrep '^vdcm/')/stat"; }

stat_of() { cat "$MDEV/$1/stats/$2"; }

load() {
	modprobe vdcm_swpf "$@"
	wait_for 5 test -e "$(type_dir)/create"
	ip link set "$(uplink)" up
	ip addr replace "$HOST_IP/24" dev "$(uplink)"
}

unload() {
	modprobe -r vdcm_swpf
	! lsmod | grep -q '^vdcm' || die "still loaded: $(lsmod | grep '^vdcm')"
}

# balanced: every PF unregistered so far had as many ADIs removed as created.
balanced() {
	dmesg | grep -o 'ADIs created [0-9]*, removed [0-9]*' | sort | uniq -c
	dmesg | grep -o 'ADIs created [0-9]*, removed [0-9]*' |
		tr -d , | awk '$3 != $5 { bad = 1 } END { exit !NR || bad }' ||
		die "ADIs created and removed differ"
}

# -------------------------------------------------------------------- guests

guest_ip() { echo "$NET4.$1"; }

# net_up GUEST NUMBER [MTU]: its iavf interface up, with an address.
net_up() {
	wait_for 40 guest run "$1" test -e /sys/class/net/eth0
	# iavf of 6.1.192 and others waits for its own reset task, says "busy"
	# after 5 s, and has changed the MTU all the same.
	guest run "$1" "[ \$(cat /sys/class/net/eth0/mtu) = ${3:-1500} ] || ip link set eth0 mtu ${3:-1500} || true"
	guest run "$1" "[ \$(cat /sys/class/net/eth0/mtu) = ${3:-1500} ]" || die "$1: MTU not ${3:-1500}"
	guest run "$1" "ip link set eth0 up && ip addr replace $(guest_ip "$2")/24 dev eth0"
	wait_for 40 carrier "$1"
}

carrier() { [ "$(guest run "$1" cat /sys/class/net/eth0/carrier | tr -d '\r')" = 1 ]; }

# in_net GUEST COMMAND: there, or in the host VM if GUEST is "host".
in_net() {
	if [ "$1" = host ]; then
		sh -c "$2"
	else
		guest run "$1" "$2"
	fi
}

# echo_replies GUEST: how many it received, as its kernel counts them.
echo_replies() {
	in_net "$1" "grep ^Icmp: /proc/net/snmp" | tr -d '\r' | awk '
		!n++ { for (i = 1; i <= NF; i++) at[$i] = i }
		END { print $at["InEchoReps"] }'
}

replies_reach() { [ "$(echo_replies "$1")" -ge "$2" ]; }

# ping_ok GUEST|host IP [COUNT] [EXTRA...]: not one packet lost. ping stays for
# twice the longest round trip after its last request, whatever -W says; on a
# busy machine an answer can take longer than those before it did. The kernel
# knows better.
ping_ok() {
	local g=$1 ip=$2 n=${3:-5} before
	shift 2
	[ $# -eq 0 ] || shift
	before=$(echo_replies "$g")
	! in_net "$g" "ping -q -i 0.01 -W 5 -c $n $* $ip" | tee -a /dev/stderr |
		grep -q " 0% packet loss" || return 0
	if wait_for 5 replies_reach "$g" $((before + n)); then
		echo "$g: ping went before the last answer came"
		return 0
	fi
	diagnose
	die "$g: ping to $ip lost packets"
}

# reachable GUEST IP SECONDS: ping gets through within that time.
reachable() { wait_for "$3" guest run "$1" "ping -q -c 1 -W 1 $2"; }

# stuck GUEST: where its CPU is, when it does not answer, and whether it runs.
stuck() {
	local cmd n=3
	echo "guest $1 does not answer"
	cat "$OUT/guests/$1/modules.txt"
	while [ $((n--)) -gt 0 ]; do
		for cmd in "info registers" "info lapic" "x /4i \$pc"; do
			guest qmp "$1" "{\"execute\": \"human-monitor-command\", \"arguments\": {\"command-line\": \"$cmd\"}}" |
				sed 's/\\r\\n/\n/g' | grep -E 'RIP|RSP|CR2|LVTT|Timer|IRR|ISR|PPR|EFL|^0x' || true
		done
		grep . /sys/kernel/debug/kvm/{exits,io_exits,mmio_exits,irq_injections,halt_exits} || true
		sleep 1
	done
}

# diagnose: what a hang leaves to see, on standard output.
diagnose() {
	local g d
	echo "== diagnosis"
	for g in $(guest list); do
		echo "-- guest $g"
		timeout 20 guest run "$g" "uptime; ip -s link show eth0; ss -tin; grep iavf /proc/interrupts; ethtool -S eth0 | head -n 12; dmesg | tail -n 5" ||
			stuck "$g"
	done
	for d in "$MDEV"/*/stats; do
		echo "-- $d"
		(cd "$d" && grep -v ':0$' <(grep . ./*)) || true
	done
	ps -o pid,stat,wchan:24,pcpu,comm -p "$(pgrep -d, 'vdcm|qemu')"
	ip -s link show "$(uplink)"
}

# tcp FROM TO_IP SECONDS [ARGS...]: iperf3, and no stall: never three seconds in
# a row without a byte at the receiver. What the sender reports is no measure: it
# counts blocks of 128 KiB when the socket takes them, half a second apart at 2 Mbit/s.
tcp() {
	local from=$1 ip=$2 secs=$3 log=$OUT/iperf.$1.$RANDOM
	shift 3
	timeout $((2 * secs + 60)) guest run "$from" \
		"iperf3 -c $ip -t $secs -i 1 -f m -l 16K --get-server-output $*" >"$log" 2>&1 || {
		cat "$log"
		diagnose
		die "iperf3 $from -> $ip failed or did not end"
	}
	cat "$log"
	awk -v reverse="$([[ " $* " != *" -R "* ]] || echo 1)" -v parallel="$([[ " $* " != *" -P "* ]] || echo 1)" '
		/^Server output:/ { server = 1 }
		server == (reverse ? 0 : 1) && /sec.*Bytes.*bits\/sec/ && !/sender|receiver/ && (!parallel || /SUM/) {
			for (i = 1; $i != "sec"; i++)
				;
			n++
			zero = $(i + 1) + 0 ? 0 : zero + 1
			if (zero > 2)
				bad++
		}
		END { if (n < 3 || bad) { print "stalled: " bad + 0 " times in " n + 0 " s"; exit 1 } }' "$log"
}

iperf_server() { guest run "$1" "iperf3 -s -D >/dev/null 2>&1; sleep 0.5"; }

# errors_in GUEST: lines of its kernel log in which iavf complains.
errors_in() {
	guest log "$1" | grep -E 'iavf' |
		grep -iE 'fail|error|timed? ?out|timeout|unable|invalid|unexpected|not ready|never finished' || true
}
