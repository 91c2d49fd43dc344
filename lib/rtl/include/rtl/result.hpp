#pragma once
// Fallible functions return Result<T>; TRY hands a failure on to the caller (STYLE.md section 3).

#include <nt/ntdef.h>
#include <nt/ntstatus.h>

#include <expected>
#include <utility>

// A failing NTSTATUS. Success is a value of Result<T>, never a Status.
class [[nodiscard]] Status {
 public:
  constexpr explicit Status(NTSTATUS code) : code_(code) {}
  constexpr NTSTATUS Code() const { return code_; }
  friend constexpr bool operator==(Status, Status) = default;

 private:
  NTSTATUS code_;
};

template <typename T>
using Result = std::expected<T, Status>;

// `return Fail(STATUS_...)` from any function that returns a Result.
constexpr std::unexpected<Status> Fail(NTSTATUS code) { return std::unexpected(Status(code)); }

// The NTSTATUS of a finished operation: STATUS_SUCCESS or the failure.
constexpr NTSTATUS ToNtStatus(const Result<void> &result) { return result ? STATUS_SUCCESS : result.error().Code(); }
constexpr NTSTATUS ToNtStatus(const Result<NTSTATUS> &result) { return result ? *result : result.error().Code(); }

#define RTL_CONCAT_(a, b) a##b
#define RTL_CONCAT(a, b) RTL_CONCAT_(a, b)

// Each use has a name of its own, so that uses nest.
#define RTL_TRY_(expression, name, leave)  \
  ({                                       \
    auto name = (expression);              \
    if (!name) [[unlikely]] {              \
      leave std::unexpected(name.error()); \
    }                                      \
    ::rtl_detail::Take(name);              \
  })

// The value of `expression`, or return its failure from the enclosing function.
#define TRY(expression) RTL_TRY_(expression, RTL_CONCAT(try_, __COUNTER__), return)

// As TRY, inside a coroutine.
#define CO_TRY(expression) RTL_TRY_(expression, RTL_CONCAT(try_, __COUNTER__), co_return)

// The value of an expression that cannot fail here; the reason stands in a comment beside it.
#define MUST(expression) RTL_MUST_(expression, RTL_CONCAT(must_, __COUNTER__))
#define RTL_MUST_(expression, name) \
  ({                                \
    auto name = (expression);       \
    if (!name) [[unlikely]] {       \
      __builtin_trap();             \
    }                               \
    ::rtl_detail::Take(name);       \
  })

namespace rtl_detail {
template <typename T>
constexpr T Take(Result<T> &result) {
  return std::move(*result);
}
inline void Take(Result<void> &) {}
}  // namespace rtl_detail
