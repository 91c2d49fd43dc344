#pragma once
// Words of the seL4 ABI: capability pointers, message info, rights, CNode data, IPC buffer (SEL4_ABI.md section 2).

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define SEL4_INLINE constexpr inline
#define SEL4_STATIC_ASSERT(condition, text) static_assert(condition, text)
#else
#define SEL4_INLINE static inline
#define SEL4_STATIC_ASSERT(condition, text) _Static_assert(condition, text)
#endif

#include <sel4/arch/types.h>

typedef seL4_Word seL4_CPtr;
typedef seL4_Word seL4_NodeId;
typedef seL4_Word seL4_PAddr;
typedef seL4_Word seL4_Domain;

typedef seL4_CPtr seL4_CNode;
typedef seL4_CPtr seL4_IRQHandler;
typedef seL4_CPtr seL4_IRQControl;
typedef seL4_CPtr seL4_TCB;
typedef seL4_CPtr seL4_Untyped;
typedef seL4_CPtr seL4_DomainSet;

enum {
  seL4_MsgMaxLength = 120,
  seL4_MsgMaxExtraCaps = 3,
  seL4_MsgLengthBits = 7,
  seL4_MsgExtraCapBits = 2,
};

/// Tag of a message: bits 0-6 length, 7-8 extra caps, 9-11 caps unwrapped, 12 and up label.
typedef struct seL4_MessageInfo {
  seL4_Word words[1];
} seL4_MessageInfo_t;

SEL4_INLINE seL4_MessageInfo_t seL4_MessageInfo_new(seL4_Word label, seL4_Word caps_unwrapped, seL4_Word extra_caps,
                                                    seL4_Word length) {
  seL4_MessageInfo_t info = {
      {(label << 12) | ((caps_unwrapped & 7u) << 9) | ((extra_caps & 3u) << 7) | (length & 0x7fu)}};
  return info;
}
SEL4_INLINE seL4_Word seL4_MessageInfo_get_label(seL4_MessageInfo_t info) { return info.words[0] >> 12; }
SEL4_INLINE seL4_Word seL4_MessageInfo_get_capsUnwrapped(seL4_MessageInfo_t info) { return (info.words[0] >> 9) & 7u; }
SEL4_INLINE seL4_Word seL4_MessageInfo_get_extraCaps(seL4_MessageInfo_t info) { return (info.words[0] >> 7) & 3u; }
SEL4_INLINE seL4_Word seL4_MessageInfo_get_length(seL4_MessageInfo_t info) { return info.words[0] & 0x7fu; }
SEL4_INLINE seL4_MessageInfo_t seL4_MessageInfo_set_label(seL4_MessageInfo_t info, seL4_Word label) {
  info.words[0] = (info.words[0] & 0xfffu) | (label << 12);
  return info;
}
SEL4_INLINE seL4_MessageInfo_t seL4_MessageInfo_set_capsUnwrapped(seL4_MessageInfo_t info, seL4_Word caps) {
  info.words[0] = (info.words[0] & ~((seL4_Word)7u << 9)) | ((caps & 7u) << 9);
  return info;
}
SEL4_INLINE seL4_MessageInfo_t seL4_MessageInfo_set_extraCaps(seL4_MessageInfo_t info, seL4_Word caps) {
  info.words[0] = (info.words[0] & ~((seL4_Word)3u << 7)) | ((caps & 3u) << 7);
  return info;
}
SEL4_INLINE seL4_MessageInfo_t seL4_MessageInfo_set_length(seL4_MessageInfo_t info, seL4_Word length) {
  info.words[0] = (info.words[0] & ~(seL4_Word)0x7fu) | (length & 0x7fu);
  return info;
}

/// Rights of a capability: bit 0 write, 1 read, 2 grant, 3 grant reply.
typedef struct seL4_CapRights {
  seL4_Word words[1];
} seL4_CapRights_t;

