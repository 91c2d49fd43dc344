// NT time (100 ns since 1601-01-01, UTC) and calendar fields; seconds since 1970 and 1980.
#include "rtlp.hpp"

namespace {

constexpr int64_t kPerMillisecond = 10'000;
constexpr int64_t kPerSecond = 10'000'000;
constexpr int64_t kPerDay = 86'400 * kPerSecond;
constexpr int64_t kSecondsTo1970 = 11'644'473'600;
constexpr int64_t kSecondsTo1980 = 11'960'006'400;
constexpr int64_t kDaysPer400Years = 146'097;

struct Date {
  int64_t year;
  int month;  // 1 ... 12
  int day;    // 1 ... 31
};

constexpr bool IsLeap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

constexpr int DaysIn(int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[month - 1] + (month == 2 && IsLeap(year) ? 1 : 0);
}

/// Days from 1601-01-01 to the first day of `year`.
constexpr int64_t DaysBefore(int64_t year) {
  const int64_t years = year - 1601;  // 1601 opens a 400-year cycle
  return years * 365 + years / 4 - years / 100 + years / 400;
}

constexpr Date DateOf(int64_t days) {
  int64_t year = 1601 + days / kDaysPer400Years * 400 + days % kDaysPer400Years / 366;
  while (DaysBefore(year + 1) <= days) {
    ++year;
  }
  auto rest = static_cast<int>(days - DaysBefore(year));
  int month = 1;
  while (rest >= DaysIn(year, month)) {
    rest -= DaysIn(year, month++);
  }
  return {year, month, rest + 1};
}

static_assert(DateOf(0).year == 1601 && DateOf(364).day == 31 && DateOf(365).year == 1602);

BOOLEAN ToSeconds(const LARGE_INTEGER *time, int64_t origin, PULONG seconds) {
  const int64_t value = time->QuadPart / kPerSecond - origin;
  if (time->QuadPart < 0 || value < 0 || value > int64_t{MAXULONG}) {
    return FALSE;
  }
  *seconds = static_cast<ULONG>(value);
  return TRUE;
}

}  // namespace

extern "C" {

VOID NTAPI RtlTimeToTimeFields(const LARGE_INTEGER *time, PTIME_FIELDS fields) {
  // NT treats the value as unsigned days; negative times are not dates and give the origin's neighbourhood.
  const int64_t ticks = time->QuadPart < 0 ? 0 : time->QuadPart;
  const int64_t days = ticks / kPerDay;
  const int64_t milliseconds = ticks % kPerDay / kPerMillisecond;
  const Date date = DateOf(days);
  fields->Year = static_cast<CSHORT>(date.year);
  fields->Month = static_cast<CSHORT>(date.month);
  fields->Day = static_cast<CSHORT>(date.day);
  fields->Hour = static_cast<CSHORT>(milliseconds / 3'600'000);
  fields->Minute = static_cast<CSHORT>(milliseconds / 60'000 % 60);
  fields->Second = static_cast<CSHORT>(milliseconds / 1000 % 60);
  fields->Milliseconds = static_cast<CSHORT>(milliseconds % 1000);
  fields->Weekday = static_cast<CSHORT>((days + 1) % 7);  // 1601-01-01 was a Monday
}

BOOLEAN NTAPI RtlTimeFieldsToTime(PTIME_FIELDS fields, PLARGE_INTEGER time) {
  const auto in = [](CSHORT value, int low, int high) { return value >= low && value <= high; };
  if (!in(fields->Year, 1601, 30827) || !in(fields->Month, 1, 12) ||
      !in(fields->Day, 1, DaysIn(fields->Year, fields->Month)) || !in(fields->Hour, 0, 23) ||
      !in(fields->Minute, 0, 59) || !in(fields->Second, 0, 59) || !in(fields->Milliseconds, 0, 999)) {
    return FALSE;
  }
  int64_t days = DaysBefore(fields->Year) + fields->Day - 1;
  for (int month = 1; month < fields->Month; ++month) {
    days += DaysIn(fields->Year, month);
  }
  const int64_t seconds = int64_t{fields->Hour} * 3600 + fields->Minute * 60 + fields->Second;
  time->QuadPart = days * kPerDay + seconds * kPerSecond + fields->Milliseconds * kPerMillisecond;
  return TRUE;
}

VOID NTAPI RtlTimeToElapsedTimeFields(const LARGE_INTEGER *time, PTIME_FIELDS fields) {
  const int64_t milliseconds = time->QuadPart % kPerDay / kPerMillisecond;
  *fields = {};
  fields->Day = static_cast<CSHORT>(time->QuadPart / kPerDay);
  fields->Hour = static_cast<CSHORT>(milliseconds / 3'600'000);
  fields->Minute = static_cast<CSHORT>(milliseconds / 60'000 % 60);
  fields->Second = static_cast<CSHORT>(milliseconds / 1000 % 60);
  fields->Milliseconds = static_cast<CSHORT>(milliseconds % 1000);
}

BOOLEAN NTAPI RtlTimeToSecondsSince1970(const LARGE_INTEGER *time, PULONG seconds) {
  return ToSeconds(time, kSecondsTo1970, seconds);
}

BOOLEAN NTAPI RtlTimeToSecondsSince1980(const LARGE_INTEGER *time, PULONG seconds) {
  return ToSeconds(time, kSecondsTo1980, seconds);
}

VOID NTAPI RtlSecondsSince1970ToTime(ULONG seconds, PLARGE_INTEGER time) {
  time->QuadPart = (int64_t{seconds} + kSecondsTo1970) * kPerSecond;
}

VOID NTAPI RtlSecondsSince1980ToTime(ULONG seconds, PLARGE_INTEGER time) {
  time->QuadPart = (int64_t{seconds} + kSecondsTo1980) * kPerSecond;
}

}  // extern "C"
