// Interrupts of a PCI device (QEMU's edu): level-triggered through the I/O APIC, and as messages.
#include "env.hpp"

using namespace test;

namespace {

constexpr Word kEduId = 0x11e81234;
constexpr Word kRaise = 0x60, kAcknowledge = 0x64, kStatus = 0x24;

Cptr ports;
Word device;  // configuration address
volatile uint32_t *registers;

uint32_t ReadConfig(Word offset) {
  Invoke(ports, X86IOPortOut32, {0xcf8, device | (offset & 0xfc)});
  return static_cast<uint32_t>(Invoke(ports, X86IOPortIn32, {0xcfc}).words[0]);
}

void WriteConfig(Word offset, Word value) {
  Invoke(ports, X86IOPortOut32, {0xcf8, device | (offset & 0xfc)});
  Invoke(ports, X86IOPortOut32, {0xcfc, value});
}

/// A frame of device memory: untyped memory is handed out in order, so what lies before it is split off first.
Cptr DeviceFrame(Word address) {
  for (Word i = 0; i < boot_info->untyped.end - boot_info->untyped.start; ++i) {
    const seL4_UntypedDesc &untyped = boot_info->untypedList[i];
    const Cptr cptr = boot_info->untyped.start + i;
    if (!untyped.isDevice || address < untyped.paddr || address - untyped.paddr >= Word{1} << untyped.sizeBits) {
      continue;
    }
    for (Word bits = untyped.sizeBits; bits-- > seL4_PageBits;) {
      if (((address - untyped.paddr) >> bits & 1) != 0 && !Retype(cptr, seL4_UntypedObject, bits, NewSlot()).Ok()) {
        return 0;
      }
    }
    const Cptr frame = NewSlot();
    return Retype(cptr, seL4_X86_4K, 0, frame).Ok() ? frame : 0;
  }
  return 0;
}

/// Finds the device and maps its registers. False: it is not in this machine.
bool FindDevice() {
  ports = NewSlot();
  Invoke(seL4_CapIOPortControl, X86IOPortControlIssue, {0xcf8, 0xcff, ports, kDepth}, {kRootCNode});
  for (Word slot = 0; slot < 32; ++slot) {
    device = 0x80000000 | slot << 11;
    if (ReadConfig(0) == kEduId) {
      const Cptr frame = DeviceFrame(ReadConfig(0x10) & ~Word{15});
      if (frame == 0 || !MapFrame(frame, kRootVSpace, kScratch, 3, seL4_X86_Uncacheable).Ok()) {
        return false;
      }
      WriteConfig(4, 6);  // memory and bus master, interrupts on
      registers = reinterpret_cast<volatile uint32_t *>(kScratch);
      return true;
    }
  }
  Skip("no edu device in this machine");
  return false;
}

uint32_t Read(Word offset) { return registers[offset / 4]; }
void Write(Word offset, uint32_t value) { registers[offset / 4] = value; }

}  // namespace

TEST(level_triggered_interrupts) {
  if (!FindDevice()) {
    return;
  }
  // On a PC the line register is the pin; other machines route differently.
  const Word pin = ReadConfig(0x3c) & 0xff;
  EXPECT(pin < 24);
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr handler = NewSlot();
  EXPECT_OK(Invoke(seL4_CapIRQControl, X86IRQIssueIRQHandlerIOAPIC, {handler, kDepth, 0, pin, 1, 0, 20}, {kRootCNode}));
  EXPECT_OK(Invoke(handler, IRQSetIRQHandler, {}, {Badged(notification, 4)}));
  for (uint32_t i = 1; i < 4; ++i) {
    Write(kRaise, i);
    EXPECT_EQ(Wait(notification), 4);
    EXPECT_EQ(Read(kStatus), i);
    // Masked until it is acknowledged, though the line is up.
    EXPECT_EQ(Poll(notification), 0);
    if (i == 2) {
      // The device still asks: the interrupt comes again.
      EXPECT_OK(Invoke(handler, IRQAckIRQ));
      EXPECT_EQ(Wait(notification), 4);
    }
    Write(kAcknowledge, i);
    EXPECT_OK(Invoke(handler, IRQAckIRQ));
    EXPECT_EQ(Poll(notification), 0);
  }
}

TEST(message_signalled_interrupts) {
  if (!FindDevice()) {
    return;
  }
  Word capability = ReadConfig(0x34) & 0xfc;
  while (capability != 0 && (ReadConfig(capability) & 0xff) != 5) {
    capability = ReadConfig(capability) >> 8 & 0xfc;
  }
  EXPECT(capability != 0);
  constexpr Word kVector = 33;
  const Word wide = ReadConfig(capability) >> 23 & 1;
  WriteConfig(capability + 4, 0xfee00000);
  if (wide != 0) {
    WriteConfig(capability + 8, 0);
  }
  WriteConfig(capability + 8 + 4 * wide, kVector + IRQ_OFFSET);
  WriteConfig(capability, ReadConfig(capability) | 1 << 16);
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr handler = NewSlot();
  EXPECT_OK(Invoke(seL4_CapIRQControl, X86IRQIssueIRQHandlerMSI, {handler, kDepth, 0, device >> 11 & 31, 0, 0, kVector},
                   {kRootCNode}));
  EXPECT_OK(Invoke(handler, IRQSetIRQHandler, {}, {Badged(notification, 8)}));
  for (uint32_t i = 1; i < 4; ++i) {
    Write(kRaise, i);
    EXPECT_EQ(Wait(notification), 8);
    Write(kAcknowledge, i);
  }
  // No acknowledgement was needed.
  WriteConfig(capability, ReadConfig(capability) & ~Word{1 << 16});
}
