// The clocks, and the time zone of the registry.
#include <nt/nt_services.h>

#include "rtlp.hpp"

using namespace rtlp;

namespace {

/// A KSYSTEM_TIME read as a whole: High1Time is written last, High2Time first.
int64_t ReadTime(const volatile KSYSTEM_TIME &time) {
  for (;;) {
    const LONG high = time.High1Time;
    const ULONG low = time.LowPart;
    if (high == time.High2Time) {
      return static_cast<int64_t>(static_cast<uint64_t>(static_cast<uint32_t>(high)) << 32 | low);
    }
  }
}

const WCHAR kZoneKey[] = NT_TEXT("\\Registry\\Machine\\SYSTEM\\CurrentControlSet\\Control\\TimeZoneInformation");

enum class Kind : uint8_t { kNumber, kText, kDate };

struct Field {
  const WCHAR *name;
  size_t offset;
  size_t size;
  Kind kind;
};

#define ZONE(name, field, kind) \
  {NT_TEXT(name), offsetof(RTL_TIME_ZONE_INFORMATION, field), sizeof(RTL_TIME_ZONE_INFORMATION::field), kind}
constexpr Field kFields[] = {
    ZONE("Bias", Bias, Kind::kNumber),
    ZONE("StandardName", StandardName, Kind::kText),
    ZONE("StandardBias", StandardBias, Kind::kNumber),
    ZONE("StandardStart", StandardStart, Kind::kDate),
    ZONE("DaylightName", DaylightName, Kind::kText),
    ZONE("DaylightBias", DaylightBias, Kind::kNumber),
    ZONE("DaylightStart", DaylightStart, Kind::kDate),
};
#undef ZONE

constexpr ULONG TypeOf(Kind kind) {
  return kind == Kind::kNumber ? REG_DWORD : kind == Kind::kText ? REG_SZ : REG_BINARY;
}

NTSTATUS OpenZone(ACCESS_MASK access, HANDLE *key) {
  UNICODE_STRING name = Literal(kZoneKey, sizeof(kZoneKey));
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  return NtOpenKey(key, access, &attributes);
}

// A value of the right type and at most `size` bytes; what is not there stays zero.
NTSTATUS ReadValue(HANDLE key, const WCHAR *value_name, ULONG type, void *to, size_t size) {
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, value_name);
  struct {
    KEY_VALUE_PARTIAL_INFORMATION header;
    UCHAR data[512];
  } buffer;
  ULONG length = 0;
  const NTSTATUS status = NtQueryValueKey(key, &name, KeyValuePartialInformation, &buffer, sizeof(buffer), &length);
  if (status == STATUS_OBJECT_NAME_NOT_FOUND) {
    return STATUS_SUCCESS;
  }
  if (!NT_SUCCESS(status)) {
    return status;
  }
  if (buffer.header.Type != type || buffer.header.DataLength > size) {
    return STATUS_REGISTRY_CORRUPT;
  }
  memcpy(to, buffer.header.Data, buffer.header.DataLength);
  return STATUS_SUCCESS;
}

NTSTATUS ReadZone(HANDLE key, RTL_TIME_ZONE_INFORMATION *zone) {
  *zone = {};
  for (const Field &field : kFields) {
    char *const to = reinterpret_cast<char *>(zone) + field.offset;
    const NTSTATUS status = ReadValue(key, field.name, TypeOf(field.kind), to, field.size);
    if (!NT_SUCCESS(status)) {
      return status;
    }
  }
  zone->StandardName[RTL_NUMBER_OF(zone->StandardName) - 1] = 0;
  zone->DaylightName[RTL_NUMBER_OF(zone->DaylightName) - 1] = 0;
  return STATUS_SUCCESS;
}

}  // namespace

