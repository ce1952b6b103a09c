# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# To be sourced: testpmd on a leash, and what the tests do with it, here and in
# virtual machines. One testpmd at a time. Functions fail with a word why.
# Environment: seconds until it must have started, until it must have answered,
# and after which frames should have arrived: TP_START, TP_WAIT, TP_SETTLE.

tp_log=
tp_fd=
tp_pid=
tp_dir=

tp_fail() {
	echo "$*"
	return 1
}

# tp_start LOG COMMAND...: testpmd -i, until its prompt.
tp_start() {
	tp_log=$1
	shift
	tp_dir=$(mktemp -d)
	mkfifo "$tp_dir/in"
	: >"$tp_log"
	"$@" <"$tp_dir/in" >"$tp_log" 2>&1 &
	tp_pid=$!
	exec {tp_fd}>"$tp_dir/in"
	tp_prompt 0 "${TP_START:-60}" || {
		tail -n 5 "$tp_log"
		tp_end
		return 1
	}
}

tp_size() { wc -c <"$tp_log"; }

# tp_text FROM: what it has said from that byte of the log on.
tp_text() { tail -c +$(($1 + 1)) "$tp_log" | tr -d '\r'; }

# tp_until FROM SECONDS WHAT COMMAND...: until the command finds it there.
tp_until() {
	local from=$1 wait=$2 what=$3 end=$((SECONDS + $2 + 1))

	shift 3
	until "$@"; do
		if [ "$SECONDS" -ge "$end" ] || ! kill -0 "$tp_pid" 2>/dev/null; then
			tp_text "$from" | tail -n 12
			tp_fail "testpmd did not $what in $wait s"
			return 1
		fi
		sleep 0.1
	done
}

tp_said() { tp_text "$1" | grep -qE -- "$2"; }

# tp_says FROM SECONDS REGEX: waits until it does.
tp_says() { tp_until "$1" "$2" "say \"$3\"" tp_said "$1" "$3"; }

