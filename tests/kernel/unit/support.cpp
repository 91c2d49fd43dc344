// What the kernel's sources need of the kernel when they run on the host.
#include <cstdio>
#include <cstdlib>

#include "base/print.hpp"

namespace kernel {

void Fatal(std::string_view sentence) {
  std::fprintf(stderr, "fatal: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
  std::abort();
}

void Panic(std::string_view sentence, Word) { Fatal(sentence); }

}  // namespace kernel
