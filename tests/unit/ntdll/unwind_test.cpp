// RtlVirtualUnwind on synthetic functions: code, unwind data and stack are plain buffers.

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "../../../ntdll/seh/unwind.hpp"

namespace {

constexpr ULONG kCode = 0x100;  // the function's RVA
constexpr ULONG kInfo = 0x400;
constexpr ULONG kParent = 0x500;

class Unwind : public testing::Test {
 protected:
  Unwind() : image_(4096), stack_(512) {
    std::memset(&image_[kCode], 0x90, 0x80);
    context_.Rsp = Stack(16);
    limits_ = {Stack(0), Stack(stack_.size())};
  }

  ULONG64 Stack(size_t word) { return reinterpret_cast<ULONG64>(stack_.data()) + word * 8; }
  ULONG_PTR Base() { return reinterpret_cast<ULONG_PTR>(image_.data()); }

  void Info(ULONG at, unsigned flags, unsigned prologue, unsigned frame, std::vector<USHORT> codes,
            std::vector<ULONG> tail = {}, unsigned version = 1) {
    UCHAR header[4] = {static_cast<UCHAR>(version | flags << 3), static_cast<UCHAR>(prologue),
                       static_cast<UCHAR>(codes.size()), static_cast<UCHAR>(frame)};
    std::memcpy(&image_[at], header, 4);
    if (codes.size() % 2 != 0) {
      codes.push_back(0);
    }
    auto *to = std::copy_n(reinterpret_cast<UCHAR *>(codes.data()), codes.size() * 2, &image_[at + 4]);
    std::copy_n(reinterpret_cast<UCHAR *>(tail.data()), tail.size() * 4, to);
  }

  static USHORT Code(unsigned offset, unsigned operation, unsigned info) {
    return static_cast<USHORT>(offset | operation << 8 | info << 12);
  }

  bool Run(ULONG offset, ULONG type = UNW_FLAG_NHANDLER) {
    return seh::VirtualUnwind(type, Base(), Base() + kCode + offset, &entry_, &context_, &frame_, nullptr, &limits_);
  }

