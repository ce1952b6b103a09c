// SPDX-License-Identifier: GPL-2.0
/*
 * The emulated E810 as a PCI Express device of QEMU, "vdcm-e810": config space,
 * BARs, MSI-X, a network backend as the wire, and DMA: with the requester id
 * alone or with a PASID, through QEMU's VT-d.
 *
 * For QEMU 10.0, where test/vm/build-qemu compiles it in; vtd_find_add_as() is
 * no stable interface of QEMU's.
 *
 * Properties besides those of any NIC:
 *	vectors		MSI-X vectors (1024)
 *	pasid-bits	width in the PASID capability (8, as of the VT-d
 *			that qemu-patches/ make)
 *	reset-polls, drain-polls	see struct e810_config
 *	x-complain	each mistake of the driver on stderr (off)
 *	x-fault		a fault to come, "kind[:opcode[:after[:value]]]" of
 *			fault_names[]; may be set while running (qom-set)
 *	x-mutation	of e810_mutation_names[]
 *	x-core-reset	writing true: a core reset comes from elsewhere
 *	counts		read-only: struct e810_counts
 */
#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"
#include "qemu/module.h"
#include "qapi/error.h"
#include "hw/i386/intel_iommu.h"
#include "hw/pci/msix.h"
#include "hw/pci/pci_bus.h"
#include "hw/pci/pci_device.h"
#include "hw/pci/pcie.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "net/net.h"
#include "system/dma.h"

#include "e810_model.h"

#define TYPE_VDCM_E810 "vdcm-e810"
OBJECT_DECLARE_SIMPLE_TYPE(VdcmE810, VDCM_E810)

#define MSIX_BAR		3
#define MSIX_BAR_SIZE		0x10000
#define MSIX_PBA		0x8000
#define OFF_PASID		0x100
#define OFF_DVSEC		0x140
#define DVSEC_ID		0x23
#define SIOV_DVSEC		5	/* Intel's Scalable IOV, revision 1.1 */
#define PASID_WIDTH_SHIFT	8	/* in PCI_PASID_CAP */

struct VdcmE810 {
	PCIDevice parent;
	MemoryRegion bar, msix;
	NICState *nic;
	NICConf conf;
	QEMUBH *bh;
	struct e810 *model;
	bool in_flr;
	uint32_t vectors, reset_polls, drain_polls;
	uint8_t pasid_bits;
	bool complain;
	char *fault, *mutation;
	struct e810_fault_plan plan;
	enum e810_mutation mut;
};

/* ---- what the model asks for */

static bool pasid_enabled(const PCIDevice *pci)
{
	return pci_get_word(pci->config + OFF_PASID + PCI_PASID_CTRL) &
	       PCI_PASID_CTRL_ENABLE;
}

/*
 * Fails closed: a PASID the IOMMU does not translate, or that the guest has not
 * allowed in the capability, is refused, not sent without one.
 */
static bool pasid_dma(VdcmE810 *s, uint32_t pasid, dma_addr_t addr, void *buf,
		      dma_addr_t len, DMADirection dir)
{
	PCIDevice *pci = PCI_DEVICE(s);
	Object *obj = object_resolve_path_type("", TYPE_INTEL_IOMMU_DEVICE,
					       NULL);
	IntelIOMMUState *iommu;
	VTDAddressSpace *as;

	if (!obj || !pasid_enabled(pci) ||
	    pasid >= 1u << s->pasid_bits ||
	    !(pci_get_word(pci->config + PCI_COMMAND) & PCI_COMMAND_MASTER))
		return false;
	iommu = INTEL_IOMMU_DEVICE(obj);
	if (!iommu->dmar_enabled || !iommu->root_scalable)
		return false;
	as = vtd_find_add_as(iommu, pci_get_bus(pci), pci->devfn, pasid);
	return dma_memory_rw(&as->as, addr, buf, len, dir,
			     MEMTXATTRS_UNSPECIFIED) == MEMTX_OK;
}

static bool op_dma(void *host, int32_t pasid, uint64_t addr, void *buf,
		   size_t len, bool write)
{
	DMADirection dir = write ? DMA_DIRECTION_FROM_DEVICE :
				   DMA_DIRECTION_TO_DEVICE;
	VdcmE810 *s = host;

	if (pasid != E810_RID)
		return pasid_dma(s, (uint32_t)pasid, addr, buf, len, dir);
	return pci_dma_rw(PCI_DEVICE(s), addr, buf, len, dir,
			  MEMTXATTRS_UNSPECIFIED) == MEMTX_OK;
}

