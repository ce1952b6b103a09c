// SPDX-License-Identifier: GPL-2.0
/* Flow director messages: status codes, limits, resets, garbage. */
#include "fdir_bed.h"

/* ----------------------------------------------------- status codes, limits */

TEST_ONCE(duplicate_and_delete)
{
	struct rule *m;
	struct bed b;
	uint32_t id, id2;

	open4(&b);
	m = ip4(5);
	to_queue(m, 1);
	CHECK_EQ(send_rule(&b, m, &id), S_OK);
	CHECK_EQ(send_rule(&b, m, NULL), S_EXIST);
	m = ip4(5);
	action(m, A_DROP);
	CHECK_EQ(send_rule(&b, m, NULL), S_EXIST);
	m = ip4(6);
	to_queue(m, 1);
	CHECK_EQ(send_rule(&b, m, &id2), S_OK);
	CHECK(id != id2);
	CHECK_EQ(del_rule(&b, id), S_OK);
	CHECK_EQ(del_rule(&b, id), S_NONE);
	CHECK_EQ(del_rule(&b, 1024), S_NONE);
	CHECK_EQ(del_rule(&b, 0xffffffff), S_NONE);
	CHECK_EQ(del_rule(&b, id2), S_OK);
	CHECK_EQ(bed_stats(&b).vc_refused, 0);
	bed_close(&b);
}

TEST_ONCE(validate_only)
{
	uint8_t frame[256];
	struct rule *m;
	struct bed b;
	uint32_t len, id;

	open4(&b);
	len = ip4_frame(frame, 5);
	m = ip4(5);
	to_queue(m, 1);
	put_le16(m->m + 2, 1);
	CHECK_EQ(send_rule(&b, m, &id), S_OK);
	CHECK_EQ(id, 0);
	CHECK(!match(&b, frame, len));
	CHECK_EQ(del_rule(&b, 0), S_NONE);
	put_le16(m->m + 2, 0);
	CHECK_EQ(send_rule(&b, m, NULL), S_OK);
	/* only the rule is judged, not what it would meet */
	put_le16(m->m + 2, 1);
	CHECK_EQ(send_rule(&b, m, NULL), S_OK);
	m = ip4(5);
	to_queue(m, 4);
	put_le16(m->m + 2, 1);
	CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	bed_close(&b);
}

TEST_ONCE(capacity)
{
	uint8_t frame[256], *p;
	uint32_t i, len, id;
	struct rule *m;
	struct bed b;

	open4(&b);
	for (i = 0; i < 1024; i++) {
		m = ip4(i);
		to_queue(m, (uint16_t)(i % 4));
		CHECK_EQ_AT(send_rule(&b, m, &id), S_OK, i);
		CHECK(id < 1024);
	}
	m = ip4(i);
	to_queue(m, 0);
	CHECK_EQ(send_rule(&b, m, NULL), S_NORES);
	/* a duplicate is one even then; what is invalid, too */
	m = ip4(7);
	to_queue(m, 0);
	CHECK_EQ(send_rule(&b, m, NULL), S_EXIST);
	m = ip4(i);
	to_queue(m, 9);
	CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	for (i = 0; i < 1024; i++) {
		len = ip4_frame(frame, i);
		CHECK_EQ_AT(match(&b, frame, len)->act.queue, i % 4, i);
	}
	len = ip4_frame(frame, i);
	CHECK(!match(&b, frame, len));
	CHECK_EQ(del_rule(&b, 100), S_OK);
	m = ip4(i);
	to_queue(m, 0);
	CHECK_EQ(send_rule(&b, m, NULL), S_OK);

	/* sixteen sets of fields */
	avf_dev_reset(b.h.dev, AVF_RESET_VF);
	avfdrv_mbx_init(&b.d);
	CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	for (i = 0; i < 18; i++) {
		m = begin();
		hdr(m, H_ETH, 0);
		p = hdr(m, H_IP4, i);
		memset(p, 1, 20);
		to_queue(m, 1);
		CHECK_EQ_AT(send_rule(&b, m, &id), i < 16 ? S_OK : S_NORES, i);
	}
	bed_close(&b);
}

/* A rule that fails leaves those that exist, and its number, alone. */
TEST_ONCE(all_or_nothing)
{
	uint8_t frame[256];
	struct rule *m;
	struct bed b;
	uint32_t len, id;

	open4(&b);
	m = ip4(5);
	to_queue(m, 1);
	CHECK_EQ(send_rule(&b, m, &id), S_OK);
	m = ip4(6);
	to_queue(m, 1);
	hdr(m, H_TCP, F(5));
	CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	m = ip4(6);
	to_queue(m, 1);
	action(m, A_COUNT);
	CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	len = ip4_frame(frame, 6);
	CHECK(!match(&b, frame, len));
	len = ip4_frame(frame, 5);
	CHECK(match(&b, frame, len));
	CHECK_EQ(del_rule(&b, id + 1), S_NONE);
	bed_close(&b);
}

