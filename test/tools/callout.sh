#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# callout.sh VDCMCTL MKTREE: mdevctl's callout script on a tree of files, called
# as mdevctl calls it; and the helper of the udev rule. What mdevctl itself makes
# of it: test/vm/tests/mdevctl.sh.
# shellcheck disable=SC2015,SC2086
set -uo pipefail

cd "$(dirname "$0")/../.." || exit
callout=$PWD/libvirt-xml/vdcm.sh
group=$PWD/packaging/vfio-group
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/bin"
ln -s "$(realpath "$1")" "$tree/bin/vdcmctl"
"$2" "$tree" || exit
export VDCM_SYSFS=$tree/sys
uuid=76646364-0000-4000-8000-000000000001
new=76646364-0000-4000-8000-000000000002
pf=5000:00:00.0
dev=$tree/sys/bus/mdev/devices/$uuid
bad=0
n=0

# One shell, one awk after the other: what Debian has, and what else is about.
shells=(dash bash 'busybox sh')

# call EVENT ACTION UUID [CONFIG [STATE [TYPE [PARENT]]]]: status and output.
call() {
	out=$(printf '%s' "${4-}" | env PATH="$tree/bin:$PATH" $shell "$callout" \
		-t "${6-swpf-vdcm}" -e "$1" -a "$2" -s "${5-none}" -u "$3" \
		-p "${7-$pf}" 2>"$tree/err")
	rc=$?
	err=$(<"$tree/err")
	n=$((n + 1))
}

wrong() {
	echo "$shell: $*: status $rc, output '$out', errors '$err'"
	bad=1
}

accepts() { # WHAT
	[ "$rc" = 0 ] && [ -z "$err" ] || wrong "$1"
}

refuses() { # WHAT REASON
	[ "$rc" = 1 ] && [ -z "$out" ] && [[ $err == *"$2"* ]] || wrong "$1"
}

config() { # ATTRS: as mdevctl writes it
	printf '{"attrs":[%s],"mdev_type":"swpf-vdcm","start":"auto"}' "$1"
}

types() {
	local t

	for t in i915-GVTg_V5_4 nvidia-11 vdcm swpf-vdcmx swpf-vdcm4x ''; do
		call get capabilities "$uuid" '' none "$t"
		[ "$rc" = 2 ] || wrong "type '$t'"
	done
	for t in swpf-vdcm swpf-vdcm16 e810-vdcm4 ice-vdcm; do
		call get capabilities "$uuid" '{"provides":{"version":2}}' none "$t"
		accepts "type $t"
		jq -e '.supports.version == 2 and
			(.supports.events | index("live")) and
			(.supports.actions | index("attributes"))' \
			<<<"$out" >/dev/null || wrong 'capabilities'
	done
}

attributes() {
	call get attributes "$uuid"
	accepts attributes
	[ "$(jq -c '[.[] | keys[]]' <<<"$out")" = \
		'["doorbell","link","mac","max_tx_rate","speed","spoofchk","trust","vlan","weight"]' ] ||
		wrong 'names of attributes'
	[ "$(jq -r '.[] | .mac // empty' <<<"$out")" = 02:00:00:00:00:01 ] ||
		wrong 'mac'
	call get attributes "$new"
	refuses 'attributes of none' 'does not exist'
}

