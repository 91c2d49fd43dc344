// Prints stubs, export names or prototypes of the service table. See README.md.

#include <nt/services.hpp>

#include <cstdio>
#include <string>
#include <string_view>

namespace {

std::string ZwName(std::string_view name) { return "Zw" + std::string(name.substr(2)); }

// The number in EAX, then the common path. Services of four arguments or more have the fourth spilled there.
void PrintStubs(bool host) {
  std::puts("    .text");
  for (std::size_t number = 0; number < nt::kServiceCount; number += 1) {
    std::string name(nt::kServices[number].name);
    if (nt::IsHostService(nt::kServices[number]) != host) {
      continue;
    }
    if (host) {
      std::printf("    .globl %s\n    .p2align 4\n%s:\n    movl $%zu, %%eax\n    jmp WdmSystemCall\n", name.c_str(),
                  name.c_str(), number);
      continue;
    }
    std::printf("    .globl %s, %s\n    .p2align 4\n%s:\n%s:\n", name.c_str(), ZwName(name).c_str(), name.c_str(),
                ZwName(name).c_str());
    std::printf("    movl $%zu, %%eax\n    jmp KiSystemCall\n", number);
  }
}

void PrintDef() {
  for (const nt::Service &service : nt::kServices) {
    if (nt::IsHostService(service)) {
      continue;
    }
    std::printf("    %s\n    %s\n", std::string(service.name).c_str(), ZwName(service.name).c_str());
  }
}

std::string Parameter(const nt::Argument &argument) {
  std::string type(argument.type);
  bool pointer = argument.access != nt::Access::kValue && argument.access != nt::Access::kPointer;
  return type + (pointer ? " *" : " ") + std::string(argument.name);
}

void PrintPrototype(const std::string &name, const nt::Service &service) {
  // The host's stubs are in the image that calls them.
  std::printf("%sNTSTATUS NTAPI %s(", nt::IsHostService(service) ? "" : "NTSYSAPI ", name.c_str());
  for (std::size_t i = 0; i < service.Count(); i += 1) {
    std::printf("%s%s", i == 0 ? "" : ", ", Parameter(service.arguments[i]).c_str());
  }
  std::puts(service.Count() == 0 ? "void);" : ");");
}

void PrintPrototypes(bool host) {
  std::printf("/* Made by svcgen from nt/services.hpp. */\n#pragma once\n#include %s\n",
              host ? "<wdm/host.h>\n#include <nt/nt.h>" : "<nt/nt.h>");
  std::puts("#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
  for (const nt::Service &service : nt::kServices) {
    if (nt::IsHostService(service) != host) {
      continue;
    }
    PrintPrototype(std::string(service.name), service);
    if (!host) {
      PrintPrototype(ZwName(service.name), service);
    }
  }
  // Numbers, for those who run a service otherwise than by its stub.
  for (std::size_t number = 0; number < nt::kServiceCount; number += 1) {
    const nt::Service &service = nt::kServices[number];
    if (host) {
      std::printf("#define NUMBER_OF_%s %zu\n", std::string(service.name).c_str(), number);
    }
  }
  std::puts("\n#ifdef __cplusplus\n}\n#endif");
}

}  // namespace

int main(int count, char **arguments) {
  std::string_view what = count == 2 ? arguments[1] : "";
  if (what == "stubs") {
    PrintStubs(false);
  } else if (what == "def") {
    PrintDef();
  } else if (what == "prototypes") {
    PrintPrototypes(false);
  } else if (what == "host-stubs") {
    PrintStubs(true);
  } else if (what == "host-prototypes") {
    PrintPrototypes(true);
  } else {
    std::fputs("usage: svcgen stubs|def|prototypes|host-stubs|host-prototypes\n", stderr);
    return 2;
  }
  return 0;
}
