#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""From what test/bench/vm/inside collected to medians, ratios, a table, JSON and
a plot. A sample that cannot be read is missing, and said to be."""

import argparse
import collections
import json
import os
import re
import sys
from html import escape

OURS = 'vdcm'
WANTED = 5

# name, what it is, unit, is more better?
SIZES = (64, 256, 1024, 1500)

METRICS = (
    ('tcp_tso', 'TCP, MTU 1500, TSO', 'Mbit/s', True),
    ('tcp_notso', 'TCP, MTU 1500, no TSO', 'Mbit/s', True),
    *(('udp%d' % n, 'UDP, frames of %d bytes, received' % n, 'packets/s', True)
      for n in SIZES),
    ('ping_p50', 'ping, median', 'us', False),
    ('ping_p99', 'ping, 99th percentile', 'us', False),
    *(('trapped_udp%d' % n,
       'trapped accesses a packet (KVM mmio + io exits), UDP %d' % n, '', False)
      for n in (64, 1500)),
    ('exits_udp64', 'all KVM exits a packet, UDP 64', '', False),
    ('exits_tcp', 'all KVM exits a MB, TCP with TSO', '', False),
    ('trapped_ping', 'trapped accesses a ping (ping\'s start and end included)', '',
     False),
    ('exits_ping', 'all KVM exits a ping', '', False),
    ('cpu_per_gb', 'CPU time a GB, TCP with TSO', 's', False),
    ('cpu_per_gb_notso', 'CPU time a GB, TCP without TSO', 's', False),
    *(('pps%d' % n, 'user space to user space, our own program against testpmd '
       'with virtio-user, %d bytes' % n, 'packets/s', True) for n in SIZES),
    *(('testpmd%d' % n, 'testpmd, two ports, io mode, %d bytes' % n,
       'packets/s', True) for n in SIZES),
)


# ------------------------------------------------------------------ parsers

def iperf(text):
    """(bits/s, packets/s, bytes, packets) at the receiver of an iperf3 -J."""
    end = json.loads(text)['end']
    got = end.get('sum_received') or end['sum']
    total = end.get('sum', got)
    seconds = got.get('seconds') or total['seconds']
    packets = lost = 0
    for part in (got, total):
        if part.get('packets'):
            packets = part['packets']
            lost = part.get('lost_packets', 0)
            break
    packets -= lost
    size = got.get('bytes', 0)
    if 'lost_packets' in total and total.get('packets'):
        # For UDP, some versions count there what was sent.
        size = total['bytes'] * packets / total['packets']
    if seconds <= 0 or size <= 0:
        raise ValueError('nothing was received')
    return size * 8 / seconds, packets / seconds, size, packets


def ping_times(text):
    """Round trips in us, of the output of ping."""
    times = [float(t) * 1000 for t in re.findall(r'time=([\d.]+) ms', text)]
    if len(times) < 100:
        raise ValueError('%d replies' % len(times))
    return times


def avfpps(text):
    """Median of the seconds but the first."""
    rates = [float(r) for r in re.findall(r'^pps (\d+)', text, re.M)]
    if len(rates) < 3 or not re.search(r'^sent \d+ received', text, re.M):
        raise ValueError('%d seconds' % len(rates))
    return median(rates[1:])


def testpmd(text):
    """Sum over both ports of the second "show port stats all"."""
    rates = [float(r) for r in re.findall(r'Rx-pps:\s+(\d+)', text)]
    if len(rates) != 4 or rates[2] + rates[3] <= 0:
        raise ValueError('Rx-pps: %s' % rates)
    return rates[2] + rates[3]


def key_values(text):
    return {k: int(v) for k, v in
            (line.split() for line in text.splitlines() if line.strip())}


def scale(text):
    """The lines of scale.vdcm.1.txt as figures."""
    rows = collections.defaultdict(list)
    hz = 100
    for line in text.splitlines():
        word = line.split()
        if word[0] == 'hz':
            hz = int(word[1])
        else:
            rows[word[0]].append((int(word[1]), int(word[2])))
    create = [us for _, us in sorted(rows['create'])]
    remove = [us for _, us in sorted(rows['remove'])]
    if len(create) < 64 or len(remove) < 64:
        raise ValueError('%d created, %d removed' % (len(create), len(remove)))
    memory = dict(rows['memory'])
    most = max(memory)
    figures = {
        'adis': len(create),
        'create_ms_first_64': median(create[:64]) / 1000,
        'create_ms_last_64': median(create[-64:]) / 1000,
        'create_ms_max': max(create) / 1000,
        'remove_ms_first_64': median(remove[:64]) / 1000,
        'remove_ms_last_64': median(remove[-64:]) / 1000,
        'kib_per_adi': (memory[most] - memory[0]) / most if most else 0,
        'memory_kib': memory,
    }
    for name in ('idle', 'idle_held'):
        for n, ticks in rows[name]:
            # of one CPU, over ten seconds
            figures['%s_cpu_percent_%d' % (name, n)] = ticks / hz / 10 * 100
    for n, kib in rows['memory_held']:
        figures['kib_per_held_adi_%d' % n] = (kib - memory[0]) / n
    return figures


# --------------------------------------------------------------- statistics

def quantile(values, q):
    """Linear between the two nearest ranks."""
    v = sorted(values)
    at = (len(v) - 1) * q
    low = int(at)
    high = min(low + 1, len(v) - 1)
    return v[low] + (v[high] - v[low]) * (at - low)


def median(values):
    return quantile(values, 0.5)


def summary(values):
    m = median(values)
    return {
        'n': len(values),
        'median': m,
        'min': min(values),
        'max': max(values),
        # of the median; half of the samples are inside it for n = 5
        'spread': (quantile(values, 0.75) - quantile(values, 0.25)) / m
                  if m else 0,
        'samples': values,
    }


def ratio(ours, peer, more_is_better):
    """How many times better we are; below 1: worse."""
    if not ours or not peer:
        return None
    return ours / peer if more_is_better else peer / ours


# ---------------------------------------------------------------- collecting

def exits(trapped, total, kv, per, add):
    """KVM's counters, where they are, a packet (or a MB)."""
    if trapped and 'mmio_exits' in kv:
        add(trapped, (kv['mmio_exits'] + kv.get('io_exits', 0)) / per)
    if 'exits' in kv:
        add(total, kv['exits'] / per)


