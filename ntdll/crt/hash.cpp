// MD4 (RFC 1320), MD5 (RFC 1321) and SHA-1 (FIPS 180-4), with the context layouts that programs of Windows share with
// the DLL.
#include <string.h>

#include <bit>

#include "crtp.hpp"

namespace {

struct Md4Context {
  uint32_t state[4];
  uint32_t bits[2];
  unsigned char block[64];
  unsigned char digest[16];
};

struct Md5Context {
  uint32_t bits[2];
  uint32_t state[4];
  unsigned char block[64];
  unsigned char digest[16];
};

struct ShaContext {
  uint32_t unused[6];
  uint32_t state[5];
  uint32_t bits[2];  // high word first
  unsigned char block[64];
};

constexpr uint32_t kInitial[] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};

uint32_t LoadLittle(const unsigned char *from) {
  return uint32_t{from[0]} | uint32_t{from[1]} << 8 | uint32_t{from[2]} << 16 | uint32_t{from[3]} << 24;
}

void StoreLittle(uint32_t value, unsigned char *to) {
  for (int i = 0; i < 4; ++i) {
    to[i] = static_cast<unsigned char>(value >> (8 * i));
  }
}

uint32_t LoadBig(const unsigned char *from) { return __builtin_bswap32(LoadLittle(from)); }
void StoreBig(uint32_t value, unsigned char *to) { StoreLittle(__builtin_bswap32(value), to); }

void Md4Block(uint32_t *state, const unsigned char *block) {
  constexpr int kShifts[3][4] = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
  constexpr uint32_t kAdd[3] = {0, 0x5a827999, 0x6ed9eba1};
  constexpr unsigned char kOrder3[16] = {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15};
  uint32_t a = state[0];
  uint32_t b = state[1];
  uint32_t c = state[2];
  uint32_t d = state[3];
  for (int i = 0; i < 48; ++i) {
    const int round = i / 16;
    const int step = i % 16;
    const uint32_t mixed = round == 0 ? (b & c) | (~b & d) : round == 1 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
    const int word = round == 0 ? step : round == 1 ? step % 4 * 4 + step / 4 : kOrder3[step];
    const uint32_t sum = a + mixed + LoadLittle(block + 4 * word) + kAdd[round];
    a = d;
    d = c;
    c = b;
    b = std::rotl(sum, kShifts[round][step % 4]);
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

// floor(2^32 * |sin(i + 1)|)
constexpr uint32_t kMd5Sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

void Md5Block(uint32_t *state, const unsigned char *block) {
  constexpr int kShifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  uint32_t a = state[0];
  uint32_t b = state[1];
  uint32_t c = state[2];
  uint32_t d = state[3];
  for (int i = 0; i < 64; ++i) {
    const int round = i / 16;
    const uint32_t mixed = round == 0   ? (b & c) | (~b & d)
                           : round == 1 ? (d & b) | (~d & c)
                           : round == 2 ? b ^ c ^ d
                                        : c ^ (b | ~d);
    const int word = (round == 0 ? i : round == 1 ? 5 * i + 1 : round == 2 ? 3 * i + 5 : 7 * i) % 16;
    const uint32_t sum = a + mixed + LoadLittle(block + 4 * word) + kMd5Sines[i];
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, kShifts[round][i % 4]);
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

void ShaBlock(uint32_t *state, const unsigned char *block) {
  uint32_t words[80];
  for (int i = 0; i < 16; ++i) {
    words[i] = LoadBig(block + 4 * i);
  }
  for (int i = 16; i < 80; ++i) {
    words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  }
  uint32_t a = state[0];
  uint32_t b = state[1];
  uint32_t c = state[2];
  uint32_t d = state[3];
  uint32_t e = state[4];
  constexpr uint32_t kAdd[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
  for (int i = 0; i < 80; ++i) {
    const int round = i / 20;
    const uint32_t mixed = round == 0 ? (b & c) | (~b & d) : round == 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
    const uint32_t sum = std::rotl(a, 5) + mixed + e + kAdd[round] + words[i];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = sum;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
}

struct Count {
  uint32_t *low;
  uint32_t *high;

  size_t Used() const { return *low >> 3 & 63; }
  void Add(uint32_t bytes) {
    const uint32_t before = *low;
    *low += bytes << 3;
    *high += (bytes >> 29) + (*low < before ? 1 : 0);
  }
};

using Compress = void (*)(uint32_t *state, const unsigned char *block);

void Update(Count count, unsigned char *block, uint32_t *state, Compress compress, const unsigned char *data,
            uint32_t size) {
  size_t used = count.Used();
  count.Add(size);
  while (size > 0) {
    const uint32_t part = size < 64 - used ? size : static_cast<uint32_t>(64 - used);
    memcpy(block + used, data, part);
    data += part;
    size -= part;
    used += part;
    if (used == 64) {
      compress(state, block);
      used = 0;
    }
  }
}

/// Padding and the length, whose order of bytes is the hash's own.
void Finish(Count count, unsigned char *block, uint32_t *state, Compress compress, bool big) {
  const uint32_t low = *count.low;
  const uint32_t high = *count.high;
  static constexpr unsigned char kPadding[64] = {0x80};
  const auto used = static_cast<uint32_t>(count.Used());
  Update(count, block, state, compress, kPadding, used < 56 ? 56 - used : 120 - used);
  unsigned char length[8];
  if (big) {
    StoreBig(high, length);
    StoreBig(low, length + 4);
  } else {
    StoreLittle(low, length);
    StoreLittle(high, length + 4);
  }
  Update(count, block, state, compress, length, sizeof(length));
}

}  // namespace

extern "C" {

void MD4Init(Md4Context *context) {
  memcpy(context->state, kInitial, sizeof(context->state));
  context->bits[0] = context->bits[1] = 0;
}

void MD4Update(Md4Context *context, const unsigned char *data, uint32_t size) {
  Update({&context->bits[0], &context->bits[1]}, context->block, context->state, Md4Block, data, size);
}

void MD4Final(Md4Context *context) {
  Finish({&context->bits[0], &context->bits[1]}, context->block, context->state, Md4Block, false);
  for (int i = 0; i < 4; ++i) {
    StoreLittle(context->state[i], context->digest + 4 * i);
  }
}

void MD5Init(Md5Context *context) {
  memcpy(context->state, kInitial, sizeof(context->state));
  context->bits[0] = context->bits[1] = 0;
}

void MD5Update(Md5Context *context, const unsigned char *data, uint32_t size) {
  Update({&context->bits[0], &context->bits[1]}, context->block, context->state, Md5Block, data, size);
}

void MD5Final(Md5Context *context) {
  Finish({&context->bits[0], &context->bits[1]}, context->block, context->state, Md5Block, false);
  for (int i = 0; i < 4; ++i) {
    StoreLittle(context->state[i], context->digest + 4 * i);
  }
}

void A_SHAInit(ShaContext *context) {
  memcpy(context->state, kInitial, sizeof(context->state));
  context->bits[0] = context->bits[1] = 0;
}

void A_SHAUpdate(ShaContext *context, const unsigned char *data, uint32_t size) {
  Update({&context->bits[1], &context->bits[0]}, context->block, context->state, ShaBlock, data, size);
}

// `digest`: 20 bytes. The context is ready for another text.
void A_SHAFinal(ShaContext *context, unsigned char *digest) {
  Finish({&context->bits[1], &context->bits[0]}, context->block, context->state, ShaBlock, true);
  for (int i = 0; i < 5; ++i) {
    StoreBig(context->state[i], digest + 4 * i);
  }
  A_SHAInit(context);
}

}  // extern "C"