static void op_msix(void *host, unsigned int vector)
{
	PCIDevice *pci = PCI_DEVICE(host);

	if (msix_enabled(pci))
		msix_notify(pci, vector);
}

static void op_transmit(void *host, const void *frame, size_t len)
{
	VdcmE810 *s = host;
	static const uint8_t zero[60];
	uint8_t padded[60];

	if (len < sizeof(padded)) {
		memcpy(padded, zero, sizeof(padded));
		memcpy(padded, frame, len);
		frame = padded;
		len = sizeof(padded);
	}
	qemu_send_packet(qemu_get_queue(s->nic), frame, (int)len);
}

static void op_kick(void *host)
{
	VdcmE810 *s = host;

	qemu_bh_schedule(s->bh);
}

static void op_complain(void *host, const char *text)
{
	VdcmE810 *s = host;

	if (s->complain)
		warn_report("%s: %s", TYPE_VDCM_E810, text);
}

static const struct e810_ops model_ops = {
	.dma = op_dma,
	.msix = op_msix,
	.transmit = op_transmit,
	.kick = op_kick,
	.complain = op_complain,
};

static void run(void *opaque)
{
	VdcmE810 *s = opaque;

	if (e810_run(s->model))
		qemu_bh_schedule(s->bh);
}

/* ---- BAR 0 */

static uint64_t bar_read(void *opaque, hwaddr addr, unsigned int size)
{
	VdcmE810 *s = opaque;

	return e810_read(s->model, (uint32_t)addr);
}

static void bar_write(void *opaque, hwaddr addr, uint64_t val,
		      unsigned int size)
{
	VdcmE810 *s = opaque;

	e810_write(s->model, (uint32_t)addr, (uint32_t)val);
}

static const MemoryRegionOps bar_ops = {
	.read = bar_read,
	.write = bar_write,
	.endianness = DEVICE_LITTLE_ENDIAN,
	.valid = { .min_access_size = 4, .max_access_size = 8 },
	.impl = { .min_access_size = 4, .max_access_size = 4 },
};

/* ---- the wire */

static ssize_t wire_receive(NetClientState *nc, const uint8_t *buf,
			    size_t size)
{
	VdcmE810 *s = qemu_get_nic_opaque(nc);

	e810_receive(s->model, buf, size);
	return (ssize_t)size;
}

static void wire_link(NetClientState *nc)
{
	VdcmE810 *s = qemu_get_nic_opaque(nc);

	e810_set_link(s->model, !nc->link_down);
}

static NetClientInfo wire_info = {
	.type = NET_CLIENT_DRIVER_NIC,
	.size = sizeof(NICState),
	.receive = wire_receive,
	.link_status_changed = wire_link,
};

/* ---- properties */

static const char *const fault_names[] = {
	[E810_FAULT_NONE] = "none",
	[E810_FAULT_AQ_LOST] = "aq-lost",
	[E810_FAULT_AQ_ERROR] = "aq-error",
	[E810_FAULT_AQ_GARBLE] = "aq-garble",
	[E810_FAULT_PFR] = "pfr",
	[E810_FAULT_CORER] = "corer",
	[E810_FAULT_CORER_AFTER] = "corer-after",
	[E810_FAULT_VSI_RESET] = "vsi-reset",
	[E810_FAULT_DRAIN] = "drain",
};

static int find_name(const char *const *names, unsigned int n,
		     const char *name)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return (int)i;
	return -1;
}

static char *get_fault(Object *obj, Error **errp)
{
	return g_strdup(VDCM_E810(obj)->fault ?: "none");
}

static void set_fault(Object *obj, const char *value, Error **errp)
{
	VdcmE810 *s = VDCM_E810(obj);
	char **part = g_strsplit(value, ":", 5);
	unsigned long v[3] = { 0 };
	int kind, i;

	kind = part[0] ? find_name(fault_names, ARRAY_SIZE(fault_names),
				   part[0]) : -1;
	for (i = 0; kind >= 0 && part[i + 1]; i++)
		if (i == 3 || qemu_strtoul(part[i + 1], NULL, 0, &v[i]) ||
		    v[i] > 0xffff)
			kind = -1;
	g_strfreev(part);
	if (kind < 0) {
		error_setg(errp, "not a fault: '%s'", value);
		return;
	}
	s->plan = (struct e810_fault_plan){
		.kind = (enum e810_fault)kind,
		.opcode = (uint16_t)v[0],
		.after = (unsigned int)v[1],
		.value = (uint16_t)v[2],
	};
	g_free(s->fault);
	s->fault = g_strdup(value);
	if (s->model)
		e810_set_fault(s->model, &s->plan);
}

