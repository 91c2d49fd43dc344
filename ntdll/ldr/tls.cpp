// Static TLS: each module with a TLS directory has an index; each thread has a vector of blocks at
// TEB.ThreadLocalStoragePointer. Vectors are replaced when they are too small; old ones stay until the thread ends,
// since the thread may be reading them.

#include "heap.hpp"
#include "module.hpp"
#include "writable.hpp"

#include <algorithm>
#include <cstring>

namespace ldr {
namespace {

constexpr ULONG kFirstCapacity = 32;
constexpr ULONG kMaximumIndex = 1024;
constexpr size_t kMaximumBlock = size_t{16} * 1024 * 1024;

struct Vector {
  Vector *retired;  // the one it replaced
  ULONG capacity;
  PVOID slots[1];
};

struct Thread {
  LIST_ENTRY links;
  TEB *teb;
  Vector *vector;
};

struct Template {
  Module *module;  // null: the index is free
  const char *data;
  size_t data_size;
  size_t size;
  size_t alignment;
};

LIST_ENTRY threads = {&threads, &threads};
Template templates[kMaximumIndex];
ULONG index_limit;  // highest index in use + 1

// A block of `alignment`; the loader's heap gives 16, more is cut out of a larger block whose address stands before it.
void *AllocateBlock(const Template &source) {
  size_t extra = source.alignment + sizeof(void *);
  char *raw = static_cast<char *>(Allocate(source.size + extra));
  if (raw == nullptr) {
    return nullptr;
  }
  auto address = reinterpret_cast<ULONG_PTR>(raw) + sizeof(void *);
  address = (address + source.alignment - 1) & ~(source.alignment - 1);
  auto *block = reinterpret_cast<char *>(address);
  reinterpret_cast<void **>(block)[-1] = raw;
  std::memcpy(block, source.data, source.data_size);
  return block;
}

void FreeBlock(void *block) {
  if (block != nullptr) {
    Free(static_cast<void **>(block)[-1]);
  }
}

Vector *AllocateVector(ULONG capacity) {
  auto *vector = static_cast<Vector *>(Allocate(sizeof(Vector) + capacity * sizeof(PVOID)));
  if (vector != nullptr) {
    vector->capacity = capacity;
  }
  return vector;
}

// Makes room for `index` in the thread's vector.
bool Grow(Thread *thread, ULONG index) {
  if (index < thread->vector->capacity) {
    return true;
  }
  Vector *larger = AllocateVector(std::max(index + 1, thread->vector->capacity * 2));
  if (larger == nullptr) {
    return false;
  }
  std::copy_n(thread->vector->slots, thread->vector->capacity, larger->slots);
  larger->retired = thread->vector;
  thread->vector = larger;
  __atomic_store_n(&thread->teb->ThreadLocalStoragePointer, static_cast<void *>(larger->slots), __ATOMIC_RELEASE);
  return true;
}

bool GiveBlock(Thread *thread, ULONG index) {
  if (!Grow(thread, index)) {
    return false;
  }
  void *block = AllocateBlock(templates[index]);
  thread->vector->slots[index] = block;
  return block != nullptr;
}

void TakeBlock(Thread *thread, ULONG index) {
  if (index < thread->vector->capacity) {
    FreeBlock(thread->vector->slots[index]);
    thread->vector->slots[index] = nullptr;
  }
}

// Addresses in the directory are absolute (and relocated): back to an RVA to check them.
bool ToRva(const Image &image, ULONGLONG address, size_t size, ULONG *rva) {
  ULONGLONG offset = address - reinterpret_cast<ULONG_PTR>(image.Base());
  if (offset >= image.Size()) {
    return false;
  }
  *rva = static_cast<ULONG>(offset);
  return image.Contains(*rva, size);
}

// IMAGE_SCN_ALIGN_* in bits 20-23: 0 is the default.
size_t AlignmentOf(ULONG characteristics) {
  ULONG code = (characteristics >> 20) & 15;
  return code == 0 ? 16 : std::max<size_t>(16, size_t{1} << (code - 1));
}

bool ReadTemplate(Module *module, const IMAGE_TLS_DIRECTORY &directory, Template *result) {
  ULONG start = 0;
  result->data_size = static_cast<size_t>(directory.EndAddressOfRawData - directory.StartAddressOfRawData);
  result->size = result->data_size + directory.SizeOfZeroFill;
  result->alignment = AlignmentOf(directory.Characteristics);
  if (directory.EndAddressOfRawData < directory.StartAddressOfRawData || result->size > kMaximumBlock) {
    return false;
  }
  if (result->data_size != 0 && !ToRva(module->image, directory.StartAddressOfRawData, result->data_size, &start)) {
    return false;
  }
  result->data = module->image.Base() + start;
  result->module = module;
  return true;
}

// Whether the callbacks that the file names are inside it. (A program may change the list later; that is its business.)
bool CallbacksAreGood(const Image &image, ULONGLONG list) {
  ULONG rva = 0;
  ULONG target = 0;
  for (ULONGLONG at = list; list != 0; at += sizeof(ULONG_PTR)) {
    ULONG_PTR callback = 0;
    if (!ToRva(image, at, sizeof(callback), &rva) || !image.Read(rva, &callback)) {
      return false;
    }
    if (callback == 0) {
      break;
    }
    if (!ToRva(image, callback, 1, &target)) {
      return false;
    }
  }
  return true;
}

Thread *ThreadOf(const TEB *teb) {
  for (PLIST_ENTRY links = threads.Flink; links != &threads; links = links->Flink) {
    auto *thread = CONTAINING_RECORD(links, Thread, links);
    if (thread->teb == teb) {
      return thread;
    }
  }
  return nullptr;
}

}  // namespace

Result<void> AddTls(Module *module) {
  IMAGE_DATA_DIRECTORY entry = module->image.Directory(IMAGE_DIRECTORY_ENTRY_TLS);
  if (entry.VirtualAddress == 0 || entry.Size == 0) {
    return {};
  }
  IMAGE_TLS_DIRECTORY directory;
  Template fresh = {};
  ULONG index_rva = 0;
  if (!module->image.Read(entry.VirtualAddress, &directory) || !ReadTemplate(module, directory, &fresh) ||
      !ToRva(module->image, directory.AddressOfIndex, sizeof(ULONG), &index_rva) ||
      index_rva < module->image.HeaderSize() || !CallbacksAreGood(module->image, directory.AddressOfCallBacks)) {
    return Fail(STATUS_INVALID_IMAGE_FORMAT);
  }
  ULONG index = 0;
  while (index < kMaximumIndex && templates[index].module != nullptr) {
    index += 1;
  }
  if (index == kMaximumIndex) {
    return Fail(STATUS_NO_MEMORY);
  }
  Writable page(module->image.Base() + index_rva, sizeof(ULONG));
  if (!NT_SUCCESS(page.Status())) {
    return Fail(page.Status());
  }
  templates[index] = fresh;
  for (PLIST_ENTRY links = threads.Flink; links != &threads; links = links->Flink) {
    if (!GiveBlock(CONTAINING_RECORD(links, Thread, links), index)) {
      module->entry.TlsIndex = static_cast<USHORT>(index);
      RemoveTls(module);
      return Fail(STATUS_NO_MEMORY);
    }
  }
  index_limit = std::max(index_limit, index + 1);
  module->entry.TlsIndex = static_cast<USHORT>(index);
  std::memcpy(module->image.Base() + index_rva, &index, sizeof(index));
  return {};
}

void RemoveTls(Module *module) {
  ULONG index = module->entry.TlsIndex;
  if (index == kNoTls) {
    return;
  }
  for (PLIST_ENTRY links = threads.Flink; links != &threads; links = links->Flink) {
    TakeBlock(CONTAINING_RECORD(links, Thread, links), index);
  }
  templates[index] = {};
  module->entry.TlsIndex = kNoTls;
}

Result<void> InitialiseThreadTls() {
  auto *thread = static_cast<Thread *>(Allocate(sizeof(Thread)));
  Vector *vector = AllocateVector(std::max(kFirstCapacity, index_limit));
  if (thread == nullptr || vector == nullptr) {
    Free(thread);
    Free(vector);
    return Fail(STATUS_NO_MEMORY);
  }
  thread->teb = &ntdll::Teb();
  thread->vector = vector;
  thread->teb->ThreadLocalStoragePointer = static_cast<void *>(vector->slots);
  InsertTailList(&threads, &thread->links);
  for (ULONG i = 0; i < index_limit; i += 1) {
    if (templates[i].module != nullptr && !GiveBlock(thread, i)) {
      FreeThreadTls();
      return Fail(STATUS_NO_MEMORY);
    }
  }
  return {};
}

void FreeThreadTls() {
  Thread *thread = ThreadOf(&ntdll::Teb());
  if (thread == nullptr) {
    return;
  }
  RemoveEntryList(&thread->links);
  thread->teb->ThreadLocalStoragePointer = nullptr;
  for (ULONG i = 0; i < thread->vector->capacity; i += 1) {
    FreeBlock(thread->vector->slots[i]);
  }
  for (Vector *vector = thread->vector; vector != nullptr;) {
    Vector *retired = vector->retired;
    Free(vector);
    vector = retired;
  }
  Free(thread);
}

void CallTlsCallbacks(Module *module, ULONG reason) {
  IMAGE_DATA_DIRECTORY entry = module->image.Directory(IMAGE_DIRECTORY_ENTRY_TLS);
  IMAGE_TLS_DIRECTORY directory;
  if (entry.Size == 0 || module->entry.TlsIndex == kNoTls || !module->image.Read(entry.VirtualAddress, &directory) ||
      directory.AddressOfCallBacks == 0) {
    return;
  }
  ULONG rva = 0;
  ULONG_PTR callback = 0;
  for (ULONGLONG at = directory.AddressOfCallBacks;
       ToRva(module->image, at, sizeof(callback), &rva) && module->image.Read(rva, &callback) && callback != 0;
       at += sizeof(callback)) {
    reinterpret_cast<PIMAGE_TLS_CALLBACK>(callback)(module->entry.DllBase, reason, nullptr);
  }
}

}  // namespace ldr
