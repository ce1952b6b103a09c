#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Inside a test VM, without guests: vdcmctl on a real kernel. Needs nothing that
# the VM has not.
# shellcheck source-path=SCRIPTDIR disable=SC2119

. "$(dirname "$0")/lib.sh"

# json EXPRESSION COMMAND...: what it prints is JSON (d), and the Python
# expression about it is true.
json() {
	local expr=$1
	shift
	"$@" >/tmp/json || die "failed: $*"
	python3 -m json.tool </tmp/json >/dev/null || die "no JSON: $*"
	python3 -c 'import json, sys
d = json.load(open("/tmp/json"))
sys.exit(not eval(sys.argv[1]))' "$expr" || {
		cat /tmp/json
		die "not so: $expr"
	}
}

# refused STATUS TEXT COMMAND...: it fails so, and says that.
refused() {
	local rc=0 want=$1 text=$2 got
	shift 2
	got=$("$@" 2>&1) || rc=$?
	echo "$got"
	[ "$rc" = "$want" ] || die "status $rc, not $want: $*"
	[[ $got == *"$text"* ]] || die "no '$text' from: $*"
}

# hold UUID: has the device open until it is killed. Does not return.
hold() {
	exec python3 - "$1" <<-'EOT'
	import fcntl, os, sys, time
	uuid = sys.argv[1]
	group = os.path.basename(os.readlink(f"/sys/bus/mdev/devices/{uuid}/iommu_group"))
	c = os.open("/dev/vfio/vfio", os.O_RDWR)
	g = os.open(f"/dev/vfio/{group}", os.O_RDWR)
	fcntl.ioctl(g, 0x3b68, c.to_bytes(4, "little"))	# VFIO_GROUP_SET_CONTAINER
	fcntl.ioctl(c, 0x3b66, 3)				# VFIO_SET_IOMMU, type1 v2
	fcntl.ioctl(g, 0x3b6a, uuid.encode() + b"\0")		# VFIO_GROUP_GET_DEVICE_FD
	open("/tmp/held", "w").close()
	time.sleep(300)
	EOT
}

hold_begin() {
	rm -f /tmp/held
	modprobe vfio_iommu_type1
	hold "$1" &
	holder=$!
	wait_for 30 test -e /tmp/held
}

hold_end() {
	kill "$holder"
	wait "$holder" 2>/dev/null || true
}

no_pf() {
	vdcmctl --version
	json "d == {'pfs': [], 'adis': []}" vdcmctl list --json
	refused 3 'is vdcm_swpf loaded?' vdcmctl create
}

lists() {
	modprobe vdcm_swpf pfs=2 max_adis=4
	wait_for 5 test -e "$(type_dir 1)/create"
	vdcmctl list
	vdcmctl list | grep -E "^$(pf)  +swpf  +$(uplink)  +swpf-vdcm4  +4  +4$"
	json "[p['pf'] for p in d['pfs']] == ['$(pf)', '$(pf 1)'] and d['adis'] == []" \
		vdcmctl list --json
	json "all(t['device_api'] == 'vfio-pci' and t['available_instances'] == 4 for p in d['pfs'] for t in p['types'])" \
		vdcmctl list --json
}

creates() {
	local u
	u=$(vdcmctl create)
	[ -d "$MDEV/$u" ]
	json "d['uuid'] == '$u' and d['pf'] == '$(pf)' and d['type'] == 'swpf-vdcm' and d['iommu_group'].isdigit()" \
		vdcmctl show --json "$u"
	vdcmctl remove "$u"
	[ ! -e "$MDEV/$u" ]
	json "d['type'] == 'swpf-vdcm16' and d['attributes']['mac'] == '02:00:00:00:00:77' and d['attributes']['vlan'] == '100 3' and d['attributes']['link'] == 'down'" \
		vdcmctl create --json -p "$(pf 1)" -t swpf-vdcm16 -u "$(uuid 7)" \
		mac=02:00:00:00:00:77 'vlan=100 3' link=down
	[ "$(cat "$MDEV/$(uuid 7)/mac")" = 02:00:00:00:00:77 ]
	vdcmctl show "$(uuid 7)"
	vdcmctl list | grep "^$(uuid 7) "
	refused 1 'File exists' vdcmctl create -u "$(uuid 7)"
	refused 1 "Invalid argument: vlan: write a VLAN of 1 to 4094" \
		vdcmctl create -u "$(uuid 8)" link=down vlan=4095
	[ ! -e "$MDEV/$(uuid 8)" ]
	vdcmctl remove "$(uuid 7)"
}