static char *get_mutation(Object *obj, Error **errp)
{
	return g_strdup(e810_mutation_names[VDCM_E810(obj)->mut]);
}

static void set_mutation(Object *obj, const char *value, Error **errp)
{
	VdcmE810 *s = VDCM_E810(obj);
	int m = find_name(e810_mutation_names, E810_MUT_COUNT, value);

	if (m < 0) {
		error_setg(errp, "not a mutation: '%s'", value);
		return;
	}
	s->mut = (enum e810_mutation)m;
	if (s->model)
		e810_set_mutation(s->model, s->mut);
}

static bool get_core_reset(Object *obj, Error **errp)
{
	return false;
}

static void set_core_reset(Object *obj, bool value, Error **errp)
{
	VdcmE810 *s = VDCM_E810(obj);

	if (value && s->model)
		e810_core_reset(s->model);
}

static char *get_counts(Object *obj, Error **errp)
{
	VdcmE810 *s = VDCM_E810(obj);
	const struct e810_counts *n;

	if (!s->model)
		return g_strdup("");
	n = e810_counts(s->model);
#define N(field) #field "=%" PRIu64 " "
	return g_strdup_printf(N(commands) N(refused) N(mistakes)
			       N(bad_registers) N(page_ignored) N(dma_faults)
			       N(events_lost) N(tx_frames) N(rx_frames)
			       N(rx_dropped) N(loopback_frames) N(pf_resets)
			       N(core_resets) N(vsi_resets) N(rx_pages)
			       N(tx_pages),
			       n->commands, n->refused, n->mistakes,
			       n->bad_registers, n->page_ignored,
			       n->dma_faults, n->events_lost, n->tx_frames,
			       n->rx_frames, n->rx_dropped, n->loopback_frames,
			       n->pf_resets, n->core_resets, n->vsi_resets,
			       n->pages[0], n->pages[1]);
#undef N
}

static const Property properties[] = {
	DEFINE_NIC_PROPERTIES(VdcmE810, conf),
	DEFINE_PROP_UINT32("vectors", VdcmE810, vectors, 1024),
	DEFINE_PROP_UINT32("reset-polls", VdcmE810, reset_polls, 2),
	DEFINE_PROP_UINT32("drain-polls", VdcmE810, drain_polls, 3),
	DEFINE_PROP_UINT8("pasid-bits", VdcmE810, pasid_bits, 8),
	DEFINE_PROP_BOOL("x-complain", VdcmE810, complain, false),
};

/* ---- life */

static void config_write(PCIDevice *pci, uint32_t addr, uint32_t val, int len)
{
	VdcmE810 *s = VDCM_E810(pci);

	pci_default_write_config(pci, addr, val, len);
	/* it resets the whole device, which must not be as after power on */
	s->in_flr = true;
	pcie_cap_flr_write_config(pci, addr, val, len);
	s->in_flr = false;
}

static void reset_hold(Object *obj, ResetType type)
{
	VdcmE810 *s = VDCM_E810(obj);

	qemu_bh_cancel(s->bh);
	if (s->in_flr)
		e810_flr(s->model);
	else
		e810_cold_reset(s->model);
}

static bool add_capabilities(VdcmE810 *s, Error **errp)
{
	PCIDevice *pci = PCI_DEVICE(s);
	unsigned int i;

	if (pcie_endpoint_cap_init(pci, 0xa0) < 0) {
		error_setg(errp, "no PCI Express here");
		return false;
	}
	pcie_cap_flr_init(pci);
	memory_region_init(&s->msix, OBJECT(s), "vdcm-e810-msix",
			   MSIX_BAR_SIZE);
	pci_register_bar(pci, MSIX_BAR, PCI_BASE_ADDRESS_MEM_TYPE_64 |
			 PCI_BASE_ADDRESS_MEM_PREFETCH, &s->msix);
	if (msix_init(pci, (unsigned short)s->vectors, &s->msix, MSIX_BAR, 0,
		      &s->msix, MSIX_BAR, MSIX_PBA, 0x70, errp))
		return false;
	for (i = 0; i < s->vectors; i++)
		msix_vector_use(pci, i);
	pcie_add_capability(pci, PCI_EXT_CAP_ID_PASID, 1, OFF_PASID,
			    PCI_EXT_CAP_PASID_SIZEOF);
	pci_set_word(pci->config + OFF_PASID + PCI_PASID_CAP,
		     (uint16_t)(s->pasid_bits << PASID_WIDTH_SHIFT |
				PCI_PASID_CAP_PRIV));
	pci_set_word(pci->wmask + OFF_PASID + PCI_PASID_CTRL,
		     PCI_PASID_CTRL_ENABLE | PCI_PASID_CTRL_EXEC |
		     PCI_PASID_CTRL_PRIV);
	pcie_add_capability(pci, DVSEC_ID, 1, OFF_DVSEC, 0x18);
	pci_set_word(pci->config + OFF_DVSEC + 4, PCI_VENDOR_ID_INTEL);
	pci_set_word(pci->config + OFF_DVSEC + 6, 0x0180);
	pci_set_word(pci->config + OFF_DVSEC + 8, SIOV_DVSEC);
	return true;
}

