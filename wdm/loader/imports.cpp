#include "imports.hpp"

#include <cstring>

namespace wdm {
namespace {

constexpr auto kBad = STATUS_INVALID_IMAGE_FORMAT;

// What the compiler puts into __security_cookie for the loader to replace.
constexpr std::uintptr_t kUnseededCookie =
    sizeof(void *) == 8 ? static_cast<std::uintptr_t>(0x0000'2B99'2DDF'A232) : static_cast<std::uintptr_t>(0xBB40'E64E);
// IMAGE_LOAD_CONFIG_DIRECTORY.SecurityCookie (PE Format, "Load configuration layout").
constexpr std::uint32_t kCookieField = sizeof(void *) == 8 ? 88 : 60;

constexpr std::string_view kRuntimeNames[] = {"ntoskrnl.exe", "ntkrnlmp.exe", "ntkrnlpa.exe", "ntkrpamp.exe",
                                              "hal.dll",      "halacpi.dll",  "halmacpi.dll", "wdm.dll"};

constexpr char Lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character + 32) : character;
}

bool SameName(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) {
    return false;
  }
  for (std::size_t i = 0; i < left.size(); i += 1) {
    if (Lower(left[i]) != Lower(right[i])) {
      return false;
    }
  }
  return true;
}

template <typename Character>
bool BaseName(std::basic_string_view<Character> name, char16_t (&out)[64]) {
  constexpr std::u16string_view kExtension = u".sys";
  bool dot = false;
  std::size_t length = 0;
  for (Character character : name) {
    const auto wide = static_cast<char16_t>(character);
    if (length + 1 + kExtension.size() >= std::size(out) || wide < 0x20 || wide > 0x7E || wide == u'\\' ||
        wide == u'/' || wide == u':') {
      return false;
    }
    dot = dot || wide == u'.';
    out[length] = wide >= u'A' && wide <= u'Z' ? static_cast<char16_t>(wide + 32) : wide;
    length += 1;
  }
  if (length == 0 || out[0] == u'.') {
    return false;
  }
  for (char16_t character : dot ? std::u16string_view() : kExtension) {
    out[length] = character;
    length += 1;
  }
  out[length] = 0;
  return true;
}

}  // namespace

ImportWalker::ImportWalker(const pe::MappedImage &image)
    : image_(image), descriptor_(image.Directory(IMAGE_DIRECTORY_ENTRY_IMPORT).VirtualAddress) {
  if (image.Directory(IMAGE_DIRECTORY_ENTRY_IMPORT).Size == 0) {
    descriptor_ = 0;
  }
}

Result<bool> ImportWalker::NextModule(std::string_view *name) {
  if (descriptor_ == 0) {
    return false;
  }
  IMAGE_IMPORT_DESCRIPTOR entry;
  if (!image_.Read(descriptor_, &entry)) {
    return Fail(kBad);
  }
  if (entry.Name == 0 || entry.FirstThunk == 0) {
    descriptor_ = 0;
    return false;
  }
  descriptor_ += static_cast<std::uint32_t>(sizeof(entry));
  *name = image_.String(entry.Name);
  if (name->empty()) {
    return Fail(kBad);
  }
  slots_ = entry.FirstThunk;
  names_ = entry.OriginalFirstThunk != 0 ? entry.OriginalFirstThunk : entry.FirstThunk;
  return true;
}

Result<bool> ImportWalker::NextRoutine(ImportedRoutine *routine) {
  std::uintptr_t thunk = 0;
  if (!image_.Read(names_, &thunk)) {
    return Fail(kBad);
  }
  if (thunk == 0) {
    return false;
  }
  *routine = {};
  routine->slot = slots_;
  if ((thunk & static_cast<std::uintptr_t>(IMAGE_ORDINAL_FLAG)) != 0) {
    routine->ordinal = static_cast<std::uint32_t>(thunk & 0xFFFF);
  } else {
    std::uint16_t hint = 0;
    if (thunk > image_.Size() || !image_.Read(static_cast<std::uint32_t>(thunk), &hint)) {
      return Fail(kBad);
    }
    routine->hint = hint;
    routine->name = image_.String(static_cast<std::uint32_t>(thunk) + 2);
    if (routine->name.empty()) {
      return Fail(kBad);
    }
  }
  // Both grow only as long as what they point to lies in the image, so they cannot wrap.
  names_ += static_cast<std::uint32_t>(sizeof(thunk));
  slots_ += static_cast<std::uint32_t>(sizeof(thunk));
  return true;
}

Result<void> WriteSlot(const pe::MappedImage &image, std::uint32_t slot, std::uintptr_t address) {
  if (slot < image.HeaderSize() || !image.Contains(slot, sizeof(address))) {
    return Fail(kBad);
  }
  std::memcpy(image.Base() + slot, &address, sizeof(address));
  return {};
}

Result<void> SeedCookie(const pe::MappedImage &image, std::uintptr_t random) {
  const IMAGE_DATA_DIRECTORY directory = image.Directory(IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG);
  std::uint32_t size = 0;
  std::uintptr_t field = 0;
  if (directory.Size == 0 || !image.Read(directory.VirtualAddress, &size) ||
      size < kCookieField + sizeof(std::uintptr_t) || !image.Read(directory.VirtualAddress + kCookieField, &field) ||
      field == 0) {
    return {};
  }
  const std::uintptr_t offset = field - reinterpret_cast<std::uintptr_t>(image.Base());
  std::uintptr_t value = 0;
  if (offset > image.Size() || !image.Read(static_cast<std::uint32_t>(offset), &value)) {
    return Fail(kBad);
  }
  if (value != kUnseededCookie) {
    return {};
  }
  if (sizeof(void *) == 8) {
    random &= static_cast<std::uintptr_t>(0x0000'FFFF'FFFF'FFFF);  // so that no string operation can write all of it
  }
  return WriteSlot(image, static_cast<std::uint32_t>(offset), random == kUnseededCookie ? random + 1 : random);
}

bool IsRuntimeName(std::string_view name) {
  for (std::string_view known : kRuntimeNames) {
    if (SameName(name, known)) {
      return true;
    }
  }
  return false;
}

bool MakeBaseName(std::string_view name, char16_t (&out)[64]) { return BaseName(name, out); }
bool MakeBaseName(std::u16string_view name, char16_t (&out)[64]) { return BaseName(name, out); }

}  // namespace wdm
