#pragma once
// IRQL: one byte of the process (docs/architecture.md section 9). What the interrupt thread runs (interrupt routines,
// and DPCs when the baton is below DISPATCH_LEVEL) preempts the baton at any instruction and is atomic to it. So data
// of the runtime that DPCs reach too are touched at DISPATCH_LEVEL (AtDispatch), data of interrupt routines at
// HIGH_LEVEL (AtHigh). Compiler barriers suffice: there is one processor. See wdm/ke/README.md.

#include <nt/nt.h>

namespace ke {

inline constexpr KIRQL kPassive = 0;
inline constexpr KIRQL kApc = 1;
inline constexpr KIRQL kDispatch = 2;
inline constexpr KIRQL kHigh = sizeof(void *) == 8 ? 15 : 31;

namespace detail {
extern volatile KIRQL irql;
}

/// The current IRQL.
inline KIRQL CurrentIrql() { return detail::irql; }

/// Raises without a check: `level` is known to be at least the current IRQL. Returns the old one.
inline KIRQL Raise(KIRQL level) {
  KIRQL old = detail::irql;
  detail::irql = level;
  asm volatile("" ::: "memory");
  return old;
}

/// Lowers to `level` and runs what was recorded above it meanwhile: interrupts, then DPCs.
void Lower(KIRQL level);

/// Raises to at least `level` for the time of a scope. Cheap: two stores and a look.
template <KIRQL level>
class AtLeast {
 public:
  AtLeast() : old_(CurrentIrql()) {
    if (old_ < level) {
      Raise(level);
    }
  }
  ~AtLeast() {
    if (old_ < level) {
      Lower(old_);
    }
  }
  AtLeast(const AtLeast &) = delete;
  AtLeast &operator=(const AtLeast &) = delete;
  KIRQL Old() const { return old_; }

 private:
  KIRQL old_;
};

using AtDispatch = AtLeast<kDispatch>;
using AtHigh = AtLeast<kHigh>;

/// Ends the host with a bug check code when the IRQL is above `highest` (IRQL_NOT_LESS_OR_EQUAL, as NT's verifier
/// does).
void RequireIrql(KIRQL highest, const char *routine);

}  // namespace ke
