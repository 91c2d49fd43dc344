// exrows.sys: what the executive half of wdm.dll does for a driver, row by row, in DriverEntry. Expected results: the
// page of each routine at learn.microsoft.com.

#include <ntifs.h>
extern "C" __declspec(dllimport) LONG ExLibState(void);
extern "C" __declspec(dllimport) LONG ExLibData;

static int passed, failed;
static void Row(const char *name, bool good) {
  DbgPrint("exrows: %s %s\n", good ? "ok" : "FAILED", name);
  (good ? passed : failed) += 1;
}
#define TAG 'tseT'
struct Shared {
  ERESOURCE resource;
  KEVENT event, done;
  EX_PUSH_LOCK push;
  EX_RUNDOWN_REF run;
  volatile LONG step;
  FAST_MUTEX fast;
};
static Shared *shared;
static volatile LONG order;

static VOID NTAPI ResourceThread(PVOID) {
  KeEnterCriticalRegion();
  ExAcquireResourceExclusiveLite(&shared->resource, TRUE);
  shared->step = InterlockedIncrement(&order);
  ExReleaseResourceLite(&shared->resource);
  ExAcquirePushLockExclusive(&shared->push);
  InterlockedIncrement(&order);
  ExReleasePushLockExclusive(&shared->push);
  ExAcquireFastMutex(&shared->fast);
  InterlockedIncrement(&order);
  ExReleaseFastMutex(&shared->fast);
  ExWaitForRundownProtectionRelease(&shared->run);
  InterlockedIncrement(&order);
  KeLeaveCriticalRegion();
  KeSetEvent(&shared->done, 0, FALSE);
  PsTerminateSystemThread(STATUS_SUCCESS);
}
static void Pause() {
  LARGE_INTEGER t;
  t.QuadPart = -10000 * 30;
  KeDelayExecutionThread(KernelMode, FALSE, &t);
}

