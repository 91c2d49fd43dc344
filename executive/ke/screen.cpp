#include "screen.hpp"

#include "device_memory.hpp"

#include <ke/acpi.hpp>
#include <ke/boot_info.hpp>

#include <memory>
#include <new>

namespace ke {
namespace {

using terminal::Cell;
using terminal::Grid;

constexpr std::uint64_t kPage = 4096;

// Text mode must work without a pool: the message that there is too little memory goes there.
constexpr std::size_t kTextCells = std::size_t{VgaText::kColumns} * VgaText::kRows;
constinit Cell text_cells[kTextCells];
constinit Cell text_shown[kTextCells];
constinit Grid::Line text_lines[VgaText::kRows];

template <typename T>
std::unique_ptr<T[]> NewArray(std::size_t count) {
  return std::unique_ptr<T[]>(new (std::nothrow) T[count]);
}

// The table of coreboot at this address, which need not be one.
CorebootAnswer CorebootAt(std::uint64_t address) {
  std::byte start[kCorebootHeader];
  acpi::Table header(address, kCorebootHeader);
  for (std::size_t i = 0; i < kCorebootHeader; i += 1) {
    start[i] = static_cast<std::byte>(header.Read8(i));
  }
  std::size_t size = CorebootTableSize(start);
  auto copy = NewArray<std::byte>(size);
  if (size == 0 || !copy) {
    return {};
  }
  acpi::Table table(address, size);
  for (std::size_t i = 0; i < size; i += 1) {
    copy[i] = static_cast<std::byte>(table.Read8(i));
  }
  return ReadCorebootTable({copy.get(), size});
}

// Coreboot leaves its table, or a pointer to it, on a 16-byte boundary at the start of memory or of the BIOS area.
std::optional<FramebufferInfo> FindCoreboot() {
  constexpr std::uint64_t kPlaces[] = {0x0, 0xf'0000};
  for (std::uint64_t place : kPlaces) {
    acpi::Table page(place, kPage);
    for (std::size_t offset = 0; offset < kPage; offset += 16) {
      if (page.Read8(offset) != 'L' || page.Read8(offset + 1) != 'B') {
        continue;
      }
      CorebootAnswer answer = CorebootAt(place + offset);
      if (answer.forward != 0) {
        answer = CorebootAt(answer.forward);
      }
      if (answer.framebuffer) {
        return answer.framebuffer;
      }
    }
  }
  return {};
}

// What the boot loader set up; a machine that says nothing has text mode.
std::optional<FramebufferInfo> FindFramebuffer() {
  if (auto *chunk = FindBootChunk(SEL4_BOOTINFO_HEADER_X86_FRAMEBUFFER); chunk != nullptr) {
    return ReadFramebufferChunk(*reinterpret_cast<const seL4_X86_BootInfo_fb_t *>(chunk));
  }
  if (auto *chunk = FindBootChunk(SEL4_BOOTINFO_HEADER_X86_VBE); chunk != nullptr) {
    return ReadVbeChunk(*reinterpret_cast<const seL4_X86_BootInfo_VBE *>(chunk));
  }
  if (std::optional<FramebufferInfo> coreboot = FindCoreboot()) {
    return coreboot;
  }
  FramebufferInfo text;
  text.text = true;
  return text;
}

}  // namespace

void Screen::Open() {
  std::optional<FramebufferInfo> info = FindFramebuffer();
  if (!info) {
    return;
  }
  if (info->text) {
    OpenText();
  } else {
    OpenPixels(*info);
  }
}

void Screen::OpenText() {
  Result<volatile std::byte *> memory = MapDevicePage(VgaText::kMemory, seL4_X86_WriteCombining);
  if (!memory) {
    return;
  }
  text_ = VgaText(reinterpret_cast<volatile std::uint16_t *>(*memory));
  text_.ClaimCursor();
  terminal_ = terminal::Terminal(text_cells, text_lines, VgaText::kColumns);
  painter_ = terminal::Painter(text_shown);
  display_ = &text_;
  painter_.Paint(terminal_, *display_, true);
}

void Screen::OpenPixels(const FramebufferInfo &info) {
  terminal::Font font = terminal::BuiltInFont();
  unsigned columns = std::min(info.width / font.Width(), Grid::kMaximumColumns);
  unsigned rows = std::min(info.height / font.Height(), Grid::kMaximumRows);
  std::size_t count = std::size_t{columns} * rows;
  std::size_t words = PixelScreen::CacheWords(info, font);
  auto cells = NewArray<Cell>(count);
  auto shown = NewArray<Cell>(count);
  auto lines = NewArray<Grid::Line>(rows);
  auto slots = NewArray<PixelScreen::Slot>(PixelScreen::kSlots);
  auto pictures = NewArray<std::uint64_t>(words);
  if (!cells || !shown || !lines || !slots || !pictures) {
    return;
  }
  Result<std::byte *> memory = MapDeviceRange(info.address, info.Size(), seL4_X86_WriteCombining);
  if (!memory) {
    return;
  }
  // For as long as the system runs.
  pixels_ = PixelScreen(info, *memory, font, {slots.release(), PixelScreen::kSlots}, {pictures.release(), words});
  pixels_.Clear();
  terminal_ = terminal::Terminal({cells.release(), count}, {lines.release(), rows}, columns);
  // Blank cells are what stands there now.
  painter_ = terminal::Painter({shown.release(), count});
  display_ = &pixels_;
  Show();
}

}  // namespace ke
