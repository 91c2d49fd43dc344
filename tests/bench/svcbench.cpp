// Service loops for ./neptune bench. For each figure the program prints a mark and waits for a byte on the console, so
// that the host reads its instruction counter while the system is idle; then it runs the loop and prints the next mark.
// The host subtracts the figure `empty`, which is the cost of the marks themselves.
#include <nt/nt_services.h>
#include <native/arguments.hpp>
#include <native/console.hpp>
#include <native/process.hpp>
#include <native/program.hpp>
#include <native/status.hpp>

namespace {

using native::String;

constexpr ULONG kServiceRounds = 100000;
constexpr ULONG kWakeRounds = 20000;
constexpr ULONG kProcessRounds = 20;

void WaitForHost() {
  native::console::Flush();
  char byte[1];
  MUST(native::console::Read(byte));  // without a host there is nothing to measure: trap
}

HANDLE request;
HANDLE answer;

// The second thread of the wake figure: answers each request.
NTSTATUS Responder(PVOID) {
  for (ULONG i = 0; i < kWakeRounds; ++i) {
    NtWaitForSingleObject(request, FALSE, nullptr);
    NtSetEvent(answer, nullptr);
  }
  return NtTerminateThread(NtCurrentThread(), STATUS_SUCCESS);
}

NTSTATUS Empty(ULONG) { return STATUS_SUCCESS; }

NTSTATUS CloseBadHandle(ULONG rounds) {
  for (ULONG i = 0; i < rounds; ++i) {
    if (NtClose(reinterpret_cast<HANDLE>(0xBAD0)) != STATUS_INVALID_HANDLE) {
      return STATUS_UNSUCCESSFUL;
    }
  }
  return STATUS_SUCCESS;
}

NTSTATUS QuerySystemTime(ULONG rounds) {
  LARGE_INTEGER now{};
  for (ULONG i = 0; i < rounds; ++i) {
    if (const NTSTATUS status = NtQuerySystemTime(&now); !NT_SUCCESS(status)) {
      return status;
    }
  }
  return STATUS_SUCCESS;
}

NTSTATUS SetEventAndWake(ULONG rounds) {
  for (HANDLE *event : {&request, &answer}) {
    if (const NTSTATUS status = NtCreateEvent(event, EVENT_ALL_ACCESS, nullptr, SynchronizationEvent, FALSE);
        !NT_SUCCESS(status)) {
      return status;
    }
  }
  HANDLE thread = nullptr;
  NTSTATUS status = NtCreateThreadEx(&thread, THREAD_ALL_ACCESS, nullptr, NtCurrentProcess(),
                                     reinterpret_cast<PVOID>(&Responder), nullptr, 0, 0, 0, 0, nullptr);
  for (ULONG i = 0; i < rounds && NT_SUCCESS(status); ++i) {
    status = NtSetEvent(request, nullptr);
    if (NT_SUCCESS(status)) {
      status = NtWaitForSingleObject(answer, FALSE, nullptr);
    }
  }
  if (NT_SUCCESS(status)) {
    status = NtWaitForSingleObject(thread, FALSE, nullptr);
  }
  NtClose(thread);
  NtClose(request);
  NtClose(answer);
  return status;
}

NTSTATUS CreateToExit(ULONG rounds) {
  for (ULONG i = 0; i < rounds; ++i) {
    const auto process = native::StartProgram({.nt_path = R"(\??\X:\Programs\svcbench.exe)",
                                               .image_path = R"(X:\Programs\svcbench.exe)",
                                               .command_line = "svcbench exit",
                                               .directory = {}});
    if (!process) {
      return process.error().Code();
    }
    const auto status = native::WaitForExit(*process);
    if (!status) {
      return status.error().Code();
    }
    if (*status != 23) {
      return STATUS_UNSUCCESSFUL;
    }
  }
  return STATUS_SUCCESS;
}

// To null.sys in its process and back: a control code that it does not know, no buffers.
NTSTATUS IoctlToNull(ULONG rounds) {
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, L"\\Device\\Null");
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  HANDLE file = nullptr;
  IO_STATUS_BLOCK io{};
  NTSTATUS status =
      NtOpenFile(&file, FILE_READ_DATA | SYNCHRONIZE, &attributes, &io, FILE_SHARE_READ, FILE_SYNCHRONOUS_IO_NONALERT);
  for (ULONG i = 0; i < rounds && NT_SUCCESS(status); ++i) {
    status = NtDeviceIoControlFile(file, nullptr, nullptr, nullptr, &io, FILE_DEVICE_NULL << 16 | 0x800 << 2, nullptr,
                                   0, nullptr, 0);
    status = status == STATUS_INVALID_DEVICE_REQUEST ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
  }
  NtClose(file);
  return status;
}

struct Figure {
  std::string_view name;
  ULONG rounds;
  NTSTATUS (*run)(ULONG rounds);
};

constexpr Figure kFigures[] = {
    {"empty", 1, Empty},
    {"NtClose-bad-handle", kServiceRounds, CloseBadHandle},
    {"NtQuerySystemTime", kServiceRounds, QuerySystemTime},
    {"NtSetEvent-and-wake", kWakeRounds, SetEventAndWake},
    {"IOCTL-to-null-and-back", kWakeRounds, IoctlToNull},
    {"process-create-to-exit", kProcessRounds, CreateToExit},
};

}  // namespace

NTSTATUS native::ProgramMain(const Vector<String> &arguments) {
  if (arguments.size() == 2 && arguments[1] == "exit") {
    return 23;
  }
  for (const Figure &figure : kFigures) {
    console::Print("mark {} {}\n", figure.name, figure.rounds);
    WaitForHost();
    const NTSTATUS status = figure.run(figure.rounds);
    console::Print("done {}\n", native::StatusText(status));
    WaitForHost();
  }
  return STATUS_SUCCESS;
}
