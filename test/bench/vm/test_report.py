#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""report.py, on samples written here by hand."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
import report  # noqa: E402


def tcp(size, seconds=3.0):
    part = {'seconds': seconds, 'bytes': size,
            'bits_per_second': size * 8 / seconds}
    return json.dumps({'end': {'sum_sent': dict(part, bytes=size + 9999),
                               'sum_received': part}})


def udp(sent, lost, size=18, seconds=2.0):
    """As iperf3 3.12 and later: "sum" counts what was sent."""
    total = {'seconds': seconds, 'bytes': sent * size, 'packets': sent,
             'lost_packets': lost}
    got = dict(total, bytes=(sent - lost) * size)
    return json.dumps({'end': {'sum': total, 'sum_received': got}})


def ping(times):
    return ''.join('64 bytes from 10.78.0.2: icmp_seq=%d ttl=64 time=%.3f ms\n'
                   % (i + 1, t) for i, t in enumerate(times))


TESTPMD = '''
testpmd> start tx_first 8
testpmd> show port stats all
  Throughput (since last show)
  Rx-pps:            7          Rx-bps:          448
  Rx-pps:            9          Rx-bps:          448
testpmd> show port stats all
  Throughput (since last show)
  Rx-pps:        12000          Rx-bps:      6144000
  Tx-pps:        99999          Tx-bps:      6144000
  Rx-pps:        13000          Rx-bps:      6656000
testpmd> quit
'''


class Statistics(unittest.TestCase):
    def test_quantile(self):
        self.assertEqual(report.quantile([5], 0.99), 5)
        self.assertEqual(report.median([3, 1, 2]), 2)
        self.assertEqual(report.median([4, 1, 2, 3]), 2.5)
        self.assertAlmostEqual(report.quantile(range(101), 0.99), 99)
        self.assertEqual(report.quantile([1, 2], 1), 2)

    def test_summary(self):
        s = report.summary([10, 14, 11, 12, 100])
        self.assertEqual((s['n'], s['median'], s['min'], s['max']),
                         (5, 12, 10, 100))
        self.assertAlmostEqual(s['spread'], 3 / 12)
        self.assertEqual(report.summary([0, 0])['spread'], 0)

    def test_ratio(self):
        self.assertEqual(report.ratio(20, 10, True), 2)
        self.assertEqual(report.ratio(20, 10, False), 0.5)
        self.assertIsNone(report.ratio(None, 10, True))
        self.assertIsNone(report.ratio(5, 0, False))


class Parsers(unittest.TestCase):
    def test_tcp(self):
        bits, pps, size, packets = report.iperf(tcp(3000000))
        self.assertAlmostEqual(bits, 8e6)
        self.assertEqual((size, packets, pps), (3000000, 0, 0))

    def test_udp(self):
        bits, pps, size, packets = report.iperf(udp(1000, 400))
        self.assertEqual(packets, 600)
        self.assertEqual(pps, 300)
        self.assertAlmostEqual(bits, 600 * 18 * 8 / 2)
        self.assertAlmostEqual(size, 600 * 18)

    def test_udp_of_old_versions(self):
        total = {'seconds': 2.0, 'bytes': 18000, 'packets': 1000,
                 'lost_packets': 250}
        text = json.dumps({'end': {'sum': total}})
        self.assertEqual(report.iperf(text)[3], 750)

    def test_nothing_received(self):
        for text in ('', '{}', '{"error": "unable to connect"}',
                     udp(1000, 1000), tcp(0)):
            with self.assertRaises((ValueError, KeyError)):
                report.iperf(text)

    def test_ping(self):
        times = report.ping_times(ping([0.5] * 490 + [2.5] * 10))
        self.assertEqual(len(times), 500)
        self.assertAlmostEqual(report.quantile(times, 0.5), 500)
        self.assertAlmostEqual(report.quantile(times, 0.99), 2500)
        with self.assertRaises(ValueError):
            report.ping_times(ping([1] * 99))

    def test_pps(self):
        text = 'pps 10\npps 100\npps 300\npps 200\nsent 9 received 9 lost 0\n'
        self.assertEqual(report.avfpps(text), 200)
        with self.assertRaises(ValueError):
            report.avfpps(text.replace('sent', 'died'))
        self.assertEqual(report.testpmd(TESTPMD), 25000)
        with self.assertRaises(ValueError):
            report.testpmd(TESTPMD.split('testpmd> quit')[0][:200])
        with self.assertRaises(ValueError):
            report.testpmd(TESTPMD.replace('12000', '0').replace('13000', '0'))

    def test_scale(self):
        lines = ['hz 100', 'idle 0 10', 'memory 0 1000']
        lines += ['create %d %d' % (n, 1000 + n) for n in range(1, 129)]
        lines += ['memory 128 5000', 'idle 128 20', 'idle_held 64 30',
                  'memory_held 64 7400']
        lines += ['remove %d 2000' % n for n in range(128, 0, -1)]
        s = report.scale('\n'.join(lines))
        self.assertEqual(s['adis'], 128)
        self.assertAlmostEqual(s['create_ms_first_64'], 1.0325)
        self.assertAlmostEqual(s['create_ms_last_64'], 1.0965)
        self.assertAlmostEqual(s['create_ms_max'], 1.128)
        self.assertAlmostEqual(s['kib_per_adi'], 4000 / 128)
        self.assertAlmostEqual(s['idle_cpu_percent_128'], 2)
        self.assertAlmostEqual(s['idle_held_cpu_percent_64'], 3)
        self.assertAlmostEqual(s['kib_per_held_adi_64'], 100)
        with self.assertRaises(ValueError):
            report.scale('\n'.join(lines[:60]))


