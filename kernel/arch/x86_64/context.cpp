#include "arch/x86_64/context.hpp"

#include "arch/x86_64/layout.hpp"

namespace kernel {
namespace {

constexpr Word kFlagIf = 1 << 9;
constexpr Word kFlagTf = 1 << 8;

constexpr Word Context::*kUserRegisters[] = {
    &Context::rip, &Context::rsp, &Context::rflags, &Context::rax, &Context::rbx,     &Context::rcx,     &Context::rdx,
    &Context::rsi, &Context::rdi, &Context::rbp,    &Context::r8,  &Context::r9,      &Context::r10,     &Context::r11,
    &Context::r12, &Context::r13, &Context::r14,    &Context::r15, &Context::fs_base, &Context::gs_base,
};
static_assert(sizeof(kUserRegisters) / sizeof(kUserRegisters[0]) == kUserContextWords);

}  // namespace

Word &UserRegister(Context &context, Word index) { return context.*kUserRegisters[index]; }

Word SanitiseUserRegister(Word index, Word value) {
  if (index == 2) {
    value = (value & 0xfff) | kFlagIf | 2;
    return value & ~(kFlagTf | Word{1 << 3} | Word{1 << 5});
  }
  if (index == 0 || index >= 18) {
    return Canonical(value) ? value : 0;
  }
  return value;
}

}  // namespace kernel