# tp_prompted FROM: has it prompted? It writes that letter by letter, and other
# threads say things meanwhile: "t<newline>Port 0: link state change event<newline>estpmd> ".
tp_prompted() {
	tp_text "$1" | perl -0777 -ne '
		BEGIN { $said = "(?:[^\n]*\n)*"; $prompt = join($said, map { quotemeta } split(//, "testpmd> ")) }
		$found = /(?:^|\n)$prompt/; END { exit !$found }'
}

# The plain case first: the other one costs a start of perl.
tp_prompted_yet() {
	tp_said "$1" '^testpmd> ' || { ((++tp_looks % 10 == 0)) && tp_prompted "$1"; }
}

tp_prompt() { tp_looks=0 tp_until "$1" "$2" prompt tp_prompted_yet "$1"; }

# tp COMMAND...: one command; prints the answer, without waiting for what comes
# later.
tp() {
	local from

	from=$(tp_size)
	echo "$*" >&"$tp_fd"
	# Who wants no answer wants to know why there is none.
	tp_prompt "$from" "${TP_WAIT:-30}" >&2 || return 1
	tp_text "$from"
}

# tp_end: however it is; for clean ends, tp_quit.
tp_end() {
	[ -z "$tp_fd" ] || exec {tp_fd}>&-
	tp_fd=
	if [ -n "$tp_pid" ]; then
		# It may be a "timeout" that passes this on.
		kill -TERM "$tp_pid" 2>/dev/null || true
		sleep 1
		kill -KILL "$tp_pid" 2>/dev/null || true
		wait "$tp_pid" 2>/dev/null || true
	fi
	tp_pid=
	rm -rf "$tp_dir"
}

# tp_quit: it must end by itself, and well.
tp_quit() {
	local i status=0

	echo quit >&"$tp_fd"
	for ((i = 0; i < 600; i++)); do
		kill -0 "$tp_pid" 2>/dev/null || break
		sleep 0.1
	done
	if kill -0 "$tp_pid" 2>/dev/null; then
		tp_end
		tp_fail 'testpmd did not quit'
		return 1
	fi
	wait "$tp_pid" || status=$?
	tp_pid=
	tp_end
	[ $status = 0 ] || tp_fail "testpmd ended with $status"
}

# tp_total PORT RX|TX: packets of the forwarding that was stopped last, on
# standard input.
tp_total() {
	awk -v p="statistics for port $1 " -v w="$2-total:" '
		index($0, p) { on = 1 }
		on { for (i = 1; i < NF; i++) if ($i == w) { print $(i + 1); exit } }'
}

# tp_forward MODE SECONDS [PACKETS]: frames go round between ports 0 and 1, more
# than that many of them at each; on a busy machine that takes longer.
tp_forward() {
	local out port n few more

	tp set fwd "$1" >/dev/null || return 1
	for more in 1 4 16; do
		few=
		tp start tx_first >/dev/null || return 1
		sleep $(($2 * more))
		out=$(tp stop) || return 1
		for port in 0 1; do
			n=$(tp_total $port RX <<<"$out")
			echo "$1: port $port received ${n:-no} packets"
			[ "${n:-0}" -gt "${3:-500}" ] ||
				few="port $port: ${n:-no} packets in $(($2 * more)) s of $1"
		done
		[ -n "$few" ] || return 0
	done
	echo "$out" | tail -n 20
	tp_fail "$few"
}

# tp_stats PACKETS: each port's own statistics, which it asks the device for, say
# that it sent and received more than that many.
tp_stats() {
	local port out n

	for port in 0 1; do
		out=$(tp show port stats $port) || return 1
		for n in RX-packets TX-packets; do
			awk -v w="$n:" -v min="$1" '$1 == w && $2 > min { ok = 1 } END { exit !ok }' <<<"$out" || {
				echo "$out"
				tp_fail "port $port: $n is not above $1"
				return 1
			}
		done
	done
}

# tp_state PORT up|down: of its link, within a minute.
tp_state() {
	local i

	for ((i = 0; i < 300; i++)); do
		tp show port info "$1" | grep -q "^Link status: $2" && return 0
		sleep 0.2
	done
	tp_fail "the link of port $1 is not $2"
}

tp_restart() {
	tp port stop all | grep -q Done || return 1
	tp port start all | grep -q Done || return 1
	tp_state 0 up && tp_state 1 up
}

tp_reset() {
	tp port stop "$1" >/dev/null
	tp port reset "$1" >/dev/null
	tp port start "$1" >/dev/null
	tp_state "$1" up
}

# tp_detach PORT UUID
tp_detach() {
	local from

	tp port stop "$1" >/dev/null
	from=$(tp_size)
	tp port detach "$1" >/dev/null || return 1
	tp_says "$from" 60 'is detached|are detached' || return 1
	! tp show port summary all | grep -q "$2" || tp_fail "port $1 is still there"
}

# tp_attach UUID PORT: which number it gets
tp_attach() {
	local from

	from=$(tp_size)
	tp port attach "mdev:$1" >/dev/null || return 1
	tp_says "$from" 60 "Port $2 is attached" || return 1
	tp port start "$2" >/dev/null
	tp_state "$2" up
}

# tp_rx_queues PORT: packets of each Rx queue, from the answer to "stop" on
# standard input.
tp_rx_queues() {
	awk -v p="$1" '
		/Forward Stats for RX Port=/ { gsub(/[=\/]/, " "); q = ""
			for (i = 1; i < NF; i++) {
				if ($i == "Port" && q == "" && $(i + 1) != p) next
				if ($i == "Queue" && q == "") q = $(i + 1)
			}
			next }
		q != "" && /RX-packets:/ { print q, $2; q = "" }'
}

# tp_rss: with four queues, flows are spread over all of them. testpmd was started
# with --txonly-multi-flow --rss-udp. That makes as few as eight flows, which a
# random key may well send all to one queue: hence a key.
tp_rss() {
	local out port queues key

	key=6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa
	key+=0123456789abcdef01234567
	for port in 0 1; do
		out=$(tp port config $port rss-hash-key ipv4-udp $key)
		! grep -iE 'fail|error|invalid|not supp' <<<"$out" || return 1
		tp show port $port rss-hash key | grep -qi "$key" ||
			tp_fail "port $port did not take the key" || return 1
	done
	tp set fwd io >/dev/null || return 1
	tp start tx_first 8 >/dev/null || return 1
	sleep $((2 * ${TP_SETTLE:-1}))
	out=$(tp stop) || return 1
	for port in 0 1; do
		queues=$(tp_rx_queues $port <<<"$out")
		echo "port $port, queue and packets: ${queues//$'\n'/, }"
		[ "$(awk '$2 > 100' <<<"$queues" | wc -l)" = 4 ] || {
			echo "$out" | tail -n 40
			tp_fail "port $port: not four queues that receive"
			return 1
		}
	done
}

# tp_watch: 32 frames from each port, and how they arrive.
tp_watch() {
	local from

	from=$(tp_size)
	tp set fwd rxonly >/dev/null || return 1
	tp set verbose 1 >/dev/null
	# Frames are printed into the middle of the prompt.
	echo 'start tx_first 1' >&"$tp_fd"
	tp_says "$from" "${TP_WAIT:-30}" 'packet forwarding - ports' || return 1
	sleep "${TP_SETTLE:-1}"
	tp stop >/dev/null || return 1
	tp set verbose 0 >/dev/null
	tp set fwd io >/dev/null
	tp_text "$from"
}

# tp_vlan: port 0 tags, port 1 filters and strips. Port 0 is a member, too, or the
# switch would not let it send.
tp_vlan() {
	local out port

	tp port stop 0 >/dev/null
	tp tx_vlan set 0 100 >/dev/null
	tp port start 0 >/dev/null
	tp_state 0 up || return 1
	tp vlan set strip on 1
	for port in 0 1; do
		tp vlan set filter on $port
		out=$(tp rx_vlan add 100 $port)
		echo "$out"
		! grep -qiE 'fail|error' <<<"$out" || return 1
	done
	out=$(tp_watch) || return 1
	grep -m 1 -E 'VLAN tci=0x64' <<<"$out" || {
		tail -n 12 <<<"$out"
		tp_fail 'no frame of VLAN 100'
		return 1
	}
	# A VLAN that port 1 is no member of.
	tp rx_vlan rm 100 1 >/dev/null
	out=$(tp_watch) || return 1
	! grep -q 'VLAN tci=0x64' <<<"$out" || {
		tp_fail 'a frame of a VLAN that the port is no member of'
		return 1
	}
	tp rx_vlan rm 100 0 >/dev/null
	tp vlan set filter off 0 >/dev/null
	tp vlan set filter off 1 >/dev/null
	tp vlan set strip off 1 >/dev/null
	tp port stop 0 >/dev/null
	tp tx_vlan reset 0 >/dev/null
	tp port start 0 >/dev/null
	tp_state 0 up
}

# tp_csum: checksums by the device on the way out, verified on the way in.
# testpmd was started with --enable-rx-cksum.
tp_csum() {
	local out port

	out=$(tp_watch) || return 1
	grep -m 1 -oE '(PKT_RX|RTE_MBUF_F_RX)_IP_CKSUM_GOOD' <<<"$out" ||
		tp_fail 'no checksum was found good' || return 1
	tp port stop all >/dev/null
	for port in 0 1; do
		tp csum set ip hw $port >/dev/null
		tp csum set udp hw $port >/dev/null
	done
	tp port start all >/dev/null
	tp_state 0 up && tp_state 1 up || return 1
	tp_forward csum 1 || return 1
	out=$(tp_watch) || return 1
	! grep -E 'CKSUM_BAD' <<<"$out" || tp_fail 'a bad checksum'
}