class WholeRun(unittest.TestCase):
    def setUp(self):
        self.tmp = tempfile.TemporaryDirectory()
        self.raw = os.path.join(self.tmp.name, 'raw')
        os.mkdir(self.raw)
        self.put('meta.txt', 'kernel 6.12\ncpus 1\nrounds 5\nseconds 3\n'
                             'qemu QEMU emulator version 10.0\n')

    def tearDown(self):
        self.tmp.cleanup()

    def put(self, name, text):
        with open(os.path.join(self.raw, name), 'w') as f:
            f.write(text)

    def report(self):
        p = subprocess.run([sys.executable, '-B',
                            os.path.join(HERE, 'report.py'), '--raw', self.raw,
                            '--out', self.tmp.name], capture_output=True,
                           text=True)
        return p.returncode, p.stdout + p.stderr

    def json(self):
        with open(os.path.join(self.tmp.name, 'vm.json')) as f:
            return json.load(f)

    def tcp_and_udp(self):
        kv = 'busy 150\ntotal 300\nexits 6000\nmmio_exits 500\nio_exits 100\n' \
             'hz 100\n'
        for peer, factor in (('vdcm', 4), ('virtio', 2), ('igb', 1)):
            for r in range(1, 6):
                self.put('tcp_tso.%s.%d.json' % (peer, r),
                         tcp(factor * 1000000 * (10 + r)))
                self.put('tcp_tso.%s.%d.kv' % (peer, r), kv)
                self.put('udp64.%s.%d.json' % (peer, r), udp(1200, 0))
                self.put('udp64.%s.%d.kv' % (peer, r), kv)

    def test_good(self):
        self.tcp_and_udp()
        self.put('driver.vdcm.0.txt', 'driver: iavf\n')
        rc, text = self.report()
        self.assertEqual(rc, 0, text)
        self.assertNotIn('missing', text)
        rows = {r['metric']: r for r in self.json()['metrics']}
        peers = rows['tcp_tso']['peers']
        self.assertAlmostEqual(peers['igb']['ratio'], 4)
        self.assertAlmostEqual(peers['virtio']['ratio'], 2)
        self.assertAlmostEqual(peers['vdcm']['median'], 4 * 13 * 8 / 3)
        self.assertAlmostEqual(
            rows['trapped_udp64']['peers']['vdcm']['median'], 0.5)
        self.assertAlmostEqual(
            rows['exits_udp64']['peers']['vdcm']['median'], 5)
        # 1.5 s for 52 MB; less is better, and we are twice as good
        cpu = rows['cpu_per_gb']['peers']
        self.assertAlmostEqual(cpu['vdcm']['median'], 1.5 / 0.052)
        self.assertAlmostEqual(cpu['virtio']['ratio'], 2)
        tree = ET.parse(os.path.join(self.tmp.name, 'vm.svg'))
        bars = [e for e in tree.iter() if e.tag.endswith('rect')]
        self.assertEqual(len(bars), 1 + 3 * len(rows))

    def test_user_space(self):
        ours = 'pps 10\npps 5000\npps 5000\nsent 9 received 9 lost 0\n'
        for r in range(1, 6):
            self.put('pps64.vdcm.%d.txt' % r, ours)
            self.put('testpmd64.vdcm.%d.txt' % r,
                     TESTPMD.replace('12000', '37000'))
            self.put('testpmd64.virtio-user.%d.txt' % r, TESTPMD)
        rc, text = self.report()
        self.assertEqual(rc, 0, text)
        rows = {r['metric']: r for r in self.json()['metrics']}
        for name, ratio in (('pps64', 0.2), ('testpmd64', 2)):
            self.assertAlmostEqual(
                rows[name]['peers']['virtio-user']['ratio'], ratio)

    def test_lost_samples_are_named(self):
        self.tcp_and_udp()
        self.put('tcp_tso.igb.3.json', '{"error": "unable to connect"}')
        self.put('udp64.igb.2.json', '')
        rc, text = self.report()
        self.assertEqual(rc, 0, text)
        self.assertIn('missing: tcp_tso.igb.3.json', text)
        self.assertIn('missing: udp64.igb.2.json', text)
        self.assertIn('ONLY 4 SAMPLES', text)

    def test_no_comparison_is_a_failure(self):
        for peer in ('vdcm', 'igb'):
            with self.subTest(peer=peer):
                for r in range(1, 6):
                    self.put('ping.%s.%d.txt' % (peer, r), ping([1] * 500))
                    self.put('ping.%s.%d.kv' % (peer, r), 'exits 5000\n')
                rc, text = self.report()
                if peer == 'vdcm':
                    self.assertNotEqual(rc, 0)
                    self.assertIn('nothing to compare: ping_p50', text)
                else:
                    self.assertEqual(rc, 0, text)

    def test_empty(self):
        rc, text = self.report()
        self.assertNotEqual(rc, 0)
        self.assertIn('no samples at all', text)
        os.rename(self.raw, self.raw + '2')
        self.assertNotEqual(self.report()[0], 0)


if __name__ == '__main__':
    unittest.main()
