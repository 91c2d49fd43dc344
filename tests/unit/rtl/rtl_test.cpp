#include <rtl/checked.hpp>
#include <rtl/defer.hpp>
#include <rtl/ref.hpp>
#include <rtl/result.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace {

Result<int> Half(int value) {
  if (value % 2 != 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  return value / 2;
}
Result<int> Quarter(int value) { return TRY(Half(TRY(Half(value)))); }
Result<void> Check(int value) {
  TRY(Quarter(value));
  return {};
}

TEST(Result, TryPassesValuesAndFailures) {
  EXPECT_EQ(Quarter(8), 2);
  EXPECT_EQ(Quarter(6).error().Code(), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(ToNtStatus(Check(4)), STATUS_SUCCESS);
  EXPECT_EQ(ToNtStatus(Check(5)), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(ToNtStatus(Result<NTSTATUS>(STATUS_TIMEOUT)), STATUS_TIMEOUT);
  EXPECT_EQ(MUST(Half(4)), 2);
  EXPECT_DEATH((void)MUST(Half(3)), "");
}

struct Counted : RefCounted {
  explicit Counted(int &to) : live(to) { live += 1; }
  ~Counted() override { live -= 1; }
  int &live;
};
struct Derived final : Counted {
  using Counted::Counted;
};

TEST(Ref, LivesWhileThereIsOne) {
  int live = 0;
  Ref<Counted> a = Adopt(new Counted(live));
  EXPECT_EQ(a->References(), 1u);
  Ref<Counted> b = a;
  EXPECT_EQ(a->References(), 2u);
  EXPECT_EQ(a, b);
  Ref<Counted> c = std::move(b);
  EXPECT_FALSE(b);  // NOLINT(bugprone-use-after-move)
  a = nullptr;
  EXPECT_EQ(live, 1);
  auto &itself = c;
  c = itself;
  EXPECT_EQ(c->References(), 1u);
  c = nullptr;
  EXPECT_EQ(live, 0);
}

TEST(Ref, ConvertsToItsBaseAndBack) {
  int live = 0;
  Ref<Derived> derived = Adopt(new Derived(live));
  Ref<Counted> base = derived;
  EXPECT_EQ(base.As<Derived>(), derived);
  Ref<Counted> moved = std::move(derived);
  EXPECT_EQ(moved->References(), 2u);
}

TEST(Ref, LeakGivesTheReferenceAway) {
  int live = 0;
  Ref<Counted> a = Adopt(new Counted(live));
  Counted *raw = a.Leak();
  EXPECT_FALSE(a);
  EXPECT_EQ(live, 1);
  raw->Release();
  EXPECT_EQ(live, 0);
  EXPECT_FALSE(Adopt<Counted>(nullptr));
}

TEST(Checked, SumsAndProducts) {
  EXPECT_EQ(CheckedAdd(1u, 2u), 3u);
  EXPECT_EQ(CheckedAdd(std::numeric_limits<unsigned>::max(), 1u).error().Code(), STATUS_INTEGER_OVERFLOW);
  EXPECT_EQ(CheckedAdd(std::numeric_limits<int>::min(), -1).error().Code(), STATUS_INTEGER_OVERFLOW);
  EXPECT_EQ(CheckedMultiply<std::uint64_t>(1ull << 32, 1ull << 32, STATUS_INVALID_PARAMETER).error().Code(),
            STATUS_INVALID_PARAMETER);
  EXPECT_EQ(CheckedMultiply<std::uint64_t>(1ull << 32, (1ull << 32) - 1), 0xffffffff00000000ull);
}

TEST(Checked, Alignment) {
  EXPECT_EQ(CheckedAlignUp(1u, 4096u), 4096u);
  EXPECT_EQ(CheckedAlignUp(4096u, 4096u), 4096u);
  EXPECT_EQ(CheckedAlignUp(0u, 4096u), 0u);
  EXPECT_EQ(CheckedAlignUp(std::numeric_limits<std::uint32_t>::max(), 4096u).error().Code(), STATUS_INTEGER_OVERFLOW);
  EXPECT_EQ(AlignUp(5u, 4u), 8u);
  EXPECT_EQ(AlignDown(7u, 4u), 4u);
}

TEST(Checked, RangesAgreeWithArithmeticThatCannotOverflow) {
  constexpr std::uint64_t kEdges[] = {0, 1, 2, 100, (1ull << 63) - 1, 1ull << 63, ~0ull - 1, ~0ull};
  for (std::uint64_t offset : kEdges) {
    for (std::uint64_t length : kEdges) {
      for (std::uint64_t size : kEdges) {
        bool inside = static_cast<unsigned __int128>(offset) + length <= size;
        EXPECT_EQ(RangeInside(offset, length, size), inside) << offset << ' ' << length << ' ' << size;
      }
    }
  }
}

TEST(Defer, RunsUnlessDismissed) {
  int undone = 0;
  {
    Defer undo([&] { undone += 1; });
  }
  {
    Defer undo([&] { undone += 1; });
    undo.Dismiss();
  }
  EXPECT_EQ(undone, 1);
}

}  // namespace