/* --------------------------------------------------------- reset and life */

/* Reset a device with @n rules; returns how often it waited for the queues. */
static uint32_t reset_with(struct bed *b, uint32_t k, uint32_t n)
{
	static const enum avf_reset kinds[] = {
		AVF_RESET_VF, AVF_RESET_PF, AVF_RESET_FLR,
	};
	uint32_t i, waits;
	struct rule *m;

	open4(b);
	for (i = 0; i < n; i++) {
		m = ip4(i);
		to_queue(m, 1);
		CHECK_EQ(send_rule(b, m, NULL), S_OK);
	}
	waits = b->h.quiesced;
	if (k < ARRAY_SIZE(kinds)) {
		avf_dev_reset(b->h.dev, kinds[k]);
	} else {
		/* a driver that starts over without a reset */
		avfdrv_mbx_shutdown(&b->d);
		avfdrv_mbx_init(&b->d);
		CHECK_EQ(avfdrv_version(&b->d, 1, 1), 0);
	}
	return b->h.quiesced - waits;
}

TEST_ONCE(forgotten_at_reset)
{
	uint8_t frame[256];
	uint32_t k, len, waits;
	struct rule *m;
	struct bed b;

	len = ip4_frame(frame, 5);
	for (k = 0; k < 4; k++) {
		waits = reset_with(&b, k, 0);
		bed_close(&b);
		/* once more for all the rules, not for each */
		CHECK_EQ_AT(reset_with(&b, k, 300), waits + 1, k);
		CHECK(!match(&b, frame, len));
		if (k == 1)
			avf_dev_reset_done(b.h.dev);
		if (k < 3) {
			avfdrv_pci_on(&b.d, 5);
			avfdrv_mbx_init(&b.d);
			CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
		}
		CHECK_EQ(avfdrv_resources(&b.d), 0);
		CHECK_EQ(del_rule(&b, 5), S_NONE);
		m = ip4(5);
		to_queue(m, 1);
		CHECK_EQ(send_rule(&b, m, NULL), S_OK);
		CHECK(match(&b, frame, len));
		bed_close(&b);
	}
}

/* ---------------------------------------------------------------- garbage */

TEST_ONCE(lengths)
{
	uint8_t del[DEL_LEN] = { 1 };
	struct avfdrv_msg m;
	struct rule *r;
	struct bed b;
	uint32_t len;

	open4(&b);
	r = ip4(5);
	to_queue(r, 1);
	bed_check_len(&b, VC_ADD_FDIR, r->m, ADD_LEN);
	bed_check_len(&b, VC_DEL_FDIR, del, DEL_LEN);
	for (len = 0; len < ADD_LEN; len += 97) {
		CHECK_EQ(avfdrv_cmd(&b.d, VC_ADD_FDIR, r->m, len, &m),
			 VC_EPARAM);
		/* Linux prints what comes with an error */
		CHECK_EQ(m.len, 0);
	}
	put_le16(r->m, 2);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_ADD_FDIR, r->m, ADD_LEN, &m), VC_EPARAM);
	CHECK_EQ(m.len, 0);
	del[0] = 2;
	CHECK_EQ(avfdrv_cmd(&b.d, VC_DEL_FDIR, del, DEL_LEN, &m), VC_EPARAM);
	CHECK_EQ(m.len, 0);
	del[0] = 1;
	CHECK_EQ(del_rule(&b, 0), S_NONE);

	b.d.want_caps = CAPS_LINUX & ~CAP_FDIR;
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	put_le16(r->m, 1);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_ADD_FDIR, r->m, ADD_LEN, &m), VC_ENOTSUPP);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_DEL_FDIR, del, DEL_LEN, &m), VC_ENOTSUPP);
	bed_close(&b);
}