static void realize(PCIDevice *pci, Error **errp)
{
	VdcmE810 *s = VDCM_E810(pci);
	struct e810_config config = {
		.vectors = s->vectors,
		.reset_polls = s->reset_polls,
		.drain_polls = s->drain_polls,
	};

	if (!s->vectors || s->vectors > E810_VECTORS || !s->pasid_bits ||
	    s->pasid_bits > 20) {
		error_setg(errp, "vectors: 1 to %u, pasid-bits: 1 to 20",
			   E810_VECTORS);
		return;
	}
	qemu_macaddr_default_if_unset(&s->conf.macaddr);
	memcpy(config.mac, s->conf.macaddr.a, sizeof(config.mac));
	memory_region_init_io(&s->bar, OBJECT(s), &bar_ops, s, "vdcm-e810",
			      E810_BAR_SIZE);
	pci_register_bar(pci, 0, PCI_BASE_ADDRESS_MEM_TYPE_64 |
			 PCI_BASE_ADDRESS_MEM_PREFETCH, &s->bar);
	if (!add_capabilities(s, errp))
		return;
	s->bh = qemu_bh_new_guarded(run, s,
				    &DEVICE(s)->mem_reentrancy_guard);
	s->model = e810_create(&config, &model_ops, s);
	if (!s->model) {
		error_setg(errp, "out of memory");
		return;
	}
	e810_set_fault(s->model, &s->plan);
	e810_set_mutation(s->model, s->mut);
	s->nic = qemu_new_nic(&wire_info, &s->conf, TYPE_VDCM_E810,
			      DEVICE(s)->id, &DEVICE(s)->mem_reentrancy_guard,
			      s);
	qemu_format_nic_info_str(qemu_get_queue(s->nic), s->conf.macaddr.a);
}

static void unrealize(PCIDevice *pci)
{
	VdcmE810 *s = VDCM_E810(pci);

	qemu_bh_delete(s->bh);
	qemu_del_nic(s->nic);
	msix_uninit(pci, &s->msix, &s->msix);
	pcie_cap_exit(pci);
	e810_destroy(s->model);
	g_free(s->fault);
}

static const VMStateDescription no_migration = {
	.name = TYPE_VDCM_E810,
	.unmigratable = 1,
};

static void class_init(ObjectClass *oc, void *data)
{
	PCIDeviceClass *k = PCI_DEVICE_CLASS(oc);
	DeviceClass *dc = DEVICE_CLASS(oc);

	k->realize = realize;
	k->exit = unrealize;
	k->config_write = config_write;
	k->vendor_id = PCI_VENDOR_ID_INTEL;
	k->device_id = 0x1592;		/* E810-C, QSFP */
	k->subsystem_vendor_id = PCI_VENDOR_ID_REDHAT_QUMRANET;
	k->subsystem_id = 0xe810;	/* so that a guest can tell */
	k->revision = 2;
	k->class_id = PCI_CLASS_NETWORK_ETHERNET;
	dc->desc = "Emulated Intel E810 of the vdcm project, no real one's twin";
	dc->vmsd = &no_migration;
	RESETTABLE_CLASS(oc)->phases.hold = reset_hold;
	device_class_set_props(dc, properties);
	set_bit(DEVICE_CATEGORY_NETWORK, dc->categories);
	object_class_property_add_str(oc, "x-fault", get_fault, set_fault);
	object_class_property_add_str(oc, "x-mutation", get_mutation,
				      set_mutation);
	object_class_property_add_bool(oc, "x-core-reset", get_core_reset,
				       set_core_reset);
	object_class_property_add_str(oc, "counts", get_counts, NULL);
}

static const TypeInfo type_info = {
	.name = TYPE_VDCM_E810,
	.parent = TYPE_PCI_DEVICE,
	.instance_size = sizeof(VdcmE810),
	.class_init = class_init,
	.interfaces = (InterfaceInfo[]) {
		{ INTERFACE_PCIE_DEVICE },
		{ }
	},
};

static void register_types(void)
{
	type_register_static(&type_info);
}

type_init(register_types)
