#pragma once
/* The registry hive file, `regf` version 1.5: a base block of 4 KiB (zero after its first sector), then bins (multiples
 * of 4 KiB) filled with cells. A cell is a signed 32-bit size (negative: allocated) and its content; cells are named by
 * their offset from the first bin. All numbers are little endian. Source: the public descriptions of the format
 * (libyal/libregf, hivex). */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define REGF_ASSERT(condition) static_assert(condition)
#else
#define REGF_ASSERT(condition) _Static_assert(condition, #condition)
#endif

#define REGF_BLOCK_SIZE 4096u
#define REGF_NIL 0xFFFFFFFFu           /* "no cell" */
#define REGF_VOLATILE_CELL 0x80000000u /* in memory only: the cell lives in volatile storage */
#define REGF_BIG_SEGMENT 16344u        /* data above this is cut into segments of this size */
#define REGF_INLINE_DATA 0x80000000u   /* in RegfValue.data_length: up to four bytes stand in `data` itself */

#define REGF_SIGNATURE 0x66676572u     /* "regf" */
#define REGF_BIN_SIGNATURE 0x6E696268u /* "hbin" */
#define REGF_KEY 0x6B6Eu               /* "nk" */
#define REGF_VALUE 0x6B76u             /* "vk" */
#define REGF_SECURITY 0x6B73u          /* "sk" */
#define REGF_INDEX_LEAF 0x696Cu        /* "li": offsets */
#define REGF_FAST_LEAF 0x666Cu         /* "lf": offsets and the first four characters */
#define REGF_HASH_LEAF 0x686Cu         /* "lh": offsets and a hash of the name */
#define REGF_INDEX_ROOT 0x6972u        /* "ri": offsets of leaves */
#define REGF_BIG_DATA 0x6264u          /* "db" */

/* RegfKey.flags */
#define REGF_KEY_VOLATILE 0x0001u
#define REGF_KEY_HIVE_EXIT 0x0002u
#define REGF_KEY_HIVE_ENTRY 0x0004u
#define REGF_KEY_NO_DELETE 0x0008u
#define REGF_KEY_SYM_LINK 0x0010u
#define REGF_KEY_COMP_NAME 0x0020u /* the name is Latin-1, one byte a character */
/* RegfValue.flags */
#define REGF_VALUE_COMP_NAME 0x0001u

#pragma pack(push, 4)

typedef struct RegfBaseBlock {
  uint32_t signature;
  uint32_t sequence1; /* equal to sequence2 when the last write was completed */
  uint32_t sequence2;
  uint64_t time_stamp;
  uint32_t major;  /* 1 */
  uint32_t minor;  /* 3 to 6; ours is 5 */
  uint32_t type;   /* 0: a primary file */
  uint32_t format; /* 1: the layout of memory */
  uint32_t root_cell;
  uint32_t length;  /* bytes of bins */
  uint32_t cluster; /* 1 */
  uint16_t file_name[32];
  uint8_t reserved1[396];
  uint32_t checksum; /* XOR of the 127 words before it; 0 is written as 1, ~0 as ~1 */
} RegfBaseBlock;
REGF_ASSERT(sizeof(RegfBaseBlock) == 512);
REGF_ASSERT(offsetof(RegfBaseBlock, root_cell) == 0x24);
REGF_ASSERT(offsetof(RegfBaseBlock, checksum) == 0x1FC);

typedef struct RegfBin {
  uint32_t signature;
  uint32_t offset; /* of this bin, from the first bin */
  uint32_t size;
  uint32_t reserved[2];
  uint64_t time_stamp;
  uint32_t spare;
} RegfBin;
REGF_ASSERT(sizeof(RegfBin) == 32);

typedef struct RegfKey {
  uint16_t signature;
  uint16_t flags;
  uint64_t last_write;
  uint32_t access_bits;
  uint32_t parent;
  uint32_t sub_key_count[2]; /* stable, volatile */
  uint32_t sub_key_list[2];
  uint32_t value_count;
  uint32_t value_list;
  uint32_t security;
  uint32_t class_cell;
  uint16_t max_name; /* bytes of UTF-16, over the sub-keys */
  uint16_t user_flags;
  uint32_t max_class;
  uint32_t max_value_name; /* bytes of UTF-16 */
  uint32_t max_value_data;
  uint32_t work_var;
  uint16_t name_length; /* bytes as stored */
  uint16_t class_length;
  /* the name follows */
} RegfKey;
REGF_ASSERT(sizeof(RegfKey) == 0x4C);
REGF_ASSERT(offsetof(RegfKey, parent) == 0x10);
REGF_ASSERT(offsetof(RegfKey, security) == 0x2C);
REGF_ASSERT(offsetof(RegfKey, name_length) == 0x48);

typedef struct RegfValue {
  uint16_t signature;
  uint16_t name_length; /* bytes as stored */
  uint32_t data_length;
  uint32_t data;
  uint32_t type;
  uint16_t flags;
  uint16_t spare;
  /* the name follows */
} RegfValue;
REGF_ASSERT(sizeof(RegfValue) == 0x14);

typedef struct RegfSecurity {
  uint16_t signature;
  uint16_t reserved;
  uint32_t next; /* a ring of all descriptors of the hive */
  uint32_t previous;
  uint32_t reference_count;
  uint32_t descriptor_length;
  /* a self-relative SECURITY_DESCRIPTOR follows */
} RegfSecurity;
REGF_ASSERT(sizeof(RegfSecurity) == 0x14);

/* Head of li, lf, lh and ri. li and ri go on with offsets, lf and lh with RegfHashEntry. */
typedef struct RegfIndex {
  uint16_t signature;
  uint16_t count;
} RegfIndex;
REGF_ASSERT(sizeof(RegfIndex) == 4);

typedef struct RegfHashEntry {
  uint32_t cell;
  uint32_t hash;
} RegfHashEntry;
REGF_ASSERT(sizeof(RegfHashEntry) == 8);

typedef struct RegfBigData {
  uint16_t signature;
  uint16_t count; /* of segments */
  uint32_t list;  /* cell with their offsets */
} RegfBigData;
REGF_ASSERT(sizeof(RegfBigData) == 8);

#pragma pack(pop)