/* Which headers and fields there are, over all of them. */
TEST_ONCE(unknown_headers_and_fields)
{
	/* selectors that are known, by header type */
	static const struct {
		uint8_t under[3];	/* between Ethernet and it */
		uint32_t type, fields;
	} known[] = {
		{ { 0 }, H_IP4, 0x1f }, { { 0 }, H_IP6, 0x1f },
		{ { H_IP4 }, H_TCP, 3 }, { { H_IP6 }, H_UDP, 3 },
		{ { H_IP4 }, H_SCTP, 3 }, { { H_IP4 }, H_ESP, 1 },
		{ { H_IP6 }, H_AH, 1 }, { { H_IP4 }, H_L2TPV3, 1 },
		{ { H_IP4, H_UDP }, H_ESP, 1 }, { { H_IP4, H_UDP }, H_GTPU, 1 },
		{ { H_IP4, H_UDP }, H_PFCP, 1 },
		{ { H_IP4, H_UDP, H_GTPU }, H_EH, 2 },
		{ { H_IP4, H_UDP, H_GTPU }, H_DL, 1 },
		{ { H_IP6, H_UDP, H_GTPU }, H_UL, 1 },
		{ { H_IP4 }, H_IP4_FRAG, 0 }, { { H_IP6 }, H_IP6_FRAG, 0 },
	};
	static const uint32_t odd[] = {
		24, 25, 31, 32, 33, 63, 64, 255, 0x7fffffff, 0x80000000,
		0xffffffff
	};
	uint32_t i, k, bit, id, type;
	struct rule *m;
	struct bed b;

	open4(&b);
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		for (bit = 0; bit <= 32; bit++) {
			uint32_t f = bit < 32 ? F(bit) : 0;
			bool ok = !(f & ~known[i].fields);

			m = begin();
			hdr(m, H_ETH, 0);
			for (k = 0; k < 3 && known[i].under[k]; k++)
				hdr(m, known[i].under[k], 0);
			hdr(m, known[i].type, f);
			to_queue(m, 1);
			CHECK_EQ_AT(send_rule(&b, m, &id),
				    ok ? S_OK : S_INVALID, i * 100 + bit);
			if (ok)
				CHECK_EQ(del_rule(&b, id), S_OK);
		}
	}

	/* every other header at every place, alone and after IPv4 and UDP */
	for (i = 0; i < 24 + ARRAY_SIZE(odd); i++) {
		type = i < 24 ? i : odd[i - 24];
		m = begin();
		hdr(m, type, 0);
		hdr(m, type == H_ETH ? H_ETH : H_IP4, 0);
		to_queue(m, 1);
		CHECK_EQ_AT(send_rule(&b, m, NULL), S_INVALID, type);

		m = begin();
		hdr(m, H_ETH, 0);
		hdr(m, type, 0);
		to_queue(m, 1);
		CHECK_EQ_AT(send_rule(&b, m, &id), type == H_IP4 ||
			    type == H_IP6 ? S_OK : S_INVALID, type);
		del_rule(&b, id);

		m = begin();
		hdr(m, H_ETH, 0);
		hdr(m, H_IP4, 0);
		hdr(m, H_UDP, 0);
		hdr(m, type, 0);
		to_queue(m, 1);
		CHECK_EQ_AT(send_rule(&b, m, &id), type == H_ESP ||
			    type == H_GTPU || type == H_PFCP ? S_OK :
			    S_INVALID, type);
		del_rule(&b, id);
	}
	bed_close(&b);
}

TEST_ONCE(contradictions)
{
	struct rule *m;
	struct bed b;
	uint8_t *p;

	open4(&b);
	/* TCP in something that is not TCP */
	m = begin();
	hdr(m, H_ETH, 0);
	p = hdr(m, H_IP4, F(4));
	p[9] = 17;
	hdr(m, H_TCP, 0);
	to_queue(m, 1);
	CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	/* inner headers; a whole packet instead of headers */
	m = ip4(5);
	to_queue(m, 1);
	m->m[8] = 1;
	CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	m = begin();
	put_le16(m->m + 16, 60);
	memset(m->m + 18, 0xff, 2048);
	to_queue(m, 1);
	CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	bed_close(&b);
}

TEST_ONCE(counts)
{
	static const uint32_t n[] = { 0, 3, 32, 33, 34, 255, 0x7fffffff,
				      0x80000000, 0xffffffff };
	struct rule *m;
	struct bed b;
	uint32_t i;

	open4(&b);
	for (i = 0; i < ARRAY_SIZE(n); i++) {
		m = ip4(5);
		to_queue(m, 1);
		put_le32(m->m + 12, n[i]);
		CHECK_EQ_AT(send_rule(&b, m, NULL), S_INVALID, i);
	}
	bed_close(&b);
}

/* The long reply meets memory that is not there: at its ends, and inside. */
TEST(reply_unreachable)
{
	static const uint32_t at[] = { 0, 7, 8, 1000, 2611, 2612, 2615 };
	struct rule *r;
	struct bed b;
	uint32_t i;

	open4(&b);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		uint64_t errors = bed_stats(&b).mbx_errors;

		r = ip4(i);
		to_queue(r, 1);
		b.h.fail_iova = b.d.arq_bufs.iova + b.d.arq_ntc * AQ_BUF +
				at[i];
		b.h.fail_len = 1;
		CHECK_EQ_AT(avfdrv_cmd(&b.d, VC_ADD_FDIR, r->m, ADD_LEN, NULL),
			    DRV_TIMEOUT, at[i]);
		CHECK_EQ(bed_stats(&b).mbx_errors, errors + 1);
		b.h.fail_len = 0;
		/* the rule is there, though nobody was told */
		CHECK_EQ(send_rule(&b, r, NULL), S_EXIST);
	}
	bed_close(&b);
}