static void Threads() {
  HANDLE handle = nullptr;
  PVOID thread = nullptr;
  Pause();
  Row("delay.passive", true);
  {
    KIRQL o;
    KeRaiseIrql(APC_LEVEL, &o);
    Pause();
    KeLowerIrql(o);
  }
  Row("delay.apc", true);
  shared = (Shared *)ExAllocatePoolZero(NonPagedPool, sizeof(Shared), TAG);
  ExInitializeResourceLite(&shared->resource);
  KeInitializeEvent(&shared->done, NotificationEvent, FALSE);
  ExInitializePushLock(&shared->push);
  ExInitializeRundownProtection(&shared->run);
  ExInitializeFastMutex(&shared->fast);
  KeEnterCriticalRegion();
  ExAcquireResourceSharedLite(&shared->resource, TRUE);
  ExAcquirePushLockShared(&shared->push);
  Row("rundown.acquire", ExAcquireRundownProtection(&shared->run));
  Row("thread.create",
      NT_SUCCESS(PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, nullptr, nullptr, nullptr, ResourceThread, nullptr)));
  ExAcquireFastMutex(&shared->fast);
  Row("ob.type-mismatch", ObReferenceObjectByHandle(handle, 0, *ExEventObjectType, KernelMode, &thread, nullptr) ==
                              STATUS_OBJECT_TYPE_MISMATCH);
  Row("ob.by-handle",
      NT_SUCCESS(ObReferenceObjectByHandle(handle, 0, *PsThreadType, KernelMode, &thread, nullptr)) && thread);
  Pause();
  Row("resource.waits", order == 0 && ExGetExclusiveWaiterCount(&shared->resource) == 1);
  Row("resource.count",
      ExIsResourceAcquiredSharedLite(&shared->resource) == 1 && !ExIsResourceAcquiredExclusiveLite(&shared->resource));
  ExReleaseResourceLite(&shared->resource);
  Pause();
  Row("resource.handed-over", order == 1);
  ExReleasePushLockShared(&shared->push);
  Pause();
  Row("push-lock", order == 2);
  ExReleaseFastMutex(&shared->fast);
  Pause();
  Row("rundown.waits", order == 3 && !ExAcquireRundownProtection(&shared->run));
  ExReleaseRundownProtection(&shared->run);
  Row("thread.wait",
      KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, nullptr) == STATUS_SUCCESS && order == 4);
  KeLeaveCriticalRegion();
  ObDereferenceObject(thread);
  ZwClose(handle);
  ExDeleteResourceLite(&shared->resource);
  ExFreePoolWithTag(shared, TAG);
}
static void Pool() {
  auto *p = (char *)ExAllocatePoolWithTag(PagedPool, 100, TAG);
  auto *q = (char *)ExAllocatePool2(POOL_FLAG_NON_PAGED, 5000, TAG);
  bool zero = true;
  for (int i = 0; i < 5000; i++) {
    zero = zero && q[i] == 0;
  }
  Row("pool.zero", zero);
  Row("pool.page-aligned", ((ULONG_PTR)q & 4095) == 0);
  Row("pool.flags", ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_PAGED, 10, TAG) == nullptr);
  Row("pool.physical", MmGetPhysicalAddress(q + 4096).QuadPart == MmGetPhysicalAddress(q).QuadPart + 4096 &&
                           MmGetPhysicalAddress(q).QuadPart != 0);
  int local = 0;
  static int global = 5;
  Row("stack.physical", MmGetPhysicalAddress(&local).QuadPart != 0);
  Row("data.physical", MmGetPhysicalAddress(&global).QuadPart != 0);
  Row("no.physical", MmGetPhysicalAddress((PVOID)0x1000).QuadPart == 0 && !MmIsAddressValid((PVOID)0x1000) &&
                         MmIsAddressValid(&local));
  PVOID big[40];
  bool all = true;
  for (int i = 0; i < 40; i++) {
    big[i] = ExAllocatePoolWithTag(NonPagedPool, static_cast<SIZE_T>(20000 + i * 3000), TAG);
    all = all && big[i];
  }
  Row("pool.grows", all);
  for (auto b : big) {
    ExFreePool(b);
  }
  PVOID huge = ExAllocatePoolWithTag(NonPagedPool, 3 << 20, TAG);
  Row("pool.huge", huge != nullptr);
  if (huge) {
    ExFreePool(huge);
  }
  Row("pool.too-much", ExAllocatePoolWithTag(NonPagedPool, SIZE_T{1} << 40, TAG) == nullptr);
  bool raised = false;
  __try {
    ExAllocatePoolWithQuotaTag(NonPagedPool, SIZE_T{1} << 40, TAG);
  } __except (GetExceptionCode() == STATUS_INSUFFICIENT_RESOURCES) {
    raised = true;
  }
  Row("pool.quota-raises", raised);
  ExFreePoolWithTag(p, TAG);
  ExFreePool(q);
  NPAGED_LOOKASIDE_LIST list;
  ExInitializeNPagedLookasideList(&list, nullptr, nullptr, 0, 64, TAG, 0);
  PVOID a = ExAllocateFromNPagedLookasideList(&list);
  ExFreeToNPagedLookasideList(&list, a);
  Row("lookaside", ExAllocateFromNPagedLookasideList(&list) == a);
  ExFreeToNPagedLookasideList(&list, a);
  ExDeleteNPagedLookasideList(&list);
  LIST_ENTRY head, e1, e2;
  KSPIN_LOCK lock;
  KeInitializeSpinLock(&lock);
  InitializeListHead(&head);
  Row("interlocked.list", ExInterlockedInsertTailList(&head, &e1, &lock) == nullptr &&
                              ExInterlockedInsertHeadList(&head, &e2, &lock) == &e1 &&
                              ExInterlockedRemoveHeadList(&head, &lock) == &e2);
}
__attribute__((noinline)) static void Write8(ULONG_PTR at) { *(volatile int *)at = 1; }
static bool LockRaises(PVOID va, ULONG length, LOCK_OPERATION op) {
  PMDL mdl = IoAllocateMdl(va, length, FALSE, FALSE, nullptr);
  bool raised = false;
  __try {
    MmProbeAndLockPages(mdl, KernelMode, op);
    MmUnlockPages(mdl);
  } __except (GetExceptionCode() == STATUS_ACCESS_VIOLATION) {
    raised = true;
  }
  IoFreeMdl(mdl);
  return raised;
}
static void Mdls() {
  auto *q = (char *)ExAllocatePoolWithTag(NonPagedPool, 3 * 4096, TAG);
  PMDL mdl = IoAllocateMdl(q + 100, 8192, FALSE, FALSE, nullptr);
  MmBuildMdlForNonPagedPool(mdl);
  Row("mdl.frames", (LONGLONG)MmGetMdlPfnArray(mdl)[2] == MmGetPhysicalAddress(q + 8192).QuadPart >> 12);
  Row("mdl.address", MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) == q + 100);
  PMDL part = IoAllocateMdl(q + 100, 8192, FALSE, FALSE, nullptr);
  IoBuildPartialMdl(mdl, part, q + 5000, 1000);
  Row("mdl.partial", MmGetSystemAddressForMdlSafe(part, NormalPagePriority) == q + 5000 &&
                         MmGetMdlPfnArray(part)[0] == MmGetMdlPfnArray(mdl)[1] && MmGetMdlByteCount(part) == 1000);
  IoFreeMdl(part);
  IoFreeMdl(mdl);
  Row("mdl.lock", !LockRaises(q, 8192, IoWriteAccess));
  Row("mdl.lock-nothing", LockRaises((PVOID)0x10, 10, IoReadAccess));
  Row("mdl.lock-code",
      LockRaises((PVOID)&LockRaises, 10, IoWriteAccess) && !LockRaises((PVOID)&LockRaises, 10, IoReadAccess));
  ExFreePool(q);
  PHYSICAL_ADDRESS low, high, skip;
  low.QuadPart = 0;
  high.QuadPart = 0xFFFFFF;
  skip.QuadPart = 0;
  PVOID c = MmAllocateContiguousMemory(0x5000, high);
  Row("contiguous",
      c && MmGetPhysicalAddress((char *)c + 0x4000).QuadPart == MmGetPhysicalAddress(c).QuadPart + 0x4000 &&
          MmGetPhysicalAddress(c).QuadPart + 0x5000 <= 0x1000000);
  if (c) {
    MmFreeContiguousMemory(c);
  }
  high.QuadPart = -1;
  PMDL pages = MmAllocatePagesForMdl(low, high, skip, 10000);
  auto *m = pages
                ? (char *)MmMapLockedPagesSpecifyCache(pages, KernelMode, MmCached, nullptr, FALSE, NormalPagePriority)
                : nullptr;
  Row("mdl.pages",
      m && m[0] == 0 && m[9999] == 0 && MmGetPhysicalAddress(m).QuadPart >> 12 == (LONGLONG)MmGetMdlPfnArray(pages)[0]);
  if (pages) {
    MmUnmapLockedPages(m, pages);
    MmFreePagesFromMdl(pages);
    ExFreePool(pages);
  }
  low.QuadPart = 0xFED00000;
  Row("iospace.refused", MmMapIoSpace(low, 4096, MmNonCached) == nullptr);
  bool raised = false;
  __try {
    READ_PORT_UCHAR((PUCHAR)0x70);
  } __except (GetExceptionCode() == STATUS_PRIVILEGED_INSTRUCTION) {
    raised = true;
  }
  Row("port.refused", raised);
  raised = false;
  __try {
    Write8(8);
  } __except (GetExceptionCode() == STATUS_ACCESS_VIOLATION) {
    raised = true;
  }
  Row("seh.fault", raised);
  raised = false;
  __try {
    ProbeForRead((PVOID)-100, 10, 1);
  } __except (GetExceptionCode() == STATUS_ACCESS_VIOLATION) {
    raised = true;
  }
  Row("probe.range", raised);
  raised = false;
  __try {
    ProbeForWrite((PVOID)0x1002, 10, 4);
  } __except (GetExceptionCode() == STATUS_DATATYPE_MISALIGNMENT) {
    raised = true;
  }
  Row("probe.alignment", raised);
}
static SCATTER_GATHER_LIST *got;
static VOID NTAPI ListReady(PDEVICE_OBJECT, PIRP, PSCATTER_GATHER_LIST list, PVOID context) {
  got = list;
  *(KIRQL *)context = KeGetCurrentIrql();
}
static PVOID base;
static int runs;
static IO_ALLOCATION_ACTION NTAPI Channel(PDEVICE_OBJECT, PIRP, PVOID registers, PVOID) {
  base = registers;
  runs++;
  return DeallocateObjectKeepRegisters;
}
static void Dma(PDRIVER_OBJECT driver) {
  PDEVICE_OBJECT device = nullptr;
  IoCreateDevice(driver, 0, nullptr, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
  DEVICE_DESCRIPTION d = {};
  ULONG regs = 0;
  d.Version = 1;
  d.Master = TRUE;
  d.ScatterGather = TRUE;
  d.Dma64BitAddresses = TRUE;
  d.InterfaceType = PCIBus;
  d.MaximumLength = 0x10000;
  PDMA_ADAPTER a = IoGetDmaAdapter(device, &d, &regs);
  Row("dma.adapter", a && regs == 17);
  auto *q = (char *)ExAllocatePoolWithTag(NonPagedPool, 0x8000, TAG);
  memset(q, 0x5A, 0x8000);
  PMDL mdl = IoAllocateMdl(q + 16, 0x6000, FALSE, FALSE, nullptr);
  MmBuildMdlForNonPagedPool(mdl);
  KIRQL irql = 0, old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  NTSTATUS s = a->DmaOperations->GetScatterGatherList(a, device, mdl, MmGetMdlVirtualAddress(mdl), 0x6000, ListReady,
                                                      &irql, TRUE);
  KeLowerIrql(old);
  Row("dma.list", NT_SUCCESS(s) && got && got->NumberOfElements == 1 && got->Elements[0].Length == 0x6000 &&
                      got->Elements[0].Address.QuadPart == MmGetPhysicalAddress(q + 16).QuadPart &&
                      irql == DISPATCH_LEVEL);
  a->DmaOperations->PutScatterGatherList(a, got, TRUE);
  PHYSICAL_ADDRESS logical;
  PVOID common = a->DmaOperations->AllocateCommonBuffer(a, 0x3000, &logical, TRUE);
  Row("dma.common", common && MmGetPhysicalAddress(common).QuadPart == logical.QuadPart);
  if (common) {
    a->DmaOperations->FreeCommonBuffer(a, 0x3000, logical, common, TRUE);
  }
  a->DmaOperations->PutDmaAdapter(a);
  d.Dma64BitAddresses = FALSE;
  d.InterfaceType = Isa;
  d.ScatterGather = FALSE;  // 24 bits: bounces
  a = IoGetDmaAdapter(device, &d, &regs);
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  s = a->DmaOperations->AllocateAdapterChannel(a, device, 8, Channel, nullptr);
  ULONG length = 0x6000;
  PHYSICAL_ADDRESS at = a->DmaOperations->MapTransfer(a, mdl, base, MmGetMdlVirtualAddress(mdl), &length, FALSE);
  KeLowerIrql(old);
  bool high = MmGetPhysicalAddress(q).QuadPart > 0xFFFFFF;
  Row("dma.channel", NT_SUCCESS(s) && runs == 1 && base);
  Row("dma.bounce", length == 0x6000 && at.QuadPart + 0x6000 <= 0x1000000 &&
                        (!high || at.QuadPart != MmGetPhysicalAddress(q + 16).QuadPart));
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  a->DmaOperations->FlushAdapterBuffers(a, mdl, base, MmGetMdlVirtualAddress(mdl), 0x6000, FALSE);
  Row("dma.flush", high ? q[16] == 0 && q[15] == 0x5A && q[16 + 0x6000] == 0x5A : true);
  a->DmaOperations->FreeMapRegisters(a, base, 8);
  KeLowerIrql(old);
  a->DmaOperations->PutDmaAdapter(a);
  d.Master = FALSE;
  Row("dma.slave", IoGetDmaAdapter(device, &d, &regs) == nullptr);
  IoFreeMdl(mdl);
  ExFreePool(q);
  IoDeleteDevice(device);
}
static void Misc() {
  ANSI_STRING ansi;
  UNICODE_STRING wide, copy;
  RtlInitAnsiString(&ansi, "Pool text");
  Row("rtl.ansi", NT_SUCCESS(RtlAnsiStringToUnicodeString(&wide, &ansi, TRUE)) && wide.Length == 18);
  ExFreePool(wide.Buffer);
  copy.Buffer = (PWCH)ExAllocatePoolWithTag(PagedPool, 20, TAG);
  copy.Length = copy.MaximumLength = 20;
  RtlFreeUnicodeString(&copy);
  Row("rtl.free", copy.Buffer == nullptr);
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, L"IoDeleteDevice");
  Row("routine.own", MmGetSystemRoutineAddress(&name) != nullptr);
  RtlInitUnicodeString(&name, L"RtlInitUnicodeString");
  Row("routine.forwarded", MmGetSystemRoutineAddress(&name) != nullptr);
  RtlInitUnicodeString(&name, L"NoSuchRoutine");
  Row("routine.none", MmGetSystemRoutineAddress(&name) == nullptr);
  RtlInitUnicodeString(&name, L"\\BaseNamedObjects\\ExDrv");
  HANDLE h1, h2;
  PKEVENT e1 = IoCreateNotificationEvent(&name, &h1), e2 = IoCreateNotificationEvent(&name, &h2);
  Row("event.named", e1 && e1 == e2 && KeReadStateEvent(e1));
  PVOID object = nullptr;
  Row("event.by-handle",
      NT_SUCCESS(ObReferenceObjectByHandle(h1, EVENT_ALL_ACCESS, *ExEventObjectType, KernelMode, &object, nullptr)) &&
          object == e1);
  ObDereferenceObject(e1);
  Row("event.close", NT_SUCCESS(ZwClose(h1)) && NT_SUCCESS(ZwClose(h2)) && !NT_SUCCESS(ZwClose(h2)));
  GUID g1, g2;
  Row("uuid", NT_SUCCESS(ExUuidCreate(&g1)) && NT_SUCCESS(ExUuidCreate(&g2)) && memcmp(&g1, &g2, 16) != 0);
  REGHANDLE reg;
  Row("etw", NT_SUCCESS(EtwRegister(&g1, nullptr, nullptr, &reg)) && NT_SUCCESS(EtwUnregister(reg)) &&
                 EtwUnregister(reg) == STATUS_INVALID_HANDLE);
  Row("mm.size", MmQuerySystemSize() <= MmLargeSystem);
  Row("ps.process", PsGetProcessId(PsGetCurrentProcess()) == PsGetCurrentProcessId());
  PEPROCESS process;
  Row("ps.lookup", PsLookupProcessByProcessId((HANDLE)0x7FFFFFF0, &process) == STATUS_INVALID_CID);
  Row("ps.lookup-own",
      NT_SUCCESS(PsLookupProcessByProcessId(PsGetCurrentProcessId(), &process)) && process == PsGetCurrentProcess());
  Row("import.data", ExLibData == 77);
  Row("import.initialised", ExLibState() > 100);
  Row("object.reference", ObReferenceObject(PsGetCurrentProcess()) == 1);
  ULONG vendor = 0;
  Row("bus-data", HalGetBusDataByOffset(Cmos, 0, 0, &vendor, 0, 4) == 0);
}
extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING) {
  Pool();
  Mdls();
  Threads();
  Misc();
  Dma(driver);
  DbgPrint("exrows: %d passed, %d failed\n", passed, failed);
  driver->DriverUnload = [](PDRIVER_OBJECT) {};
  return STATUS_SUCCESS;
}
