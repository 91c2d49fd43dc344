// Delay-loaded imports: LdrResolveDelayLoadedAPI, which the linker's helper calls at the first use of an import.

#include "module.hpp"
#include "writable.hpp"

#include <cstring>

namespace {

using ldr::Module;

// DELAYLOAD_INFO.TargetApiDescriptor and the reasons of a failure hook (delayloadhandler.h).
constexpr ULONG kFailedLoad = 3;
constexpr ULONG kFailedProcedure = 4;

// The address of one import of `descriptor`; `info` learns what it is while that becomes known.
Result<ULONG_PTR> Resolve(Module *parent, const IMAGE_DELAYLOAD_DESCRIPTOR &descriptor, ULONG thunk_rva,
                          PDELAYLOAD_INFO info, ULONG *reason) {
  const ldr::Image &image = parent->image;
  *reason = kFailedLoad;
  std::string_view name = image.String(descriptor.DllNameRVA);
  ULONG offset = thunk_rva - descriptor.ImportAddressTableRVA;
  ULONG64 thunk = 0;
  if ((descriptor.Attributes.AllAttributes & 1) == 0 || name.empty() || offset % sizeof(thunk) != 0 ||
      !image.Read(descriptor.ImportNameTableRVA + offset, &thunk) || thunk == 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  info->TargetDllName = name.data();
  ANSI_STRING narrow = {static_cast<USHORT>(name.size()), static_cast<USHORT>(name.size()),
                        const_cast<PCHAR>(name.data())};
  UNICODE_STRING wide = {};
  NTSTATUS status = RtlAnsiStringToUnicodeString(&wide, &narrow, TRUE);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  ldr::Failure failure = {};
  Result<Module *> module = ldr::LoadGraph(wide, nullptr, &failure);
  RtlFreeUnicodeString(&wide);
  Module *dll = TRY(module);
  TRY(ldr::AddDependency(parent, dll));
  TRY(ldr::InitialiseGraph(dll, false, &failure));
  info->TargetModuleBase = dll->entry.DllBase;
  *reason = kFailedProcedure;
  if ((thunk & IMAGE_ORDINAL_FLAG64) != 0) {
    info->TargetApiDescriptor.Description.Ordinal = static_cast<ULONG>(thunk & 0xFFFF);
    return ldr::ResolveExport(dll, static_cast<ULONG>(thunk & 0xFFFF), parent, nullptr);
  }
  USHORT hint = 0;
  std::string_view symbol;
  if (thunk <= MAXLONG && image.Read(static_cast<ULONG>(thunk), &hint)) {
    symbol = image.String(static_cast<ULONG>(thunk) + 2, 4096);
  }
  if (symbol.empty()) {
    return Fail(STATUS_INVALID_IMAGE_FORMAT);
  }
  info->TargetApiDescriptor.ImportDescribedByName = 1;
  info->TargetApiDescriptor.Description.Name = symbol.data();
  return ldr::ResolveExport(dll, symbol, hint, parent, nullptr);
}

}  // namespace

extern "C" {

// The import's address, also stored in its thunk; what a hook says when it cannot be had (null without hooks).
PVOID NTAPI LdrResolveDelayLoadedAPI(PVOID ParentModuleBase, PCIMAGE_DELAYLOAD_DESCRIPTOR DelayloadDescriptor,
                                     PDELAYLOAD_FAILURE_DLL_CALLBACK FailureDllHook,
                                     PDELAYLOAD_FAILURE_SYSTEM_ROUTINE FailureSystemHook,
                                     PIMAGE_THUNK_DATA ThunkAddress, ULONG Flags) {
  if (Flags != 0) {
    return nullptr;
  }
  DELAYLOAD_INFO info = {};
  info.Size = sizeof(info);
  info.DelayloadDescriptor = DelayloadDescriptor;
  info.ThunkAddress = ThunkAddress;
  ULONG reason = kFailedLoad;
  Result<ULONG_PTR> address = Fail(STATUS_DLL_NOT_FOUND);
  {
    ldr::LoaderLock lock;
    Module *parent = ldr::FindByHandle(ParentModuleBase);
    auto rva = reinterpret_cast<ULONG_PTR>(ThunkAddress) - reinterpret_cast<ULONG_PTR>(ParentModuleBase);
    if (parent != nullptr && rva < parent->image.Size()) {
      address = Resolve(parent, *DelayloadDescriptor, static_cast<ULONG>(rva), &info, &reason);
      if (address) {
        ldr::Writable page(reinterpret_cast<char *>(ThunkAddress), sizeof(ULONG_PTR));
        ThunkAddress->u1.Function = *address;
        return reinterpret_cast<PVOID>(*address);
      }
      ldr::Sweep();
    }
  }
  info.LastError = RtlNtStatusToDosError(address.error().Code());
  if (FailureDllHook != nullptr) {
    if (PVOID substitute = FailureDllHook(reason, &info)) {
      return substitute;
    }
  }
  bool named = info.TargetApiDescriptor.ImportDescribedByName != 0;
  return FailureSystemHook == nullptr
             ? nullptr
             : FailureSystemHook(
                   info.TargetDllName,
                   named ? info.TargetApiDescriptor.Description.Name
                         : reinterpret_cast<PCSTR>(ULONG_PTR{info.TargetApiDescriptor.Description.Ordinal}));
}

}  // extern "C"
