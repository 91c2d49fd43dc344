// READ_REGISTER_* and WRITE_REGISTER_*: device memory, one access of the stated width each, in program order (x86 keeps
// the order of accesses to uncached memory; writes end with a fence as the WDK's do).

#include <ntifs.h>

namespace {

template <typename T>
void ReadBuffer(const volatile T *source, T *buffer, ULONG count) {
  for (ULONG i = 0; i < count; i += 1) {
    buffer[i] = *source;
  }
}

template <typename T>
void Write(volatile T *target, T value) {
  *target = value;
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

template <typename T>
void WriteBuffer(volatile T *target, const T *buffer, ULONG count) {
  for (ULONG i = 0; i < count; i += 1) {
    *target = buffer[i];
  }
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

}  // namespace

extern "C" {

UCHAR NTAPI READ_REGISTER_UCHAR(volatile UCHAR *Register) { return *Register; }
USHORT NTAPI READ_REGISTER_USHORT(volatile USHORT *Register) { return *Register; }
ULONG NTAPI READ_REGISTER_ULONG(volatile ULONG *Register) { return *Register; }
ULONG64 NTAPI READ_REGISTER_ULONG64(volatile ULONG64 *Register) { return *Register; }
VOID NTAPI READ_REGISTER_BUFFER_UCHAR(volatile UCHAR *Register, PUCHAR Buffer, ULONG Count) {
  ReadBuffer(Register, Buffer, Count);
}
VOID NTAPI READ_REGISTER_BUFFER_USHORT(volatile USHORT *Register, PUSHORT Buffer, ULONG Count) {
  ReadBuffer(Register, Buffer, Count);
}
VOID NTAPI READ_REGISTER_BUFFER_ULONG(volatile ULONG *Register, PULONG Buffer, ULONG Count) {
  ReadBuffer(Register, Buffer, Count);
}
VOID NTAPI READ_REGISTER_BUFFER_ULONG64(volatile ULONG64 *Register, PULONG64 Buffer, ULONG Count) {
  ReadBuffer(Register, Buffer, Count);
}
VOID NTAPI WRITE_REGISTER_UCHAR(volatile UCHAR *Register, UCHAR Value) { Write(Register, Value); }
VOID NTAPI WRITE_REGISTER_USHORT(volatile USHORT *Register, USHORT Value) { Write(Register, Value); }
VOID NTAPI WRITE_REGISTER_ULONG(volatile ULONG *Register, ULONG Value) { Write(Register, Value); }
VOID NTAPI WRITE_REGISTER_ULONG64(volatile ULONG64 *Register, ULONG64 Value) { Write(Register, Value); }
VOID NTAPI WRITE_REGISTER_BUFFER_UCHAR(volatile UCHAR *Register, PUCHAR Buffer, ULONG Count) {
  WriteBuffer(Register, Buffer, Count);
}
VOID NTAPI WRITE_REGISTER_BUFFER_USHORT(volatile USHORT *Register, PUSHORT Buffer, ULONG Count) {
  WriteBuffer(Register, Buffer, Count);
}
VOID NTAPI WRITE_REGISTER_BUFFER_ULONG(volatile ULONG *Register, PULONG Buffer, ULONG Count) {
  WriteBuffer(Register, Buffer, Count);
}
VOID NTAPI WRITE_REGISTER_BUFFER_ULONG64(volatile ULONG64 *Register, PULONG64 Buffer, ULONG Count) {
  WriteBuffer(Register, Buffer, Count);
}

VOID NTAPI KeFlushWriteBuffer(VOID) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

}  // extern "C"
