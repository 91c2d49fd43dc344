// Reaching for what is not the driver's own: each attack says whether it was refused.

#include "troublep.hpp"

// Stubs of services that wdm.dll does not export: the driver brings its own.
#define SERVICE(name, ...)                                                           \
  extern "C" __attribute__((naked)) NTSTATUS NTAPI Trouble##name(__VA_ARGS__) {      \
    asm volatile("movl %0, %%eax\n\tjmp WdmSystemCall" : : "i"(NUMBER_OF_Nt##name)); \
  }
SERVICE(OpenProcess, PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES, CLIENT_ID *)
SERVICE(CreateThreadEx, PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES, HANDLE, PVOID, PVOID, ULONG, SIZE_T, SIZE_T, SIZE_T,
        PVOID)
SERVICE(ShutdownSystem, ULONG)
SERVICE(SetSystemTime, PLARGE_INTEGER, PLARGE_INTEGER)

namespace trouble {
namespace {

bool Denied(NTSTATUS status) { return status == STATUS_ACCESS_DENIED; }
bool Failed(NTSTATUS status) { return NT_ERROR(status); }

// ---- ports
// A port that nobody granted: the value of an empty bus at best.
bool RawIn(unsigned short port) {
  __try {
    (void)TroubleIn(port);
    return false;
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return true;
  }
}
bool RawKeyboard() { return RawIn(0x60); }
bool RawPciAddress() { return RawIn(0xcf8); }
bool PortCapabilities() {
  // No slot of a port answers to X86IOPortIn8.
  for (unsigned long long slot = host::kFirstPortSlot; slot < host::kSlotCount; slot += 1) {
    if (TroubleCall(slot, 42, 0x60, 0) == 0) {
      return false;
    }
  }
  return true;
}

// ---- memory
bool Map(unsigned long long address) {
  PVOID base = nullptr;
  return Failed(WdmMapPhysical(address, 0x1000, MmNonCached, &base)) && base == nullptr;
}
bool MapZero() { return Map(0); }
bool MapVideo() { return Map(0xb8000); }
bool MapFirmware() { return Map(0xf0000); }
bool MapRam() { return Map(0x100'0000); }
bool MapIoApic() { return Map(0xfec0'0000); }
bool MapHpet() { return Map(0xfed0'0000); }
bool MapLocalApic() { return Map(0xfee0'0000); }
bool MapWrap() {
  PVOID base = nullptr;
  return Failed(WdmMapPhysical(~0ull - 0xfff, 0x2000, MmNonCached, &base));
}
bool MapByWdk() {
  PHYSICAL_ADDRESS address;
  address.QuadPart = 0xfed0'0000;
  return MmMapIoSpace(address, 0x1000, MmNonCached) == nullptr;
}
bool ReadExecutive() {
  __try {
    (void)*reinterpret_cast<volatile unsigned long long *>(0x1000'0000'0000ull);  // the Executive's window
    return false;
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return true;
  }
}
bool ReadKernel() {
  __try {
    (void)*reinterpret_cast<volatile unsigned long long *>(0xffff'ff80'0000'0000ull);
    return false;
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return true;
  }
}
bool HugeContiguous() {
  PVOID base = nullptr;
  ULONGLONG physical = 0;
  return Failed(WdmAllocateContiguous(1ull << 40, 0, ~0ull, 0, MmCached, &base, &physical));
}
bool OddBoundary() {
  PVOID base = nullptr;
  ULONGLONG physical = 0;
  return Failed(WdmAllocateContiguous(0x1000, 0, ~0ull, 3, MmCached, &base, &physical));
}
bool PagesOfKernel() {
  ULONGLONG page = 0;
  return Failed(WdmGetPhysicalPages(reinterpret_cast<PVOID>(0xffff'ff80'0000'0000ull), 1, &page));
}
bool PagesOfNobody() {
  ULONGLONG page = 0;
  return Failed(WdmGetPhysicalPages(reinterpret_cast<PVOID>(0x7ff0'0000'0000ull), 1, &page));
}
bool ForeignRequest() {
  PVOID address = nullptr;
  return Failed(WdmMapRequest(0x1234'0001, &address));
}

// ---- interrupts
bool Vector(ULONG vector) {
  WDM_INTERRUPT interrupt{};
  interrupt.Vector = vector;
  interrupt.Message = ~0u;
  return Failed(WdmConnectInterrupt(&interrupt));
}
bool KeyboardVector() { return Vector(0x31); }
bool TimerVector() { return Vector(0x32); }
bool AbsurdVector() { return Vector(0xffff'ffff); }
bool NoInterrupt() { return Failed(WdmDisconnectInterrupt(3)); }
bool InterruptCapabilities() {
  for (unsigned long long slot = host::kFirstInterruptSlot; slot < host::kFirstPortSlot; slot += 1) {
    if (TroubleCall(slot, 27, 0, 0) == 0) {  // IRQAckIRQ
      return false;
    }
  }
  return true;
}

// ---- devices of others
bool DeleteForeign() {
  for (ULONGLONG id = 1; id < 8; id += 1) {
    if (!Failed(WdmDeleteDevice(id))) {
      return false;
    }
  }
  return true;
}
bool UpdateForeign() {
  WDM_DEVICE_STATE state{};
  return Failed(WdmUpdateDevice(1, &state));
}
bool AttachToForeign() {
  PDEVICE_OBJECT own = nullptr;
  if (!NT_SUCCESS(IoCreateDevice(device->DriverObject, 0, nullptr, FILE_DEVICE_UNKNOWN, 0, FALSE, &own))) {
    return false;
  }
  bool refused = true;
  for (ULONGLONG lower = 1; lower < 8; lower += 1) {
    for (ULONGLONG upper = 1; upper < 64; upper += 1) {
      refused = refused && Failed(WdmAttachDevice(upper, lower));
    }
  }
  IoDeleteDevice(own);
  return refused;
}
bool DetachForeign() { return Failed(WdmDetachDevice(2)); }
bool ConfigureBus() {
  ULONG value = 0;
  ULONG done = 0;
  return Failed(WdmBusData(0, 0, &value, 0, sizeof(value), TRUE, &done));
}
bool ReadBus() {
  ULONG value = 0;
  ULONG done = 0;
  return Failed(WdmBusData(0, 0, &value, 0, sizeof(value), FALSE, &done));
}
bool ForeignKey() {
  HANDLE key = nullptr;
  return Failed(WdmOpenDeviceKey(2, 1, KEY_READ, &key));
}
bool ForeignProperty() {
  char text[64];
  ULONG length = 0;
  return Failed(WdmQueryDeviceProperty(2, 0, text, sizeof(text), &length));
}
bool ForeignRelations() { return Failed(WdmInvalidateDeviceRelations(2, 0)); }
bool ForeignNotification() { return Failed(WdmUnregisterNotification(0x1234)); }

// ---- processes and the system
bool OpenProcess() {
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, nullptr, 0, nullptr, nullptr);
  for (ULONG_PTR id = 4; id < 256; id += 4) {
    CLIENT_ID client{reinterpret_cast<HANDLE>(id), nullptr};
    HANDLE process = nullptr;
    if (!Denied(TroubleOpenProcess(&process, PROCESS_ALL_ACCESS, &attributes, &client))) {
      return false;
    }
  }
  return true;
}
bool SecondThread() {
  HANDLE thread = nullptr;
  return Failed(TroubleCreateThreadEx(&thread, THREAD_ALL_ACCESS, nullptr, NtCurrentProcess(),
                                      reinterpret_cast<PVOID>(&OpenProcess), nullptr, 0, 0, 0, 0, nullptr));
}
bool Shutdown() { return Denied(TroubleShutdownSystem(1)); }
bool SetTime() {
  LARGE_INTEGER now{};
  return Denied(TroubleSetSystemTime(&now, nullptr));
}
bool BadServiceNumber() { return TroubleCall(host::kServiceSlot, 0xffff, 0, 0) != 0; }
bool BadPointers() {
  return Failed(WdmAttachHost(reinterpret_cast<WDM_HOST_INFO *>(8))) &&
         Failed(WdmDebugPrint(reinterpret_cast<PVOID>(0xffff'ff80'0000'0000ull), 64)) &&
         Failed(WdmOpenDriverImage(reinterpret_cast<UNICODE_STRING *>(16), nullptr));
}
bool ForeignImage() {
  UNICODE_STRING name;
  HANDLE section = nullptr;
  RtlInitUnicodeString(&name, L"\\Device\\BootVolume\\System32\\smss.exe");
  return Failed(WdmOpenDriverImage(&name, &section));
}

// ---- capabilities
// What a TCB, a CNode or an untyped would answer to: nothing in our slots does.
bool Invoke(unsigned long long label) {
  for (unsigned long long slot = 5; slot < host::kSlotCount; slot += 1) {
    if (TroubleCall(slot, label, 0, 0) == 0) {
      return false;
    }
  }
  return true;
}
bool InvokeTcb() { return Invoke(11); }    // TCBSuspend
bool InvokeCNode() { return Invoke(18); }  // CNodeDelete
bool InvokeUntyped() { return Invoke(1); }

constexpr Attack kAttacks[] = {
    {"raw-in-keyboard", RawKeyboard},
    {"raw-in-pci", RawPciAddress},
    {"port-capabilities", PortCapabilities},
    {"map-zero", MapZero},
    {"map-video", MapVideo},
    {"map-firmware", MapFirmware},
    {"map-ram", MapRam},
    {"map-ioapic", MapIoApic},
    {"map-hpet", MapHpet},
    {"map-lapic", MapLocalApic},
    {"map-wrap", MapWrap},
    {"map-by-wdk", MapByWdk},
    {"read-executive", ReadExecutive},
    {"read-kernel", ReadKernel},
    {"contiguous-huge", HugeContiguous},
    {"contiguous-boundary", OddBoundary},
    {"pages-of-kernel", PagesOfKernel},
    {"pages-of-nobody", PagesOfNobody},
    {"request-of-nobody", ForeignRequest},
    {"vector-keyboard", KeyboardVector},
    {"vector-timer", TimerVector},
    {"vector-absurd", AbsurdVector},
    {"interrupt-not-there", NoInterrupt},
    {"interrupt-capabilities", InterruptCapabilities},
    {"delete-foreign", DeleteForeign},
    {"update-foreign", UpdateForeign},
    {"attach-foreign", AttachToForeign},
    {"detach-foreign", DetachForeign},
    {"bus-write", ConfigureBus},
    {"bus-read", ReadBus},
    {"key-foreign", ForeignKey},
    {"property-foreign", ForeignProperty},
    {"relations-foreign", ForeignRelations},
    {"notification-foreign", ForeignNotification},
    {"open-process", OpenProcess},
    {"second-thread", SecondThread},
    {"shutdown", Shutdown},
    {"set-time", SetTime},
    {"service-number", BadServiceNumber},
    {"bad-pointers", BadPointers},
    {"image-foreign", ForeignImage},
    {"invoke-tcb", InvokeTcb},
    {"invoke-cnode", InvokeCNode},
    {"invoke-untyped", InvokeUntyped},
};

}  // namespace

const Attack *AttackAt(unsigned number) {
  return number < sizeof(kAttacks) / sizeof(kAttacks[0]) ? &kAttacks[number] : nullptr;
}

}  // namespace trouble
