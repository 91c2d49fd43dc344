#include <gtest/gtest.h>
#include <nt/ntrtl_basic.h>

#include <ctime>
#include <random>
#include <thread>
#include <vector>

#include "fake_nt.hpp"

namespace {

TEST(Bitmap, AgreesWithASimpleModel) {
  std::mt19937 generator(11);
  const auto random = [&] { return static_cast<ULONG>(generator()); };
  for (int round = 0; round < 300; ++round) {
    const ULONG size = 1 + random() % 150;
    std::vector<ULONG> words((size + 31) / 32);
    for (ULONG &word : words) {
      word = random() & random();
    }
    RTL_BITMAP map;
    RtlInitializeBitMap(&map, words.data(), size);
    std::vector<bool> model(size);
    for (ULONG i = 0; i < size; ++i) {
      model[i] = RtlTestBit(&map, i) != 0;
    }
    for (int step = 0; step < 40; ++step) {
      const ULONG start = random() % (size + 4);
      const ULONG count = random() % 40;
      const bool inside = start < size && count <= size - start;
      switch (random() % 4) {
        case 0:
          RtlSetBits(&map, start, count);
          for (ULONG i = 0; inside && i < count; ++i) {
            model[start + i] = true;
          }
          break;
        case 1:
          RtlClearBits(&map, start, count);
          for (ULONG i = 0; inside && i < count; ++i) {
            model[start + i] = false;
          }
          break;
        case 2: {
          bool clear = inside && count != 0;
          for (ULONG i = 0; clear && i < count; ++i) {
            clear = !model[start + i];
          }
          ASSERT_EQ(RtlAreBitsClear(&map, start, count) != 0, clear);
          break;
        }
        default: {
          const ULONG found = RtlFindClearBits(&map, count + 1, start);
          const ULONG from = start < size ? start : 0;
          const auto fits = [&](ULONG at) {
            if (at + count + 1 > size) {
              return false;
            }
            for (ULONG i = 0; i <= count; ++i) {
              if (model[at + i]) {
                return false;
              }
            }
            return true;
          };
          ULONG expected = ~0u;
          for (ULONG at = from; at < size && expected == ~0u; ++at) {
            if (fits(at)) {
              expected = at;
            }
          }
          for (ULONG at = 0; at < from && expected == ~0u; ++at) {
            if (fits(at)) {
              expected = at;
            }
          }
          ASSERT_EQ(found, expected);
          break;
        }
      }
      ULONG set = 0;
      ULONG longest = 0;
      ULONG run = 0;
      for (ULONG i = 0; i < size; ++i) {
        ASSERT_EQ(RtlTestBit(&map, i) != 0, model[i]);
        set += model[i];
        run = model[i] ? 0 : run + 1;
        longest = std::max(longest, run);
      }
      ULONG index = 0;
      ASSERT_EQ(RtlNumberOfSetBits(&map), set);
      ASSERT_EQ(RtlNumberOfClearBits(&map), size - set);
      ASSERT_EQ(RtlFindLongestRunClear(&map, &index), longest);
      RTL_BITMAP_RUN runs[3];
      const ULONG found = RtlFindClearRuns(&map, runs, 3, TRUE);
      if (longest != 0) {
        ASSERT_GT(found, 0u);
        ASSERT_EQ(runs[0].NumberOfBits, longest);
      }
    }
  }
  EXPECT_EQ(RtlFindMostSignificantBit(0), -1);
  EXPECT_EQ(RtlFindMostSignificantBit(0x8000'0000'0000'0000), 63);
  EXPECT_EQ(RtlFindLeastSignificantBit(8), 3);
}

TEST(Time, AgreesWithTheHostsCalendar) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 20'000; ++round) {
    const auto seconds = static_cast<int64_t>(random() % 400'000'000'000) - 11'644'473'600;
    LARGE_INTEGER time;
    time.QuadPart = (seconds + 11'644'473'600) * 10'000'000 + 1'230'000;
    const time_t host_time = seconds;
    tm host{};
    gmtime_r(&host_time, &host);
    TIME_FIELDS fields;
    RtlTimeToTimeFields(&time, &fields);
    ASSERT_EQ(fields.Year, host.tm_year + 1900);
    ASSERT_EQ(fields.Month, host.tm_mon + 1);
    ASSERT_EQ(fields.Day, host.tm_mday);
    ASSERT_EQ(fields.Hour, host.tm_hour);
    ASSERT_EQ(fields.Minute, host.tm_min);
    ASSERT_EQ(fields.Second, host.tm_sec);
    ASSERT_EQ(fields.Milliseconds, 123);
    ASSERT_EQ(fields.Weekday, host.tm_wday);
    LARGE_INTEGER back;
    ASSERT_TRUE(RtlTimeFieldsToTime(&fields, &back));
    ASSERT_EQ(back.QuadPart, time.QuadPart);
  }
  TIME_FIELDS bad{2023, 2, 29, 0, 0, 0, 0, 0};
  LARGE_INTEGER time;
  EXPECT_FALSE(RtlTimeFieldsToTime(&bad, &time));
  bad.Year = 2024;
  EXPECT_TRUE(RtlTimeFieldsToTime(&bad, &time));
  ULONG seconds = 0;
  RtlSecondsSince1970ToTime(1'000'000'000, &time);
  EXPECT_TRUE(RtlTimeToSecondsSince1970(&time, &seconds));
  EXPECT_EQ(seconds, 1'000'000'000u);
  time.QuadPart = 0;
  EXPECT_FALSE(RtlTimeToSecondsSince1970(&time, &seconds));
  time.QuadPart = INT64_MAX;
  TIME_FIELDS fields;
  RtlTimeToTimeFields(&time, &fields);
  EXPECT_EQ(fields.Year, 30828);
}

TEST(SList, IsALastInFirstOutListUnderThreads) {
  SLIST_HEADER list;
  RtlInitializeSListHead(&list);
  EXPECT_EQ(RtlInterlockedPopEntrySList(&list), nullptr);
  constexpr int kThreads = 4;
  constexpr int kEach = 20'000;
  std::vector<SLIST_ENTRY> entries(kThreads * 16);
  for (auto &entry : entries) {
    RtlInterlockedPushEntrySList(&list, &entry);
  }
  EXPECT_EQ(RtlQueryDepthSList(&list), entries.size());
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        if (PSLIST_ENTRY entry = RtlInterlockedPopEntrySList(&list)) {
          RtlInterlockedPushEntrySList(&list, entry);
        }
      }
    });
  }
  for (auto &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(RtlQueryDepthSList(&list), entries.size());
  size_t count = 0;
  for (PSLIST_ENTRY entry = RtlInterlockedFlushSList(&list); entry != nullptr; entry = entry->Next) {
    ++count;
  }
  EXPECT_EQ(count, entries.size());
}

TEST(Basics, MemoryPointersRandomVersion) {
  fake::Reset();
  EXPECT_EQ(RtlCompareMemory("abcd", "abxd", 4), 2u);
  EXPECT_EQ(RtlCrc32("123456789", 9, 0), 0xcbf43926u);
  int target = 0;
  EXPECT_EQ(RtlDecodePointer(RtlEncodePointer(&target)), &target);
  EXPECT_NE(RtlEncodePointer(&target), &target);
  ULONG seed = 1;
  const ULONG first = RtlUniform(&seed);
  EXPECT_EQ(first, 0x7fffffb1u);  // 0x7fffffed + 0x7fffffc3 modulo 2^31 - 1
  EXPECT_LT(RtlRandom(&seed), 0x7fffffffu);
  RTL_OSVERSIONINFOEXW version{};
  version.dwOSVersionInfoSize = sizeof(version);
  EXPECT_EQ(RtlGetVersion(reinterpret_cast<PRTL_OSVERSIONINFOW>(&version)), STATUS_SUCCESS);
  EXPECT_EQ(version.dwMajorVersion, 10u);
  EXPECT_EQ(version.dwBuildNumber, 19041u);
  version = {};
  version.dwOSVersionInfoSize = sizeof(version);
  version.dwMajorVersion = 6;
  version.dwMinorVersion = 1;
  ULONGLONG mask = VerSetConditionMask(0, VER_MAJORVERSION, VER_GREATER_EQUAL);
  mask = VerSetConditionMask(mask, VER_MINORVERSION, VER_GREATER_EQUAL);
  EXPECT_EQ(RtlVerifyVersionInfo(&version, VER_MAJORVERSION | VER_MINORVERSION, mask), STATUS_SUCCESS);
  version.dwMajorVersion = 11;
  EXPECT_EQ(RtlVerifyVersionInfo(&version, VER_MAJORVERSION | VER_MINORVERSION, mask), STATUS_REVISION_MISMATCH);
}

}  // namespace
