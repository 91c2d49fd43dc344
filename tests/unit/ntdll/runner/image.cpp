#include <sys/mman.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "runner.hpp"

namespace runner {
namespace {

int Protection(uint32_t characteristics) {
  int result = PROT_READ;
  if ((characteristics & IMAGE_SCN_MEM_WRITE) != 0) {
    result |= PROT_WRITE;
  }
  if ((characteristics & IMAGE_SCN_MEM_EXECUTE) != 0) {
    result |= PROT_EXEC;
  }
  return result;
}

std::vector<char> ReadFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

Mapping MapImage(const std::string &path, bool may_move) {
  std::vector<char> file = ReadFile(path);
  if (file.size() < 4096 || std::memcmp(file.data(), "MZ", 2) != 0) {
    return {};
  }
  const auto *headers = reinterpret_cast<const IMAGE_NT_HEADERS64 *>(
      file.data() + reinterpret_cast<const IMAGE_DOS_HEADER *>(file.data())->e_lfanew);
  const auto &optional = headers->OptionalHeader;
  if (headers->Signature != IMAGE_NT_SIGNATURE || headers->FileHeader.Machine != IMAGE_FILE_MACHINE_AMD64) {
    return {};
  }
  auto *wanted = reinterpret_cast<void *>(optional.ImageBase + (may_move && options.shift ? 0x10000000 : 0));
  void *base = mmap(wanted, optional.SizeOfImage, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (base == MAP_FAILED) {
    base = mmap(nullptr, optional.SizeOfImage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
  auto *image = static_cast<char *>(base);
  std::memcpy(image, file.data(), optional.SizeOfHeaders);
  const auto *sections = reinterpret_cast<const IMAGE_SECTION_HEADER *>(reinterpret_cast<const char *>(&optional) +
                                                                        headers->FileHeader.SizeOfOptionalHeader);
  for (unsigned i = 0; i < headers->FileHeader.NumberOfSections; i += 1) {
    const auto &section = sections[i];
    size_t bytes = std::min<size_t>(section.SizeOfRawData, section.Misc.VirtualSize);
    std::memcpy(image + section.VirtualAddress, file.data() + section.PointerToRawData, bytes);
  }
  mprotect(image, 4096, PROT_READ);
  for (unsigned i = 0; i < headers->FileHeader.NumberOfSections; i += 1) {
    char *start = image + sections[i].VirtualAddress;
    int protection = Protection(sections[i].Characteristics);
    mprotect(start, sections[i].Misc.VirtualSize, protection);
    ULONG nt = (protection & PROT_EXEC) != 0    ? PAGE_EXECUTE_READ
               : (protection & PROT_WRITE) != 0 ? PAGE_READWRITE
                                                : PAGE_READONLY;
    for (uint32_t page = 0; page < sections[i].Misc.VirtualSize; page += 4096) {
      page_protections[reinterpret_cast<uint64_t>(start) + page] = nt;
    }
  }
  return {image, optional.SizeOfImage, optional.AddressOfEntryPoint,
          reinterpret_cast<uint64_t>(image) == optional.ImageBase};
}

uint64_t FindExport(const char *base, const std::string &name) {
  const auto *headers =
      reinterpret_cast<const IMAGE_NT_HEADERS64 *>(base + reinterpret_cast<const IMAGE_DOS_HEADER *>(base)->e_lfanew);
  const auto *exports = reinterpret_cast<const IMAGE_EXPORT_DIRECTORY *>(
      base + headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress);
  const auto *names = reinterpret_cast<const uint32_t *>(base + exports->AddressOfNames);
  const auto *ordinals = reinterpret_cast<const uint16_t *>(base + exports->AddressOfNameOrdinals);
  const auto *functions = reinterpret_cast<const uint32_t *>(base + exports->AddressOfFunctions);
  for (uint32_t i = 0; i < exports->NumberOfNames; i += 1) {
    if (name == base + names[i]) {
      return reinterpret_cast<uint64_t>(base) + functions[ordinals[i]];
    }
  }
  return 0;
}

}  // namespace runner
