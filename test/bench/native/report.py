#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What test/bench/native/run measured, as a table and as JSON, compared with
the baseline of the same compiler (major version)."""

import argparse
import collections
import glob
import json
import os
import re
import subprocess
import sys

TOLERANCE = 0.03
TARGETS = {'insn_per_packet_64': 600}
LINE = ('packets', 'bytes', 'maps', 'reads', 'irqs', 'guest', 'scratch', 'ns')


def fail(text):
    print('bench-native: ' + text, file=sys.stderr)
    sys.exit(1)


def read_lines(path):
    """Scenario -> its counts, as the program printed them."""
    with open(path) as f:
        rows = (line.split() for line in f)
        return {row[0]: dict(zip(LINE, map(float, row[1:]))) for row in rows}


def read_dumps(directory):
    """Scenario -> path of callgrind's dump."""
    dumps = {}
    for path in glob.glob(os.path.join(directory, 'callgrind.*')):
        with open(path) as f:
            m = re.search(r'^desc: Trigger: Client Request: (\S+)', f.read(),
                          re.M)
        if m:
            dumps[m.group(1)] = path
    return dumps


def total(path):
    with open(path) as f:
        return int(re.search(r'^totals: (\d+)', f.read(), re.M).group(1))


def by_function(path):
    """Function -> instructions of its own, inlined ones included."""
    names, cost = {}, collections.Counter()
    fn, callee = None, False
    with open(path) as f:
        for line in f:
            m = re.match(r'c?fn=\((\d+)\)(?: (.*))?$', line)
            if m:
                if m.group(2):
                    names[m.group(1)] = m.group(2)
                if line.startswith('fn='):
                    fn = names[m.group(1)]
            elif line.startswith('calls='):
                callee = True       # the next line is the callee's cost
            elif re.match(r'[\d+*-]', line):
                if not callee:
                    cost[fn] += int(line.split()[1])
                callee = False
    return cost


def compiler(cc):
    text = subprocess.run([cc, '--version'], capture_output=True, text=True,
                          check=True).stdout
    macros = subprocess.run([cc, '-dM', '-E', '-x', 'c', '/dev/null'],
                            capture_output=True, text=True, check=True).stdout
    name = 'clang' if '__clang__' in macros else 'gcc'
    key = '__clang_major__' if name == 'clang' else '__GNUC__'
    major = re.search(r'#define %s (\d+)' % key, macros).group(1)
    return '%s-%s' % (name, major), text.splitlines()[0]


def measure(directory):
    """Figures (guarded by the baseline), and what explains them."""
    runs = [read_dumps(os.path.join(directory, 'run%d' % i)) for i in (1, 2)]
    lines = read_lines(os.path.join(directory, 'run1', 'lines'))
    copies = read_lines(os.path.join(directory, 'copies.txt'))
    times = read_lines(os.path.join(directory, 'time.txt'))
    if set(runs[0]) != set(lines) or set(copies) != set(lines):
        fail('scenarios are missing from the dumps')

    figures, extra = {}, {}
    for name, line in lines.items():
        first, second = (total(run[name]) for run in runs)
        if first != second:
            fail('%s: two runs disagree: %d and %d instructions' %
                 (name, first, second))
        if not first:
            fail('%s: nothing was counted' % name)
        n, c = line['packets'], copies[name]
        if not line['bytes']:
            figures['insn_per_' + name] = round(first / n, 1)
            continue
        figures['insn_per_packet_' + name] = round(first / n, 1)
        if c['guest'] < c['bytes']:
            fail('%s: fewer bytes copied than delivered: the count is blind' %
                 name)
        extra[name] = {
            'bytes_copied_per_byte':
                round((c['guest'] + c['scratch']) / c['bytes'], 4),
            'bytes_staged_per_packet': round(c['scratch'] / n, 1),
            'dma_map_per_packet': round(line['maps'] / n, 2),
            'dma_copy_per_packet': round(line['reads'] / n, 3),
            'irqs_per_packet': round(line['irqs'] / n, 3),
            'ns_per_packet': times[name]['ns'],
        }
    figures['bytes_copied_per_byte'] = extra['1500']['bytes_copied_per_byte']
    # What each further byte of a frame costs: the slope from 1024 to 1500.
    long, short = copies['1500'], copies['1024']
    figures['bytes_copied_per_further_byte'] = round(
        (long['guest'] + long['scratch'] - short['guest'] - short['scratch']) /
        (long['bytes'] - short['bytes']), 4)
    for name in ('64', 'tso_64k'):
        figures['bytes_staged_per_packet_' + name] = \
            extra[name]['bytes_staged_per_packet']
    profile = {
        name: {fn: round(v / lines[name]['packets'], 1)
               for fn, v in by_function(runs[0][name]).most_common(12)}
        for name in ('64', '1500', 'tso_64k')}
    return figures, extra, profile


def table(figures, extra, profile, base, what):
    print('device model alone, %s' % what)
    print('%-34s %10s %10s %8s' % ('', 'now', 'baseline', ''))
    for name, value in figures.items():
        old = base.get(name) if base else None
        change = ''
        if old:
            change = '%+.1f %%' % ((value / old - 1) * 100)
        if name in TARGETS:
            change += '   target %g' % TARGETS[name]
        print('%-34s %10g %10s %8s' %
              (name, value, '-' if old is None else '%g' % old, change))
    print()
    print('%-10s %12s %12s %9s %9s %8s %8s' % (
        'per packet', 'copied/byte', 'bytes staged', 'dma_map', 'dma copy',
        'irqs', 'ns here'))
    for name, e in extra.items():
        print('%-10s %12g %12g %9g %9g %8g %8g' % ((name,) + tuple(e.values())))
    for name, functions in profile.items():
        print('\ninstructions per packet, %s:' % name)
        for fn, v in functions.items():
            print('  %9.1f  %s' % (v, fn))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('--cc', required=True)
    ap.add_argument('--dir', required=True)
    ap.add_argument('--baseline', required=True)
    ap.add_argument('--json', required=True)
    ap.add_argument('--update', action='store_true')
    args = ap.parse_args()

    key, version = compiler(args.cc)
    figures, extra, profile = measure(args.dir)
    baselines = {}
    if os.path.exists(args.baseline):
        with open(args.baseline) as f:
            baselines = json.load(f)
    base = baselines.get(key)
    table(figures, extra, profile, base, version)

    result = dict(figures, compiler=key, compiler_version=version,
                  scenarios=extra, profile=profile)
    paths = [args.json]
    if args.cc == 'gcc':
        paths.append(os.path.join(os.path.dirname(args.json), 'native.json'))
    for path in paths:
        with open(path, 'w') as f:
            json.dump(result, f, indent=1)
            f.write('\n')

    if args.update:
        baselines['_'] = 'SPDX-License-Identifier: GPL-2.0'
        baselines[key] = figures
        with open(args.baseline, 'w') as f:
            json.dump(baselines, f, indent=1, sort_keys=True)
            f.write('\n')
        print('\nbaseline of %s written' % key)
        return
    if base is None:
        print('\nno baseline of %s: reported only' % key)
        return
    worse = ['%s %g, was %g' % (name, figures.get(name, 0), old)
             for name, old in base.items()
             if name not in figures or figures[name] > old * (1 + TOLERANCE)]
    if worse:
        fail('more than %d %% worse than the baseline: %s' %
             (TOLERANCE * 100, '; '.join(worse)))


if __name__ == '__main__':
    main()
