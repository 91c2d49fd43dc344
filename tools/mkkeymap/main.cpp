// mkkeymap [--binary] -o OUTPUT LAYOUT.txt...

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "layout_text.hpp"

namespace {

constexpr char kRoot[] = "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Control";

int Usage() {
  std::fprintf(stderr, "usage: mkkeymap [--binary] -o OUTPUT LAYOUT.txt...\n");
  return 2;
}

std::string HexData(const std::vector<unsigned char> &bytes) {
  std::string text;
  for (size_t i = 0; i < bytes.size(); i++) {
    char two[4];
    std::snprintf(two, sizeof(two), "%02x", bytes[i]);
    text += two;
    if (i + 1 < bytes.size()) {
      text += i % 25 == 24 ? ",\\\n  " : ",";
    }
  }
  return text;
}

std::string RegistryText(const std::vector<CompiledLayout> &layouts, const std::string &used) {
  std::string text = "Windows Registry Editor Version 5.00\n\n; Made by mkkeymap.\n";
  text += "[" + std::string(kRoot) + "\\Keyboard Layout]\n\"Layout\"=\"" + used + "\"\n";
  for (const CompiledLayout &layout : layouts) {
    text += "\n[" + std::string(kRoot) + "\\Keyboard Layouts\\" + layout.identifier + "]\n";
    text += "\"Layout Text\"=\"" + layout.name + "\"\n";
    text += "\"Layout Data\"=hex:" + HexData(layout.table) + "\n";
  }
  return text;
}

}  // namespace

int main(int argc, char **argv) {
  bool binary = false;
  std::string output;
  std::vector<std::string> inputs;
  for (int i = 1; i < argc; i++) {
    const std::string argument = argv[i];
    if (argument == "--binary") {
      binary = true;
    } else if (argument == "-o" && i + 1 < argc) {
      output = argv[++i];
    } else {
      inputs.push_back(argument);
    }
  }
  if (output.empty() || inputs.empty() || (binary && inputs.size() != 1)) {
    return Usage();
  }
  std::vector<CompiledLayout> layouts;
  std::string used;
  for (const std::string &input : inputs) {
    std::ifstream file(input, std::ios::binary);
    if (!file) {
      std::fprintf(stderr, "mkkeymap: cannot read %s\n", input.c_str());
      return 1;
    }
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto layout = CompileLayout(input, text);
    if (!layout) {
      std::fprintf(stderr, "%s\n", layout.error().c_str());
      return 1;
    }
    if (used.empty() || input.ends_with("/us.txt")) {
      used = layout->identifier;
    }
    layouts.push_back(std::move(*layout));
  }
  const std::string content =
      binary ? std::string(layouts[0].table.begin(), layouts[0].table.end()) : RegistryText(layouts, used);
  std::ofstream file(output, std::ios::binary);
  file << content;
  file.close();
  if (!file) {
    std::fprintf(stderr, "mkkeymap: cannot write %s\n", output.c_str());
    return 1;
  }
  return 0;
}