def collect(raw):
    """Samples: metric -> peer -> list; and complaints."""
    samples = collections.defaultdict(lambda: collections.defaultdict(list))
    bad = []

    def read(name):
        with open(os.path.join(raw, name), errors='replace') as f:
            return f.read()

    for name in sorted(os.listdir(raw)):
        m = re.match(r'(\w+)\.([\w-]+)\.(\d+)\.(json|txt)$', name)
        if not m or m.group(1) in ('driver', 'scale'):
            continue
        test, peer = m.group(1), m.group(2)
        add = lambda metric, value: samples[metric][peer].append(value)
        try:
            if test in ('tcp_tso', 'tcp_notso') or re.match(r'udp\d', test):
                bits, pps, size, packets = iperf(read(name))
                add(test, bits / 1e6 if test.startswith('tcp') else pps)
                kv = key_values(read(name[:-len('json')] + 'kv'))
                if packets:
                    exits('trapped_' + test, 'exits_' + test, kv, packets, add)
                if test == 'tcp_tso':
                    exits(None, 'exits_tcp', kv, size / 1e6, add)
                if test.startswith('tcp'):
                    add('cpu_per_gb' + ('_notso' if test == 'tcp_notso' else ''),
                        kv['busy'] / kv['hz'] / (size / 1e9))
            elif test == 'ping':
                times = ping_times(read(name))
                add('ping_p50', quantile(times, 0.5))
                add('ping_p99', quantile(times, 0.99))
                kv = key_values(read(name[:-len('txt')] + 'kv'))
                exits('trapped_ping', 'exits_ping', kv, len(times), add)
            elif re.match(r'pps\d', test):
                add(test, avfpps(read(name)))
            elif re.match(r'testpmd\d', test):
                rate = testpmd(read(name))
                add(test, rate)
                if peer != OURS:
                    add(test.replace('testpmd', 'pps'), rate)
            else:
                continue
        except (ValueError, KeyError, TypeError, OSError) as e:
            bad.append('%s: %s' % (name, e))
    return samples, bad


def evaluate(samples):
    """One row a metric that has samples."""
    rows = []
    for name, what, unit, more in METRICS:
        if name not in samples:
            continue
        peers = {p: summary(v) for p, v in samples[name].items()}
        ours = peers.get(OURS, {}).get('median')
        for p, s in peers.items():
            if p != OURS:
                s['ratio'] = ratio(ours, s['median'], more)
        rows.append({'metric': name, 'what': what, 'unit': unit,
                     'more_is_better': more, 'peers': peers})
    return rows


# -------------------------------------------------------------------- output

def number(v):
    if v >= 1000:
        return '%.0f' % v
    return '%.3g' % v


