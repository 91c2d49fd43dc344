// The status table: sorted, no number twice, every value of ntstatus.h in it.

#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nt/status_names.hpp>

TEST(Status, Sorted) {
  for (size_t i = 1; i < std::size(nt::kStatusNames); i += 1) {
    EXPECT_LT(static_cast<ULONG>(nt::kStatusNames[i - 1].value), static_cast<ULONG>(nt::kStatusNames[i].value))
        << nt::kStatusNames[i].name;
  }
}

TEST(Status, HeaderAndTableAgree) {
  std::ifstream header(STATUS_HEADER);
  std::set<std::string> names;
  for (std::string line; std::getline(header, line);) {
    if (line.starts_with("#define ") && line.find("((NTSTATUS)") != std::string::npos) {
      names.insert(line.substr(8, line.find(' ', 8) - 8));
    }
  }
  EXPECT_GE(names.size(), 300u);
  EXPECT_EQ(names.size(), std::size(nt::kStatusNames));
  for (const nt::StatusName &entry : nt::kStatusNames) {
    EXPECT_TRUE(names.contains(std::string(entry.name))) << entry.name;
  }
}

TEST(Status, Lookup) {
  for (const nt::StatusName &entry : nt::kStatusNames) {
    EXPECT_EQ(nt::StatusToName(entry.value), entry.name);
  }
  EXPECT_EQ(nt::StatusToName(static_cast<NTSTATUS>(0xC0FFFFFF)), "");
  EXPECT_EQ(nt::StatusToName(static_cast<NTSTATUS>(0xFFFFFFFF)), "");
}

// A few that programs test for by number.
TEST(Status, KnownValues) {
  EXPECT_EQ(static_cast<ULONG>(STATUS_ACCESS_VIOLATION), 0xC0000005u);
  EXPECT_EQ(static_cast<ULONG>(STATUS_OBJECT_NAME_NOT_FOUND), 0xC0000034u);
  EXPECT_EQ(static_cast<ULONG>(STATUS_INSUFFICIENT_RESOURCES), 0xC000009Au);
  EXPECT_EQ(static_cast<ULONG>(STATUS_INVALID_PARAMETER_1), 0xC00000EFu);
  EXPECT_EQ(static_cast<ULONG>(STATUS_DLL_INIT_FAILED), 0xC0000142u);
  EXPECT_EQ(static_cast<ULONG>(STATUS_NOT_FOUND), 0xC0000225u);
  EXPECT_EQ(static_cast<ULONG>(STATUS_DRIVER_PROCESS_TERMINATED), 0xC0000450u);
  EXPECT_EQ(static_cast<ULONG>(STATUS_NO_MORE_ENTRIES), 0x8000001Au);
}
