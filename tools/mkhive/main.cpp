// mkhive: a registry hive from .reg files.

#include "apply.hpp"

#include <hive/default_security.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr char kUsage[] =
    "usage: mkhive -o HIVE [-i HIVE] [-r ROOT] FILE.reg...\n"
    "Makes a registry hive (regf 1.5) from files in the syntax of the registry editor, version 5.00.\n"
    "  -o HIVE   the file to write\n"
    "  -i HIVE   a hive to begin with, instead of an empty one\n"
    "  -r ROOT   the path of the hive's root in the files; HKEY_LOCAL_MACHINE\\SYSTEM if not given\n"
    "Times are those of SOURCE_DATE_EPOCH, or of 1 January 2026: the same input makes the same hive.\n";

struct Arguments {
  std::string output;
  std::string base;
  std::u16string root = u"HKEY_LOCAL_MACHINE\\SYSTEM";
  std::vector<std::string> inputs;
};

int Complain(const std::string &text) {
  std::fprintf(stderr, "mkhive: %s\n", text.c_str());
  return 1;
}

bool Parse(int count, char **words, Arguments &arguments) {
  for (int i = 1; i < count; i++) {
    const std::string_view word = words[i];
    if ((word == "-o" || word == "-i" || word == "-r") && i + 1 < count) {
      const std::string_view next = words[++i];
      if (word == "-o") {
        arguments.output = next;
      } else if (word == "-i") {
        arguments.base = next;
      } else {
        arguments.root.assign(next.begin(), next.end());
      }
    } else if (word.starts_with('-')) {
      return false;
    } else {
      arguments.inputs.emplace_back(word);
    }
  }
  return !arguments.output.empty() && !arguments.inputs.empty();
}

// In units of 100 ns since 1601.
std::uint64_t Time() {
  constexpr std::uint64_t kFirst2026 = 1'767'225'600;
  constexpr std::uint64_t kFrom1601To1970 = 11'644'473'600;
  const char *epoch = std::getenv("SOURCE_DATE_EPOCH");
  const std::uint64_t seconds = epoch != nullptr ? std::strtoull(epoch, nullptr, 10) : kFirst2026;
  return (seconds + kFrom1601To1970) * 10'000'000;
}

bool Write(const std::string &path, const std::vector<std::byte> &bytes) {
  std::FILE *file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) {
    return false;
  }
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  return (std::fclose(file) == 0) && written;
}

// The hive to begin with, or what is wrong.
std::expected<hive::Hive, std::string> Begin(const Arguments &arguments, hive::Allocator &heap,
                                             std::u16string_view name, std::uint64_t time) {
  if (arguments.base.empty()) {
    auto hive = hive::Hive::Create(heap, name, {.time = time, .security = hive::DefaultSecurity()});
    if (!hive) {
      return std::unexpected("out of memory");
    }
    return std::move(*hive);
  }
  const auto bytes = ReadAll(arguments.base);
  if (!bytes) {
    return std::unexpected(arguments.base + ": cannot be read");
  }
  auto hive = hive::Hive::Load(heap, std::as_bytes(std::span(*bytes)));
  if (!hive) {
    return std::unexpected(arguments.base + (hive.error().Code() == STATUS_REGISTRY_CORRUPT ? ": is not a whole hive"
                                                                                            : ": out of memory"));
  }
  return std::move(*hive);
}

int Run(const Arguments &arguments) {
  HeapAllocator heap;
  const std::uint64_t time = Time();
  const std::u16string name = arguments.root.substr(arguments.root.rfind(u'\\') + 1);
  auto hive = Begin(arguments, heap, name, time);
  if (!hive) {
    return Complain(hive.error());
  }
  for (const std::string &input : arguments.inputs) {
    const auto statements = ReadRegFile(input);
    if (!statements) {
      return Complain(statements.error().Message());
    }
    const auto applied = Apply(*hive, arguments.root, time, input, *statements);
    if (!applied) {
      return Complain(applied.error().Message());
    }
  }
  std::vector<std::byte> file(hive->FileSize());
  hive->WriteFile(file, name, 1, time);
  return Write(arguments.output, file) ? 0 : Complain(arguments.output + ": cannot be written");
}

}  // namespace

int main(int count, char **words) {
  Arguments arguments;
  if (count == 2 && std::strcmp(words[1], "--help") == 0) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  if (!Parse(count, words, arguments)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  return Run(arguments);
}
