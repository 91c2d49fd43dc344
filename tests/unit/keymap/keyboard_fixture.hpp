#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "keymap/keyboard.hpp"

/// A layout of the tree with its keyboard.
class Typist {
 public:
  explicit Typist(const std::string &name) : table_(Read(name)), keyboard_(*keymap::Layout::Parse(table_)) {}

  /// Presses and releases.
  std::string Tap(uint16_t code, uint16_t flags = 0) {
    std::string text = Down(code, flags);
    text += Up(code, flags);
    return text;
  }
  std::string Down(uint16_t code, uint16_t flags = 0) { return std::string(keyboard_.Put(code, flags).Text()); }
  std::string Up(uint16_t code, uint16_t flags = 0) {
    return std::string(keyboard_.Put(code, flags | keymap::kBreak).Text());
  }
  std::string With(uint16_t modifier, uint16_t modifier_flags, uint16_t code, uint16_t flags = 0) {
    Down(modifier, modifier_flags);
    std::string text = Tap(code, flags);
    Up(modifier, modifier_flags);
    return text;
  }
  std::string Shift(uint16_t code, uint16_t flags = 0) { return With(0x2A, 0, code, flags); }
  std::string Control(uint16_t code, uint16_t flags = 0) { return With(0x1D, 0, code, flags); }
  std::string Alt(uint16_t code, uint16_t flags = 0) { return With(0x38, 0, code, flags); }
  std::string AltGr(uint16_t code) { return With(0x38, keymap::kE0, code); }

  keymap::Keyboard &keyboard() { return keyboard_; }

  static std::vector<std::byte> Read(const std::string &name) {
    std::ifstream file(std::string(KEYMAP_TABLES) + "/" + name + ".bin", std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    std::vector<std::byte> bytes(text.size());
    for (size_t i = 0; i < text.size(); i++) {
      bytes[i] = static_cast<std::byte>(text[i]);
    }
    return bytes;
  }

 private:
  std::vector<std::byte> table_;
  keymap::Keyboard keyboard_;
};