def table(meta, rows, scaling, bad, wanted):
    out = ['host VM: kernel %s, %s CPU, %s rounds of %s s, QEMU: %s' % tuple(
        meta.get(k, '?') for k in ('kernel', 'cpus', 'rounds', 'seconds',
                                   'qemu')), '']
    for row in rows:
        out.append('%s%s, %s is better' % (
            row['what'], ', ' + row['unit'] if row['unit'] else '',
            'more' if row['more_is_better'] else 'less'))
        order = sorted(row['peers'], key=lambda p: (p != OURS, p))
        for p in order:
            s = row['peers'][p]
            line = '  %-12s %10s   %s .. %s   spread %.0f %%' % (
                p, number(s['median']), number(s['min']), number(s['max']),
                s['spread'] * 100)
            if s.get('ratio') is not None:
                line += '   vdcm is %.2f times as good' % s['ratio']
            if s['n'] < wanted:
                line += '   ONLY %d SAMPLES' % s['n']
            out.append(line)
        if OURS not in row['peers']:
            out.append('  NO SAMPLES OF vdcm')
        out.append('')
    if scaling:
        out.append('scale, %d ADIs of one PF' % scaling['adis'])
        for k, v in scaling.items():
            if k not in ('adis', 'memory_kib'):
                out.append('  %-26s %s' % (k, number(v)))
        out.append('')
    out += ['missing: ' + b for b in bad]
    return '\n'.join(out) + '\n'


def svg(rows):
    """A panel a metric: medians as bars, whiskers from the least to the most."""
    width, bar, gap, left, right = 760, 18, 34, 130, 150
    space = width - left - right
    parts, y = [], 20
    for row in rows:
        top = max(s['max'] for s in row['peers'].values()) or 1
        title = row['what'] + (', ' + row['unit'] if row['unit'] else '')
        title += ' (%s is better)' % (
            'more' if row['more_is_better'] else 'less')
        parts.append('<text x="8" y="%d" font-weight="bold">%s</text>' %
                     (y, escape(title)))
        y += 8
        for p in sorted(row['peers'], key=lambda p: (p != OURS, p)):
            s = row['peers'][p]
            w, lo, hi = (space * s[k] / top for k in ('median', 'min', 'max'))
            mid = y + bar / 2
            label = number(s['median'])
            if s.get('ratio') is not None:
                label += '  (%.2f x)' % s['ratio']
            parts.append('<text x="%d" y="%d" text-anchor="end">%s</text>' %
                         (left - 8, y + 13, escape(p)))
            parts.append('<rect x="%d" y="%d" width="%.1f" height="%d" '
                         'fill="%s"/>' % (left, y, w, bar - 3, '#2a6fb0'
                                          if p == OURS else '#b8c4d0'))
            parts.append('<path d="M%.1f %.1fH%.1f" stroke="#333"/>' %
                         (left + lo, mid - 1, left + hi))
            parts.append('<text x="%.1f" y="%d">%s</text>' %
                         (left + hi + 6, y + 13, escape(label)))
            y += bar
        y += gap
    return ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
            'font-family="sans-serif" font-size="12">\n'
            '<rect width="100%%" height="100%%" fill="white"/>\n%s\n</svg>\n' %
            (width, y, '\n'.join(parts)))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('--raw', required=True)
    ap.add_argument('--out', required=True)
    args = ap.parse_args()

    meta = {}
    try:
        with open(os.path.join(args.raw, 'meta.txt')) as f:
            meta = dict(line.rstrip('\n').split(' ', 1) for line in f
                        if ' ' in line)
        samples, bad = collect(args.raw)
    except OSError as e:
        sys.exit('bench: %s' % e)
    wanted = int(meta.get('rounds', WANTED))
    rows = evaluate(samples)
    scaling = None
    path = os.path.join(args.raw, 'scale.vdcm.1.txt')
    if os.path.exists(path):
        try:
            with open(path) as f:
                scaling = scale(f.read())
        except (ValueError, KeyError, IndexError) as e:
            bad.append('scale: %s' % e)

    text = table(meta, rows, scaling, bad, wanted)
    if wanted < WANTED:
        text += 'fewer than %d rounds: not for comparison\n' % WANTED
    print(text, end='')
    os.makedirs(args.out, exist_ok=True)
    for name, content in (
            ('vm.txt', text), ('vm.svg', svg(rows)),
            ('vm.json', json.dumps({'meta': meta, 'metrics': rows,
                                    'scale': scaling, 'missing': bad},
                                   indent=1) + '\n')):
        with open(os.path.join(args.out, name), 'w') as f:
            f.write(content)
    # A comparison without us, or without a peer, is none.
    if not rows and not scaling:
        sys.exit('bench: no samples at all')
    lone = [r['metric'] for r in rows
            if OURS not in r['peers'] or len(r['peers']) < 2]
    if lone:
        sys.exit('bench: nothing to compare: ' + ', '.join(lone))


if __name__ == '__main__':
    main()
