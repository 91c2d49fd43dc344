// Command line of mkbootvol; see README.md.

#include <bootvol/volume.hpp>
#include <rtl/checked.hpp>

#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "writer.hpp"

namespace {

// 1 January 2026: any fixed date does.
constexpr std::int64_t kDefaultTime = 1767225600;

constexpr const char *kUsage =
    "usage: mkbootvol -o IMAGE [--label TEXT] [--time SECONDS] [--dir PATH]... [--add PATH=FILE]...\n"
    "       mkbootvol --list IMAGE\n";

[[noreturn]] void Die(const std::string &message) {
  std::fprintf(stderr, "mkbootvol: %s\n", message.c_str());
  std::exit(1);
}

std::vector<std::byte> ReadFile(const std::string &path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) {
    Die("cannot open '" + path + "': " + std::strerror(errno));
  }
  std::vector<std::byte> contents;
  std::byte buffer[65536];
  while (const std::size_t got = std::fread(buffer, 1, sizeof(buffer), file.get())) {
    contents.insert(contents.end(), buffer, buffer + got);
  }
  if (std::ferror(file.get())) {
    Die("cannot read '" + path + "': " + std::strerror(errno));
  }
  return contents;
}

void WriteFile(const std::string &path, const std::vector<std::byte> &contents) {
  const std::string temporary = path + ".new";
  std::FILE *file = std::fopen(temporary.c_str(), "wb");
  if (file == nullptr) {
    Die("cannot write '" + temporary + "': " + std::strerror(errno));
  }
  const bool written = std::fwrite(contents.data(), 1, contents.size(), file) == contents.size();
  if (std::fclose(file) != 0 || !written || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string reason = std::strerror(errno);
    std::remove(temporary.c_str());
    Die("cannot write '" + path + "': " + reason);
  }
}

std::int64_t ParseTime(const std::string &text, const char *where) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > (std::int64_t{1} << 36)) {
    Die(std::string(where) + ": '" + text + "' is not a number of seconds");
  }
  return value;
}

// A copy of the image that begins on a page, as Mount asks.
class PageAligned {
 public:
  explicit PageAligned(const std::vector<std::byte> &bytes)
      : size_(bytes.size()),
        memory_(static_cast<std::byte *>(std::aligned_alloc(4096, AlignUp(bytes.size() + 1, 4096))), std::free) {
    std::memcpy(memory_.get(), bytes.data(), bytes.size());
  }
  std::span<const std::byte> Bytes() const { return {memory_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<std::byte, void (*)(void *)> memory_;
};

bootvol::Volume MountOrDie(const PageAligned &image, const std::string &path) {
  const auto volume = bootvol::Volume::Mount(image.Bytes());
  if (!volume) {
    char status[16];
    std::snprintf(status, sizeof(status), "0x%08X", static_cast<unsigned>(volume.error().Code()));
    Die("'" + path + "' is not a sound boot volume (status " + status + ")");
  }
  return *volume;
}

void PrintTree(const bootvol::Volume &volume, const bootvol::Entry &directory, const std::string &path) {
  for (std::uint32_t i = 0; i < directory.children; i++) {
    const bootvol::Entry entry = volume.At(directory.first_child + i);
    const std::string name = path + "\\" + mkbootvol::ToUtf8(entry.name);
    if (entry.IsDirectory()) {
      std::printf("%12s %s\n", "<DIR>", name.c_str());
      PrintTree(volume, entry, name);
    } else {
      std::printf("%12zu %s\n", entry.data.size(), name.c_str());
    }
  }
}

int List(const std::string &path) {
  const PageAligned image(ReadFile(path));
  const bootvol::Volume volume = MountOrDie(image, path);
  std::printf("label %s, serial %08X, %" PRIu64 " bytes, %u entries\n", mkbootvol::ToUtf8(volume.Label()).c_str(),
              volume.SerialNumber(), volume.Size(), volume.EntryCount());
  PrintTree(volume, volume.At(bootvol::kRoot), "");
  return 0;
}

}  // namespace

int main(int count, char **arguments) {
  mkbootvol::Writer writer;
  std::string output;
  std::string label = "NEPTUNE";
  const char *epoch = std::getenv("SOURCE_DATE_EPOCH");
  std::int64_t time = epoch != nullptr ? ParseTime(epoch, "SOURCE_DATE_EPOCH") : kDefaultTime;
  for (int i = 1; i < count; i++) {
    const std::string option = arguments[i];
    if (option == "--help") {
      std::fputs(kUsage, stdout);
      return 0;
    }
    if (i + 1 == count) {
      Die("'" + option + "' needs a value or is unknown\n" + kUsage);
    }
    const std::string value = arguments[++i];
    std::expected<void, mkbootvol::Error> done;
    if (option == "--list") {
      return List(value);
    }
    if (option == "-o") {
      output = value;
    } else if (option == "--label") {
      label = value;
    } else if (option == "--time") {
      time = ParseTime(value, "--time");
    } else if (option == "--dir") {
      done = writer.AddDirectory(value);
    } else if (option == "--add") {
      const std::size_t divider = value.find('=');
      if (divider == std::string::npos) {
        Die("--add takes PATH=FILE, not '" + value + "'");
      }
      done = writer.AddFile(value.substr(0, divider), ReadFile(value.substr(divider + 1)));
    } else {
      Die("unknown option '" + option + "'\n" + kUsage);
    }
    if (!done) {
      Die(done.error());
    }
  }
  if (output.empty()) {
    Die(std::string("-o IMAGE is missing\n") + kUsage);
  }
  const auto image = writer.Build(label, time);
  if (!image) {
    Die(image.error());
  }
  (void)MountOrDie(PageAligned(*image), output);
  WriteFile(output, *image);
  return 0;
}