extern "C" {

LONGLONG NTAPI RtlGetSystemTimePrecise() {
  LARGE_INTEGER time{};
  NtQuerySystemTime(&time);
  return time.QuadPart;
}

BOOLEAN NTAPI RtlQueryUnbiasedInterruptTime(PLARGE_INTEGER time) {
  if (time == nullptr) {
    RtlSetLastWin32ErrorAndNtStatusFromNtStatus(STATUS_INVALID_PARAMETER);
    return FALSE;
  }
  time->QuadPart = ReadTime(SharedData()->InterruptTime) - static_cast<int64_t>(SharedData()->InterruptTimeBias);
  return TRUE;
}

BOOLEAN NTAPI RtlQueryPerformanceCounter(PLARGE_INTEGER counter) {
  if ((SharedData()->QpcBypassEnabled & 1) != 0) {
    counter->QuadPart =
        static_cast<int64_t>((__builtin_ia32_rdtsc() + SharedData()->QpcBias) >> SharedData()->QpcShift);
    return TRUE;
  }
  return NT_SUCCESS(NtQueryPerformanceCounter(counter, nullptr));
}

BOOLEAN NTAPI RtlQueryPerformanceFrequency(PLARGE_INTEGER frequency) {
  frequency->QuadPart = SharedData()->QpcFrequency;
  if (frequency->QuadPart != 0) {
    return TRUE;
  }
  LARGE_INTEGER counter;
  return NT_SUCCESS(NtQueryPerformanceCounter(&counter, frequency));
}

NTSTATUS NTAPI RtlSystemTimeToLocalTime(const LARGE_INTEGER *system_time, PLARGE_INTEGER local_time) {
  local_time->QuadPart = system_time->QuadPart - ReadTime(SharedData()->TimeZoneBias);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlLocalTimeToSystemTime(const LARGE_INTEGER *local_time, PLARGE_INTEGER system_time) {
  system_time->QuadPart = local_time->QuadPart + ReadTime(SharedData()->TimeZoneBias);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlQueryTimeZoneInformation(PRTL_TIME_ZONE_INFORMATION zone) {
  HANDLE key = nullptr;
  NTSTATUS status = OpenZone(KEY_QUERY_VALUE, &key);
  if (NT_SUCCESS(status)) {
    status = ReadZone(key, zone);
    NtClose(key);
  }
  return status;
}

NTSTATUS NTAPI RtlQueryDynamicTimeZoneInformation(PRTL_DYNAMIC_TIME_ZONE_INFORMATION zone) {
  HANDLE key = nullptr;
  NTSTATUS status = OpenZone(KEY_QUERY_VALUE, &key);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  *zone = {};
  status = ReadZone(key, &zone->Standard);
  ULONG disabled = 0;
  if (NT_SUCCESS(status)) {
    status = ReadValue(key, NT_TEXT("TimeZoneKeyName"), REG_SZ, zone->TimeZoneKeyName, sizeof(zone->TimeZoneKeyName));
  }
  if (NT_SUCCESS(status)) {
    status = ReadValue(key, NT_TEXT("DynamicDaylightTimeDisabled"), REG_DWORD, &disabled, sizeof(disabled));
  }
  zone->TimeZoneKeyName[RTL_NUMBER_OF(zone->TimeZoneKeyName) - 1] = 0;
  zone->DynamicDaylightTimeDisabled = disabled != 0;
  NtClose(key);
  return status;
}

NTSTATUS NTAPI RtlSetTimeZoneInformation(PRTL_TIME_ZONE_INFORMATION zone) {
  HANDLE key = nullptr;
  NTSTATUS status = OpenZone(KEY_SET_VALUE, &key);
  for (const Field &field : kFields) {
    if (!NT_SUCCESS(status)) {
      break;
    }
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, field.name);
    char *const from = reinterpret_cast<char *>(zone) + field.offset;
    size_t size = field.size;
    if (field.kind == Kind::kText) {
      const auto *const text = reinterpret_cast<const WCHAR *>(from);
      size_t count = 0;
      while (count + 1 < size / sizeof(WCHAR) && text[count] != 0) {
        ++count;
      }
      if (text[count] != 0) {
        status = STATUS_INVALID_PARAMETER;
        break;
      }
      size = (count + 1) * sizeof(WCHAR);
    }
    status = NtSetValueKey(key, &name, 0, TypeOf(field.kind), from, static_cast<ULONG>(size));
  }
  if (key != nullptr) {
    NtClose(key);
  }
  return status;
}

}  // extern "C"