SEL4_INLINE seL4_CapRights_t seL4_CapRights_new(seL4_Word grant_reply, seL4_Word grant, seL4_Word read,
                                                seL4_Word write) {
  seL4_CapRights_t rights = {{((grant_reply & 1u) << 3) | ((grant & 1u) << 2) | ((read & 1u) << 1) | (write & 1u)}};
  return rights;
}
SEL4_INLINE seL4_Word seL4_CapRights_get_capAllowWrite(seL4_CapRights_t rights) { return rights.words[0] & 1u; }
SEL4_INLINE seL4_Word seL4_CapRights_get_capAllowRead(seL4_CapRights_t rights) { return (rights.words[0] >> 1) & 1u; }
SEL4_INLINE seL4_Word seL4_CapRights_get_capAllowGrant(seL4_CapRights_t rights) { return (rights.words[0] >> 2) & 1u; }
SEL4_INLINE seL4_Word seL4_CapRights_get_capAllowGrantReply(seL4_CapRights_t rights) {
  return (rights.words[0] >> 3) & 1u;
}

#define seL4_CanWrite seL4_CapRights_new(0, 0, 0, 1)
#define seL4_CanRead seL4_CapRights_new(0, 0, 1, 0)
#define seL4_CanGrant seL4_CapRights_new(0, 1, 0, 0)
#define seL4_CanGrantReply seL4_CapRights_new(1, 0, 0, 0)
#define seL4_NoWrite seL4_CapRights_new(1, 1, 1, 0)
#define seL4_NoRead seL4_CapRights_new(1, 1, 0, 1)
#define seL4_ReadWrite seL4_CapRights_new(0, 0, 1, 1)
#define seL4_AllRights seL4_CapRights_new(1, 1, 1, 1)
#define seL4_NoRights seL4_CapRights_new(0, 0, 0, 0)

/// Guard of a CNode capability, packed as the architecture wants it.
typedef struct seL4_CNode_CapData {
  seL4_Word words[1];
} seL4_CNode_CapData_t;

SEL4_INLINE seL4_CNode_CapData_t seL4_CNode_CapData_new(seL4_Word guard, seL4_Word guard_size) {
  seL4_CNode_CapData_t data = {{((guard & (((seL4_Word)1 << seL4_GuardValueBits) - 1)) << seL4_GuardValueShift) |
                                ((guard_size & (((seL4_Word)1 << seL4_GuardSizeBits) - 1)) << seL4_GuardSizeShift)}};
  return data;
}
SEL4_INLINE seL4_Word seL4_CNode_CapData_get_guard(seL4_CNode_CapData_t data) {
  return (data.words[0] >> seL4_GuardValueShift) & (((seL4_Word)1 << seL4_GuardValueBits) - 1);
}
SEL4_INLINE seL4_Word seL4_CNode_CapData_get_guardSize(seL4_CNode_CapData_t data) {
  return (data.words[0] >> seL4_GuardSizeShift) & (((seL4_Word)1 << seL4_GuardSizeBits) - 1);
}

/// The IPC buffer of a thread; aligned to its size.
typedef struct seL4_IPCBuffer_ {
  seL4_MessageInfo_t tag;
  seL4_Word msg[seL4_MsgMaxLength];
  seL4_Word userData;
  seL4_Word caps_or_badges[seL4_MsgMaxExtraCaps];
  seL4_CPtr receiveCNode;
  seL4_CPtr receiveIndex;
  seL4_Word receiveDepth;
} seL4_IPCBuffer;

SEL4_STATIC_ASSERT(sizeof(seL4_Word) * 8 == seL4_WordBits, "word size");
SEL4_STATIC_ASSERT(sizeof(seL4_MessageInfo_t) == sizeof(seL4_Word), "message info is a word");
SEL4_STATIC_ASSERT(sizeof(seL4_IPCBuffer) == ((size_t)1 << seL4_IPCBufferSizeBits), "IPC buffer size");
SEL4_STATIC_ASSERT(offsetof(seL4_IPCBuffer, msg) == 1 * sizeof(seL4_Word), "IPC buffer: msg");
SEL4_STATIC_ASSERT(offsetof(seL4_IPCBuffer, userData) == 121 * sizeof(seL4_Word), "IPC buffer: userData");
SEL4_STATIC_ASSERT(offsetof(seL4_IPCBuffer, caps_or_badges) == 122 * sizeof(seL4_Word), "IPC buffer: caps");
SEL4_STATIC_ASSERT(offsetof(seL4_IPCBuffer, receiveCNode) == 125 * sizeof(seL4_Word), "IPC buffer: receiveCNode");
SEL4_STATIC_ASSERT(offsetof(seL4_IPCBuffer, receiveDepth) == 127 * sizeof(seL4_Word), "IPC buffer: receiveDepth");