no_room() {
	local i
	for i in 1 2 3 4 5 6 7 8; do
		vdcmctl create -u "$(uuid $i)"
	done
	[ "$(cat "$(type_dir 1)/available_instances")" = 0 ]
	refused 1 "No space left on device: cannot create $(uuid 9): all 4 ADIs are in use; remove one" \
		vdcmctl create -u "$(uuid 9)"
	vdcmctl remove "$(uuid 1)" "$(uuid 2)" "$(uuid 3)" "$(uuid 4)" \
		"$(uuid 5)" "$(uuid 6)" "$(uuid 7)" "$(uuid 8)"
	[ -z "$(ls $MDEV)" ]
}

sets() {
	local u
	u=$(vdcmctl create)
	vdcmctl set "$u" mac=02:00:00:00:00:01 link=down speed=1000 vlan=5 \
		trust=1 spoofchk=0 max_tx_rate=100 weight=300 doorbell=trap
	[ "$(cat "$MDEV/$u"/{mac,link,speed,trust,spoofchk,max_tx_rate,weight,doorbell} | tr '\n' ' ')" = \
		'02:00:00:00:00:01 down 1000 1 0 100 300 trap ' ]
	refused 1 'Invalid argument: mac: not a unicast address' vdcmctl set "$u" mac=x
	refused 1 'Invalid argument: link: write "up" or "down"' vdcmctl set "$u" link=x
	refused 1 'Invalid argument: speed: write' vdcmctl set "$u" speed=0
	refused 1 'Invalid argument: trust: write' vdcmctl set "$u" trust=x
	refused 1 'Invalid argument: doorbell: write' vdcmctl set "$u" doorbell=x
	refused 1 'No such device' vdcmctl set "$u" reset=1
	refused 1 'no such attribute; there are: ' vdcmctl set "$u" color=red
	refused 3 'no such device' vdcmctl set "$(uuid 99)" link=up
	vdcmctl remove "$u"
}

# Not while somebody has it open; removal waits for them.
in_use() {
	local u pid
	u=$(vdcmctl create)
	hold_begin "$u"
	refused 1 'Device or resource busy: mac: the device is in use; close it first' \
		vdcmctl set "$u" mac=02:00:00:00:00:02
	vdcmctl set "$u" link=down
	vdcmctl remove "$u" &
	pid=$!
	sleep 3
	kill -0 $pid || die 'remove did not wait'
	hold_end
	wait $pid
	[ ! -e "$MDEV/$u" ]
}

counts() {
	local u
	u=$(vdcmctl create)
	vdcmctl stats "$u"
	json "all(type(v) is int for v in d['$u'].values()) and sorted(d['$u']) == '$(cd "$MDEV/$u/stats" && echo *)'.split()" \
		vdcmctl stats --json
	vdcmctl top -b -n 2 -d 0.5
	[ "$(vdcmctl top -b -n 2 -d 0.5 | grep -cE "^$u +0 +0\.0 +0 +0\.0 +0 +0 +0$")" = 2 ]
	json "len(d['samples']) == 3 and all(0.4 < s['seconds'] < 10 and s['adis'][0]['rx_frames_per_s'] == 0 for s in d['samples'])" \
		vdcmctl top --json -n 3 -d 0.5
	# On a terminal: until somebody types q.
	(sleep 3; echo q) | timeout 60 script -qec 'vdcmctl top -d 1' /tmp/screen >/dev/null
	grep -q "$u" /tmp/screen
	vdcmctl remove "$u"
}

reports() {
	local u
	u=$(vdcmctl create vlan=7)
	vdcmctl set "$u" link=sideways || true
	vdcmctl report >"$OUT/report.txt"
	grep -q "^release: $(uname -r)$" "$OUT/report.txt"
	grep -q "^$u: type swpf-vdcm, PF $(pf)," "$OUT/report.txt"
	json "d['kernel']['release'] == '$(uname -r)' and d['modules']['vdcm']['srcversion'] == '$(cat /sys/module/vdcm/srcversion)' and d['modules']['vdcm_swpf']['parameters']['max_adis'] == '4'" \
		vdcmctl report --json
	json "d['adis'][0]['attributes']['vlan'] == '7 0' and d['adis'][0]['stats']['resets_vf'] == 0 and any('link: write' in l for l in d['log'])" \
		vdcmctl report --json
	if [ -d /sys/kernel/debug/vdcm ]; then
		json "any(k.startswith('$u/') for k in d['debugfs'])" vdcmctl report --json
	fi
	vdcmctl remove "$u"
	unload
	json "'vdcm' not in d['modules'] and d['pfs'] == []" vdcmctl report --json
}

log_is_clean() {
	balanced
	! dmesg | grep -E "$SPLAT" || die "the kernel log has a splat"
}

check tools-no-pf no_pf
check tools-list lists
check tools-create creates
check tools-no-room no_room
check tools-set sets
check tools-in-use in_use
check tools-stats-top counts
check tools-report reports
check tools-kernel-log log_is_clean
finish