values() {
	local a v event

	for event in start define modify; do
		call pre "$event" "$new" "$(config '')"
		accepts "$event without attributes"
		call pre "$event" "$new" '{"mdev_type":"swpf-vdcm","start":"manual"}'
		accepts "$event without attrs"
		call pre "$event" "$new" \
			"$(config '{"mac":"52:54:00:12:34:56"},{"vlan":"100 3"},{"link":"down"},{"speed":"1"},{"max_tx_rate":"0"},{"weight":"10000"},{"trust":"1"},{"spoofchk":"off"},{"doorbell":"trap"},{"later":"x/y=z"}')"
		accepts "$event with attributes"
		call pre "$event" "$new" "$(config '{"link":"up"},{"vlan":"4095"}')"
		refuses "$event with a bad attribute" 'vlan=4095: write a VLAN'
	done
	while read -r a v; do
		call pre start "$new" "$(config "{\"$a\":\"$v\"}")"
		refuses "$a=$v" "$a"
	done <<-'EOT'
	mac 01:00:5e:00:00:01
	mac 00:00:00:00:00:00
	mac 52:54:00:12:34
	mac 52:54:00:12:34:5g
	mac 52:54:00:12:34:56:78
	mac x
	mac
	link sideways
	speed 0
	speed 1000001
	speed -1
	speed 99999999999999999999
	speed 1e3
	max_tx_rate 1000001
	max_tx_rate all
	weight 0
	weight 10001
	weight -1
	weight 1.5
	weight
	vlan 100 8
	vlan 4095 1
	vlan 100 x
	vlan 100 3 4
	vlan
	trust 2
	spoofchk x
	doorbell ring
	remove 1
	reset 1
	stats/irqs 1
	../remove 1
	EOT
	while read -r v; do
		call pre start "$new" "$v"
		refuses "configuration $v" 'cannot read the configuration'
	done <<-'EOT'
	{"attrs":[{"mac":"a\"b"}]}
	{"attrs":[{"mac":"a"}
	{"attrs":[{"mac":1}]}
	{"attrs":[{"mac":"a","link":"up"}]}
	{"attrs":{"mac":"a"}}
	{"attrs":["mac"]}
	{"attrs":[{"mac":"a}]}
	EOT
	call pre define "$new" "$(<libvirt-xml/mdevctl.json)"
	accepts 'the example'
	# As people write it.
	call pre start "$new" '{
		"mdev_type": "swpf-vdcm",
		"start": "auto",
		"attrs": [
			{ "link": "up" },
			{ "vlan": "9999" }
		]
	}'
	refuses 'a configuration of several lines' 'vlan=9999'
}

room() {
	call pre start "$uuid" "$(config '')"
	refuses 'what exists' "$uuid exists already"
	call pre start "$new" "$(config '')" none swpf-vdcm16
	refuses 'no such type' "$pf does not offer swpf-vdcm16"
	call pre start "$new" "$(config '')" none swpf-vdcm 5000:00:07.0
	refuses 'no such PF' 'no PF 5000:00:07.0: load its driver'
	echo 0 >"$tree/sys/class/mdev_bus/$pf/mdev_supported_types/swpf-vdcm/available_instances"
	call pre start "$new" "$(config '')"
	refuses 'no room' "all ADIs of $pf are in use"
	echo 1 >"$tree/sys/class/mdev_bus/$pf/mdev_supported_types/swpf-vdcm/available_instances"
	echo "$pf: cannot create $new: no queues left" >"$tree/sys/class/mdev_bus/$pf/last_error"
	call post start "$new" "$(config '')" failure
	[ "$rc" = 0 ] && [[ $err == *' no queues left' ]] || wrong 'reason afterwards'
	echo "$uuid: link: write up" >"$tree/sys/class/mdev_bus/$pf/last_error"
	call post start "$new" "$(config '')" failure
	[ "$rc" = 0 ] && [[ $err != *write* ]] || wrong "another device's reason"
	rm "$tree/sys/class/mdev_bus/$pf/last_error"
	call post start "$new" "$(config '')" success
	accepts 'after a start'
	for a in stop undefine; do
		call pre "$a" "$uuid" "$(config '')"
		accepts "$a"
	done
	call notify start "$uuid"
	accepts notify
}

live() {
	call live modify "$uuid" "$(config '{"link":"down"},{"vlan":"7"}')"
	[ "$rc" = 0 ] && [ "$(<"$dev/link")" = down ] && [ "$(<"$dev/vlan")" = 7 ] ||
		wrong live

	# What is the same already is not written: here, it could not be.
	echo '100 0' >"$dev/vlan"
	chmod 0444 "$dev/vlan"
	touch -d @0 "$dev/vlan" "$dev/mac"
	call live modify "$uuid" "$(config '{"mac":"02:00:00:00:00:01"},{"vlan":"100"},{"link":"up"}')"
	accepts 'live, the same'
	[ "$(stat -c %Y "$dev/vlan" "$dev/mac" | uniq)" = 0 ] ||
		wrong 'written for nothing'
	[ "$(<"$dev/link")" = up ] || wrong 'live, link'
	chmod 0644 "$dev/vlan"

	# All or nothing.
	mkdir "$dev/queues"
	call live modify "$uuid" "$(config '{"link":"down"},{"speed":"100"},{"queues":"4"}')"
	[ "$rc" = 1 ] && [[ $err == *"queues=4: Is a directory"* ]] ||
		wrong 'live, refused by the kernel'
	[ "$(<"$dev/link")" = up ] && [ "$(<"$dev/speed")" = 10000 ] ||
		wrong 'live, not undone'
	rmdir "$dev/queues"
	call live modify "$uuid" "$(config '{"link":"down"},{"colour":"red"}')"
	refuses 'live, unknown' 'colour: no such attribute'
	[ "$(<"$dev/link")" = up ] || wrong 'live, half of it'
	call live modify "$uuid" "$(config '{"link":"sideways"}')"
	refuses 'live, bad value' 'link=sideways'
	call live modify "$new" "$(config '{"link":"up"}')"
	refuses 'live, not running' 'is not running'
}

vfio_group() {
	"$group" 7 || wrong 'a group of vdcm'
	"$group" 8 && wrong "somebody else's group"
	"$group" 9 && wrong 'no group'
	mkdir -p "$tree/sys/kernel/iommu_groups/10/devices"
	"$group" 10 && wrong 'an empty group'
	# The PF itself is no mediated device; one of each is too many.
	ln -s "../../../../devices/pci5000:00/$pf" "$tree/sys/kernel/iommu_groups/10/devices/$pf"
	"$group" 10 && wrong "the PF's group"
	cp -P "$tree/sys/kernel/iommu_groups/8/devices/"* "$tree/sys/kernel/iommu_groups/7/devices/"
	"$group" 7 && wrong 'a group of two'
	rm "$tree/sys/kernel/iommu_groups/7/devices/"*a11e
	rm -r "$tree/sys/kernel/iommu_groups/10"
}

for shell in "${shells[@]}"; do
	if ! command -v "${shell%% *}" >/dev/null; then
		echo "skipped: no ${shell%% *}"
		continue
	fi
	types
	attributes
	values
	room
	live
	vfio_group
	echo 0 >"$dev/vlan"
done
[ "$n" -gt 50 ] || { echo "only $n calls"; bad=1; }
exit "$bad"
