#include "boot/elf.hpp"

#include <string.h>

namespace kernel::boot {
namespace {

struct Header {
  uint8_t ident[16];
  uint16_t type, machine;
  uint32_t version;
  uint64_t entry, program_offset, section_offset;
  uint32_t flags;
  uint16_t header_size, program_size, program_count, section_size, section_count, section_names;
};
static_assert(sizeof(Header) == 64);

struct Program {
  uint32_t type, flags;
  uint64_t offset, vaddr, paddr, file_size, memory_size, align;
};
static_assert(sizeof(Program) == 56);

constexpr uint32_t kLoad = 1;
constexpr uint16_t kExecutable = 2;
constexpr uint16_t kMachineX64 = 62;
constexpr Vaddr kUserEnd = 0x00007fffffff0000;

Program ProgramAt(std::span<const uint8_t> file, const Header &header, Word index) {
  Program program;
  memcpy(&program, file.data() + header.program_offset + index * header.program_size, sizeof(program));
  return program;
}

}  // namespace

const char *ReadElf(std::span<const uint8_t> file, ElfImage &image) {
  Header header;
  if (file.size() < sizeof(header) || memcmp(file.data(), "\177ELF", 4) != 0) {
    return "the boot module is not an ELF file";
  }
  memcpy(&header, file.data(), sizeof(header));
  if (header.ident[4] != 2 || header.ident[5] != 1 || header.machine != kMachineX64) {
    return "the boot module is not an ELF64 file for x86-64";
  }
  if (header.type != kExecutable) {
    return "the boot module is not a static executable";
  }
  if (header.program_size != sizeof(Program) || header.program_offset > file.size() ||
      (file.size() - header.program_offset) / sizeof(Program) < header.program_count) {
    return "the boot module's program headers are outside the file";
  }
  image = {file, header.entry, ~Vaddr{0}, 0};
  for (Word i = 0; i < header.program_count; ++i) {
    const Program program = ProgramAt(file, header, i);
    if (program.type != kLoad || program.memory_size == 0) {
      continue;
    }
    if (program.offset > file.size() || file.size() - program.offset < program.file_size ||
        program.file_size > program.memory_size) {
      return "a segment of the boot module is outside the file";
    }
    if (program.vaddr >= kUserEnd || program.memory_size > kUserEnd - program.vaddr) {
      return "a segment of the boot module is outside user memory";
    }
    image.start = Min(image.start, AlignDown(program.vaddr, seL4_PageBits));
    image.end = Max(image.end, AlignUp(program.vaddr + program.memory_size, seL4_PageBits));
  }
  return image.end == 0 ? "the boot module has nothing to load" : nullptr;
}

void LoadElf(const ElfImage &image, uint8_t *memory) {
  Header header;
  memcpy(&header, image.file.data(), sizeof(header));
  // Pages are cleared only where no file content goes: segments come in ascending order in every linker's output, and
  // if they do not, everything is cleared first.
  Vaddr clean = image.start;
  bool ascending = true;
  for (Word i = 0; i < header.program_count; ++i) {
    const Program program = ProgramAt(image.file, header, i);
    if (program.type == kLoad && program.memory_size != 0) {
      ascending = ascending && program.vaddr >= clean;
      clean = program.vaddr + program.memory_size;
    }
  }
  if (!ascending) {
    memset(memory, 0, image.end - image.start);
  }
  clean = image.start;
  for (Word i = 0; i < header.program_count; ++i) {
    const Program program = ProgramAt(image.file, header, i);
    if (program.type != kLoad || program.memory_size == 0) {
      continue;
    }
    if (ascending) {
      memset(memory + (clean - image.start), 0, program.vaddr - clean);
    }
    memcpy(memory + (program.vaddr - image.start), image.file.data() + program.offset, program.file_size);
    clean = program.vaddr + program.file_size;
  }
  if (ascending) {
    memset(memory + (clean - image.start), 0, image.end - clean);
  }
}

}  // namespace kernel::boot
