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

// The value of `expression`, or return its failure from the enclosing function.
#define TRY(expression)                                           \
  ({                                                              \
    auto RTL_CONCAT(try_, __LINE__) = (expression);               \
    if (!RTL_CONCAT(try_, __LINE__)) [[unlikely]]                 \
      return std::unexpected(RTL_CONCAT(try_, __LINE__).error()); \
    ::rtl_detail::Take(RTL_CONCAT(try_, __LINE__));               \
  })

// As TRY, inside a coroutine.
#define CO_TRY(expression)                                           \
  ({                                                                 \
    auto RTL_CONCAT(try_, __LINE__) = (expression);                  \
    if (!RTL_CONCAT(try_, __LINE__)) [[unlikely]]                    \
      co_return std::unexpected(RTL_CONCAT(try_, __LINE__).error()); \
    ::rtl_detail::Take(RTL_CONCAT(try_, __LINE__));                  \
  })

// The value of an expression that cannot fail here; the reason stands in a comment beside it.
#define MUST(expression)                            \
  ({                                                \
    auto RTL_CONCAT(try_, __LINE__) = (expression); \
    if (!RTL_CONCAT(try_, __LINE__)) [[unlikely]]   \
      __builtin_trap();                             \
    ::rtl_detail::Take(RTL_CONCAT(try_, __LINE__)); \
  })

namespace rtl_detail {
template <typename T>
constexpr T Take(Result<T> &result) {
  return std::move(*result);
}
inline void Take(Result<void> &) {}
}  // namespace rtl_detail
