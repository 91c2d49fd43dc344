// Services that may wait: run by the Executive on behalf of a parked fiber (Answer::kService).

#include <wdmp/arena.hpp>
#include <wdmp/fiber.hpp>
#include <wdmp/request.hpp>
#include <wdmp/ring.hpp>

#include "iop.hpp"

namespace io {
namespace {

struct ServiceRequest : Submitted {
  ke::Parking parking;
  NTSTATUS status;
};

void Complete(Submitted *self, const host::Request &request) {
  auto *service = static_cast<ServiceRequest *>(self);
  service->status = request.status;
  ke::Unpark(service->parking);
}

}  // namespace

NTSTATUS SubmitService(uint32_t number, const uint64_t *words, uint32_t count) {
  constexpr uint32_t kMaximum = sizeof(host::ServiceCall::words) / sizeof(uint64_t);
  if (count > kMaximum) {
    return STATUS_INVALID_PARAMETER;
  }
  auto *call = static_cast<host::ServiceCall *>(host::AllocateArena(sizeof(host::ServiceCall)));
  if (call == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  call->number = number;
  call->count = count;
  for (uint32_t i = 0; i < kMaximum; i += 1) {
    call->words[i] = i < count ? words[i] : 0;
  }
  ServiceRequest service;
  service.complete = Complete;
  service.status = STATUS_PENDING;
  host::Message message{};
  message.answer = host::Answer::kService;
  message.major = static_cast<uint8_t>(count);
  message.cookie = reinterpret_cast<uintptr_t>(static_cast<Submitted *>(&service));
  message.buffer = host::ArenaOffset(call);
  message.buffer_length = sizeof(host::ServiceCall);
  host::Post(message);
  ke::Park(service.parking);
  host::FreeArena(call);
  return service.status;
}

void CompleteSubmitted(const host::Request &request) {
  auto *submitted = reinterpret_cast<Submitted *>(static_cast<uintptr_t>(request.cookie));
  submitted->complete(submitted, request);
}

}  // namespace io
