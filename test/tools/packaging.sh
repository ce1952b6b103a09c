#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# packaging.sh: versions agree, what is installed is all that belongs there, the
# DKMS tree is complete, its configuration is what dkms and dh_dkms read, and a
# kernel without mediated devices is refused with a sentence. The packages
# themselves: test/vm/tests/packaging.sh.
set -euo pipefail

cd "$(dirname "$0")/../.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0

wrong() {
	echo "$*"
	bad=1
}

# ------------------------------------------------------------------- version

version=$(sed -n 's/^#define VDCMCTL_VERSION.*"\(.*\)"/\1/p' tools/vdcmctl/vdcmctl.h)
[ -n "$version" ] || wrong 'vdcmctl has no version'
for f in vdcm/vdcm_main.c vdcm/swpf/swpf.h; do
	grep -qE "^(MODULE_VERSION\\(\"$version\"\\);|#define SWPF_VERSION[[:space:]]+\"$version\")" "$f" ||
		wrong "$f: not version $version"
done
head -n 1 packaging/debian/changelog | grep -q "^vdcm ($version) " ||
	wrong "packaging/debian/changelog: not version $version"

# ---------------------------------------------------------------- what there is

make -s install-system install-dkms DESTDIR="$tmp/root" CC=gcc >/dev/null
diff <(cd "$tmp/root" && find . -type f -printf '%m %P\n' | grep -v usr/src/ | sort -k 2) - <<-'EOT' || wrong 'installed: not what is expected'
755 usr/bin/vdcmctl
755 usr/lib/mdevctl/scripts.d/callouts/vdcm.sh
644 usr/lib/modprobe.d/vdcm.conf
644 usr/lib/systemd/system/vdcm.service
644 usr/lib/sysusers.d/vdcm.conf
644 usr/lib/udev/rules.d/60-vdcm.rules
755 usr/lib/vdcm/vfio-group
644 usr/share/bash-completion/completions/vdcmctl
644 usr/share/man/man4/vdcm.4
644 usr/share/man/man8/vdcmctl.8
EOT

dkms=$tmp/root/usr/src/vdcm-$version
diff <(cd "$dkms" && find Kbuild avf_emul include vdcm -type f | sort) \
	<(test/files | grep -E '^(Kbuild|avf_emul/|include/|vdcm/)' | sort) ||
	wrong 'the DKMS tree is not that of the modules'

# Programs that rules and units name.
while read -r f; do
	[ -x "$tmp/root$f" ] || wrong "$f: named, but not installed"
done < <(grep -rohE '/usr/lib/vdcm/[a-z-]+' packaging/*.rules packaging/*.service)

# ---------------------------------------------------------------------- dkms

conf=packaging/debian/vdcm-dkms.dkms
(
	set +u
	# as dkms does; it sets these
	kernelver=6.12 kernel_source_dir=/usr/src/linux dkms_tree=/var/lib/dkms
	export kernelver kernel_source_dir dkms_tree
	# shellcheck source=/dev/null disable=SC2153
	source "$conf"
	# shellcheck disable=SC2154
	[ "$PACKAGE_NAME" = vdcm ] && [ "$AUTOINSTALL" = yes ] &&
		[ "$BUILD_EXCLUSIVE_CONFIG" = CONFIG_VFIO_MDEV ] &&
		[[ x86_64 =~ $BUILD_EXCLUSIVE_ARCH ]] &&
		[[ ! i686 =~ $BUILD_EXCLUSIVE_ARCH ]] &&
		[ "$PRE_BUILD" = 'dkms-pre-build 6.12 /usr/src/linux' ] &&
		[[ ${MAKE[0]} == 'make -C /usr/src/linux M=/var/lib/dkms/vdcm/'*'/build modules' ]]
	for i in "${!BUILT_MODULE_NAME[@]}"; do
		grep -qE "^obj-m \+= ${BUILT_MODULE_NAME[i]}\.o$" \
			"${BUILT_MODULE_LOCATION[i]}/Kbuild"
	done
	[ "${#BUILT_MODULE_NAME[@]}" = "$(grep -rhE '^obj-m \+= .*\.o$' vdcm --include Kbuild | wc -l)" ]
) || wrong "$conf: not as it should be"
# the two lines that dh_dkms reads
for line in 'PACKAGE_NAME="vdcm"' 'PACKAGE_VERSION="#MODULE_VERSION#"'; do
	grep -qx "$line" "$conf" || wrong "$conf: no $line"
done

refused() { # WHAT SENTENCE
	if out=$("$dkms/dkms-pre-build" 6.12.1-cloud-amd64 "$tmp" 2>&1); then
		wrong "dkms-pre-build: $1 was accepted"
	elif [[ $out != *"$2"* ]]; then
		wrong "dkms-pre-build: $1: '$out'"
	fi
}

refused 'a kernel without headers' 'install linux-headers-6.12.1-cloud-amd64'
printf '0x0\tvfio_register_group_dev\tvfio\tEXPORT_SYMBOL_GPL\t\n' >"$tmp/Module.symvers"
refused 'a kernel without mdev' 'no mediated devices (CONFIG_VFIO_MDEV)'
for s in mdev_register_device mdev_register_parent; do
	printf '0x0\t%s\tmdev\tEXPORT_SYMBOL_GPL\t\n' $s >"$tmp/Module.symvers"
	"$dkms/dkms-pre-build" 6.12.1-amd64 "$tmp" || wrong "dkms-pre-build: $s is not enough"
done

# ------------------------------------------------------------- rules, scripts

if udevadm verify --help >/dev/null 2>&1; then
	# a group that this machine need not have
	udevadm verify --resolve-names=never packaging/60-vdcm.rules || bad=1
fi
for f in packaging/debian/*.postinst; do
	sh -n "$f" || bad=1
done
if command -v dpkg-parsechangelog >/dev/null; then
	dpkg-parsechangelog -l packaging/debian/changelog >/dev/null || bad=1
fi

exit "$bad"
