#include "object/domain.hpp"

#include "sched/scheduler.hpp"

namespace kernel {
namespace {

// The schedule: entry 0 (domain 0, for ever), then the end marker.
constexpr Word kScheduleLength = 2;
constexpr Word kMaxDuration = ~Word{0} >> 8;

Status SetDomain(const Arguments &arguments) {
  if (arguments.length < 1) {
    return Fail(seL4_TruncatedMessage);
  }
  if (arguments[0] >= seL4_NumDomains) {
    return FailArgument(0);
  }
  if (arguments.extra[0] == nullptr) {
    return Fail(seL4_TruncatedMessage);
  }
  if (!arguments.extra[0]->cap.Is(CapType::kThread)) {
    return FailArgument(1);
  }
  arguments.Commit();
  return Status::kOk;
}

Status ConfigureSchedule(const Arguments &arguments) {
  if (arguments.length < 3) {
    return Fail(seL4_TruncatedMessage);
  }
  const Word index = arguments[0], domain = arguments[1], duration = arguments[2];
  if (index >= kScheduleLength - 1) {
    return FailRange(0, kScheduleLength - 2);
  }
  if (domain >= seL4_NumDomains) {
    return FailRange(0, seL4_NumDomains - 1);
  }
  // The only entry is where the schedule starts: it may not become the end marker.
  if (duration > kMaxDuration || duration == 0) {
    return FailArgument(2);
  }
  arguments.Commit();
  return Status::kOk;
}

Status SetScheduleStart(const Arguments &arguments) {
  if (arguments.length < 1) {
    return Fail(seL4_TruncatedMessage);
  }
  if (arguments[0] >= kScheduleLength) {
    return FailRange(0, kScheduleLength - 1);
  }
  if (arguments[0] == kScheduleLength - 1) {
    return FailArgument(0);
  }
  arguments.Commit();
  RescheduleRequired();
  return Status::kOk;
}

}  // namespace

Status DecodeDomain(const Arguments &arguments) {
  switch (arguments.label) {
    case DomainSetSet:
      return SetDomain(arguments);
    case DomainScheduleConfigure:
      return ConfigureSchedule(arguments);
    case DomainScheduleSetStart:
      return SetScheduleStart(arguments);
    default:
      return Fail(seL4_IllegalOperation);
  }
}

}  // namespace kernel
