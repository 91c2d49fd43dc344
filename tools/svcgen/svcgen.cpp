// Prints stubs, export names or prototypes of the service table. See README.md.

#include <nt/services.hpp>

#include <cstdio>
#include <string>
#include <string_view>

namespace {

std::string ZwName(std::string_view name) { return "Zw" + std::string(name.substr(2)); }

// The number in EAX, then the common path. Services of four arguments or more have the fourth spilled there.
void PrintStubs() {
  std::puts("    .text");
  for (std::size_t number = 0; number < nt::kServiceCount; number += 1) {
    std::string name(nt::kServices[number].name);
    std::printf("    .globl %s, %s\n    .p2align 4\n%s:\n%s:\n", name.c_str(), ZwName(name).c_str(), name.c_str(),
                ZwName(name).c_str());
    std::printf("    movl $%zu, %%eax\n    jmp KiSystemCall\n", number);
  }
}

void PrintDef() {
  for (const nt::Service &service : nt::kServices) {
    std::printf("    %s\n    %s\n", std::string(service.name).c_str(), ZwName(service.name).c_str());
  }
}

std::string Parameter(const nt::Argument &argument) {
  std::string type(argument.type);
  bool pointer = argument.access != nt::Access::kValue && argument.access != nt::Access::kPointer;
  return type + (pointer ? " *" : " ") + std::string(argument.name);
}

void PrintPrototype(const std::string &name, const nt::Service &service) {
  std::printf("NTSYSAPI NTSTATUS NTAPI %s(", name.c_str());
  for (std::size_t i = 0; i < service.Count(); i += 1) {
    std::printf("%s%s", i == 0 ? "" : ", ", Parameter(service.arguments[i]).c_str());
  }
  std::puts(service.Count() == 0 ? "void);" : ");");
}

void PrintPrototypes() {
  std::puts(
      "/* Made by svcgen from nt/services.hpp. */\n#pragma once\n#include <nt/nt.h>\n#ifdef __cplusplus\nextern \"C\" "
      "{\n#endif\n");
  for (const nt::Service &service : nt::kServices) {
    PrintPrototype(std::string(service.name), service);
    PrintPrototype(ZwName(service.name), service);
  }
  std::puts("\n#ifdef __cplusplus\n}\n#endif");
}

}  // namespace

int main(int count, char **arguments) {
  std::string_view what = count == 2 ? arguments[1] : "";
  if (what == "stubs") {
    PrintStubs();
  } else if (what == "def") {
    PrintDef();
  } else if (what == "prototypes") {
    PrintPrototypes();
  } else {
    std::fputs("usage: svcgen stubs|def|prototypes\n", stderr);
    return 2;
  }
  return 0;
}
