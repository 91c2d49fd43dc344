#include "base/print.hpp"

#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/serial.hpp"

namespace kernel {

void PrintChar(char character) {
  if (character == '\n') {
    serial::Put('\r');
  }
  serial::Put(character);
}

void Print(std::string_view text) {
  for (const char character : text) {
    PrintChar(character);
  }
}

void PrintHex(Word value) {
  Print("0x");
  int shift = 60;
  while (shift > 0 && (value >> shift) == 0) {
    shift -= 4;
  }
  for (; shift >= 0; shift -= 4) {
    PrintChar("0123456789abcdef"[(value >> shift) & 15]);
  }
}

void Fatal(std::string_view sentence) {
  Print("kernel: cannot boot: ");
  Print(sentence);
  Print("\n");
  cpu::HaltForever();
}

void Panic(std::string_view sentence, Word detail) {
  Print("kernel: panic: ");
  Print(sentence);
  Print(" ");
  PrintHex(detail);
  Print("\n");
  cpu::HaltForever();
}

}  // namespace kernel