  std::vector<UCHAR> image_;
  std::vector<ULONG64> stack_;
  RUNTIME_FUNCTION entry_ = {kCode, kCode + 0x80, {kInfo}};
  alignas(16) CONTEXT context_ = {};
  seh::UnwindFrame frame_ = {};
  seh::StackLimits limits_ = {};
};

TEST_F(Unwind, PushesAndAllocation) {
  // push rbp (1); push rbx (2); sub rsp, 0x20 (6)
  Info(kInfo, 0, 6, 0, {Code(6, 2, 3), Code(2, 0, 3), Code(1, 0, 5)});
  stack_[16 + 4] = 0xB;    // rbx
  stack_[16 + 5] = 0xBB;   // rbp
  stack_[16 + 6] = 0x777;  // return address
  ASSERT_TRUE(Run(0x20));
  EXPECT_EQ(context_.Rbx, 0xBu);
  EXPECT_EQ(context_.Rbp, 0xBBu);
  EXPECT_EQ(context_.Rip, 0x777u);
  EXPECT_EQ(context_.Rsp, Stack(16 + 7));
  EXPECT_EQ(frame_.establisher, Stack(16));
}

TEST_F(Unwind, InsidePrologue) {
  Info(kInfo, 0, 6, 0, {Code(6, 2, 3), Code(2, 0, 3), Code(1, 0, 5)});
  stack_[16] = 0xBB;
  stack_[17] = 0x777;
  ASSERT_TRUE(Run(1));  // only the first push has happened
  EXPECT_EQ(context_.Rbp, 0xBBu);
  EXPECT_EQ(context_.Rbx, 0u);
  EXPECT_EQ(context_.Rip, 0x777u);
}

TEST_F(Unwind, FrameRegister) {
  // push rbp; lea rbp, [rsp+0x20] with 0x100 allocated; code runs with a lower RSP
  Info(kInfo, 0, 10, 5 | 2 << 4, {Code(10, 3, 0), Code(5, 1, 0), 0x100 / 8, Code(1, 0, 5)});
  context_.Rbp = Stack(40) + 0x20;
  context_.Rsp = Stack(4);
  stack_[40 + 32] = 0xBB;
  stack_[40 + 33] = 0x777;
  ASSERT_TRUE(Run(0x20));
  EXPECT_EQ(context_.Rbp, 0xBBu);
  EXPECT_EQ(context_.Rip, 0x777u);
  EXPECT_EQ(frame_.establisher, Stack(40));
}

TEST_F(Unwind, SavedRegisters) {
  // alloc 0x88; mov [rsp+0x40], rsi; movaps [rsp+0x20], xmm6
  Info(kInfo, 0, 15, 0, {Code(15, 8, 6), 0x20 / 16, Code(10, 4, 6), 0x40 / 8, Code(7, 1, 0), 0x88 / 8});
  stack_[16 + 8] = 0x51;
  stack_[16 + 4] = 0x1111;
  stack_[16 + 5] = 0x2222;
  stack_[16 + 17] = 0x777;
  ASSERT_TRUE(Run(0x20));
  EXPECT_EQ(context_.Rsi, 0x51u);
  EXPECT_EQ(context_.Xmm6.Low, 0x1111u);
  EXPECT_EQ(context_.Xmm6.High, 0x2222);
  EXPECT_EQ(context_.Rip, 0x777u);
}

TEST_F(Unwind, FarSavesAndLargeAllocation) {
  // alloc 0x400 (32-bit form); rdi at +0x100 (far), xmm7 at +0x200 (far)
  Info(kInfo, 0, 20, 0, {Code(20, 9, 7), 0x200, 0, Code(15, 5, 7), 0x100, 0, Code(7, 1, 1), 0x400, 0});
  stack_[16 + 0x20] = 0xD1;
  stack_[16 + 0x40] = 0x77;
  stack_[16 + 0x80] = 0x777;
  ASSERT_TRUE(Run(0x20));
  EXPECT_EQ(context_.Rdi, 0xD1u);
  EXPECT_EQ(context_.Xmm7.Low, 0x77u);
  EXPECT_EQ(context_.Rip, 0x777u);
}

TEST_F(Unwind, MachineFrame) {
  Info(kInfo, 0, 0, 0, {Code(0, 1, 0), 0x40 / 8, Code(0, 10, 0)});
  stack_[16 + 8] = 0x1234;       // rip
  stack_[16 + 11] = Stack(200);  // rsp
  ASSERT_TRUE(Run(0));
  EXPECT_EQ(context_.Rip, 0x1234u);
  EXPECT_EQ(context_.Rsp, Stack(200));
}

TEST_F(Unwind, MachineFrameWithErrorCode) {
  Info(kInfo, 0, 0, 0, {Code(0, 10, 1)});
  stack_[17] = 0x1234;
  stack_[20] = Stack(100);
  ASSERT_TRUE(Run(4));
  EXPECT_EQ(context_.Rip, 0x1234u);
  EXPECT_EQ(context_.Rsp, Stack(100));
}

TEST_F(Unwind, ChainedInfo) {
  // The child saves rsi in the parent's frame; the parent allocated 0x28 and pushed rbx.
  Info(kParent, 0, 5, 0, {Code(5, 2, 4), Code(1, 0, 3)});
  Info(kInfo, UNW_FLAG_CHAININFO, 4, 0, {Code(4, 4, 6), 0x20 / 8}, {kCode - 0x80, kCode - 0x40, kParent});
  stack_[16 + 4] = 0x51;
  stack_[16 + 5] = 0xB;
  stack_[16 + 6] = 0x777;
  ASSERT_TRUE(Run(0x10));
  EXPECT_EQ(context_.Rsi, 0x51u);
  EXPECT_EQ(context_.Rbx, 0xBu);
  EXPECT_EQ(context_.Rip, 0x777u);
}

TEST_F(Unwind, ChainThatNeverEnds) {
  Info(kInfo, UNW_FLAG_CHAININFO, 0, 0, {}, {kCode, kCode + 0x80, kInfo});
  EXPECT_FALSE(Run(0x10));
}

TEST_F(Unwind, IndirectEntry) {
  Info(kInfo, 0, 4, 0, {Code(4, 2, 0)});
  RUNTIME_FUNCTION real = entry_;
  std::memcpy(&image_[0x600], &real, sizeof(real));
  entry_.UnwindData = 0x600 | 1;
  stack_[17] = 0x777;
  ASSERT_TRUE(Run(0x20));
  EXPECT_EQ(context_.Rip, 0x777u);
  entry_.UnwindData = 0x700 | 1;  // points at itself
  std::memcpy(&image_[0x700], &entry_, sizeof(entry_));
  EXPECT_FALSE(Run(0x20));
}

TEST_F(Unwind, Handler) {
  Info(kInfo, UNW_FLAG_EHANDLER, 4, 0, {Code(4, 2, 0)}, {0x888, 0x99});
  ASSERT_TRUE(Run(0x20, UNW_FLAG_EHANDLER));
  EXPECT_EQ(reinterpret_cast<ULONG_PTR>(frame_.handler), Base() + 0x888);
  EXPECT_EQ(*static_cast<ULONG *>(frame_.handler_data), 0x99u);
  context_.Rsp = Stack(16);
  ASSERT_TRUE(Run(0x20, UNW_FLAG_UHANDLER));
  EXPECT_EQ(frame_.handler, nullptr);
  context_.Rsp = Stack(16);
  ASSERT_TRUE(Run(2, UNW_FLAG_EHANDLER));  // in the prologue nothing is set up for it
  EXPECT_EQ(frame_.handler, nullptr);
}

TEST_F(Unwind, EpilogueTail) {
  Info(kInfo, UNW_FLAG_EHANDLER, 6, 0, {Code(6, 2, 3), Code(2, 0, 3), Code(1, 0, 5)}, {0x888, 0});
  const UCHAR epilogue[] = {0x48, 0x83, 0xC4, 0x20, 0x5B, 0x5D, 0xC3};  // add rsp, 0x20; pop rbx; pop rbp; ret
  std::memcpy(&image_[kCode + 0x40], epilogue, sizeof(epilogue));
  stack_[16 + 4] = 0xB;
  stack_[16 + 5] = 0xBB;
  stack_[16 + 6] = 0x777;
  ASSERT_TRUE(Run(0x40, UNW_FLAG_EHANDLER));
  EXPECT_EQ(context_.Rbx, 0xBu);
  EXPECT_EQ(context_.Rip, 0x777u);
  EXPECT_EQ(frame_.handler, nullptr);
  context_ = {};
  context_.Rsp = Stack(16 + 5);
  ASSERT_TRUE(Run(0x45));  // before pop rbp
  EXPECT_EQ(context_.Rbp, 0xBBu);
  EXPECT_EQ(context_.Rip, 0x777u);
  context_.Rsp = Stack(16 + 6);
  ASSERT_TRUE(Run(0x46));  // before ret
  EXPECT_EQ(context_.Rip, 0x777u);
}

TEST_F(Unwind, TailCallIsAnEpilogue) {
  Info(kInfo, 0, 4, 0, {Code(4, 2, 3)});
  const UCHAR out[] = {0x48, 0x83, 0xC4, 0x20, 0xE9, 0x00, 0x10, 0x00, 0x00};  // add rsp, 0x20; jmp far away
  std::memcpy(&image_[kCode + 0x40], out, sizeof(out));
  stack_[16] = 0x777;
  context_.Rsp = Stack(16);
  ASSERT_TRUE(Run(0x44));  // RSP is back already: no second time
  EXPECT_EQ(context_.Rip, 0x777u);
  const UCHAR loop[] = {0xEB, 0x02};  // a jump inside is ordinary code
  std::memcpy(&image_[kCode + 0x50], loop, sizeof(loop));
  stack_[20] = 0x778;
  context_.Rsp = Stack(16);
  ASSERT_TRUE(Run(0x50));
  EXPECT_EQ(context_.Rip, 0x778u);
}

TEST_F(Unwind, StackLimits) {
  Info(kInfo, 0, 4, 0, {Code(4, 2, 3)});
  context_.Rsp = limits_.high - 16;
  EXPECT_FALSE(Run(0x20));
  context_.Rsp = 0x10;
  EXPECT_FALSE(Run(0x20));
  context_.Rsp = ~ULONG64{0} - 8;
  EXPECT_FALSE(seh::LeafUnwind(&context_, &limits_));
}

TEST_F(Unwind, BadData) {
  Info(kInfo, 0, 4, 0, {Code(4, 2, 3)}, {}, 3);
  EXPECT_FALSE(Run(0x20));
  Info(kInfo, 0, 4, 0, {Code(4, 7, 0)});
  EXPECT_FALSE(Run(0x20));
  Info(kInfo, 0, 4, 0, {Code(4, 1, 7)});
  EXPECT_FALSE(Run(0x20));
  Info(kInfo, 0, 4, 0, {Code(4, 1, 1)});  // its operands are missing
  EXPECT_FALSE(Run(0x20));
}

// Whatever the unwind data say, nothing outside the stack is read.
TEST_F(Unwind, RandomData) {
  std::mt19937 random(1);
  for (int round = 0; round < 20000; round += 1) {
    for (unsigned i = 0; i < 80; i += 1) {
      image_[kInfo + i] = static_cast<UCHAR>(random());
    }
    image_[kInfo] = static_cast<UCHAR>((image_[kInfo] & 0x18) | 1);  // version 1, no chain
    context_ = {};
    context_.Rsp = Stack(random() % 512);
    context_.Rbp = Stack(random() % 512) + random() % 8;
    Run(random() % 0x80, UNW_FLAG_EHANDLER);
  }
}

TEST(FindFunction, Search) {
  const RUNTIME_FUNCTION table[] = {{0x10, 0x20, {0}}, {0x20, 0x30, {0}}, {0x40, 0x50, {0}}};
  EXPECT_EQ(seh::FindFunction(table, 3, 0x10), &table[0]);
  EXPECT_EQ(seh::FindFunction(table, 3, 0x1F), &table[0]);
  EXPECT_EQ(seh::FindFunction(table, 3, 0x20), &table[1]);
  EXPECT_EQ(seh::FindFunction(table, 3, 0x30), nullptr);
  EXPECT_EQ(seh::FindFunction(table, 3, 0x4F), &table[2]);
  EXPECT_EQ(seh::FindFunction(table, 3, 0x50), nullptr);
  EXPECT_EQ(seh::FindFunction(table, 3, 0), nullptr);
  EXPECT_EQ(seh::FindFunction(table, 0, 0x10), nullptr);
}

}  // namespace
