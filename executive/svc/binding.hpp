#pragma once
// From the service table to handlers: a handler's parameters are checked against the table when it is bound, and a
// thunk turns the words of a call into them.

#include <coro/task.hpp>
#include <ke/caller.hpp>
#include <nt/services.hpp>
#include <rtl/result.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace svc {

using Words = const std::uint64_t *;
using Answer = Result<NTSTATUS>;

// One service. `plain` cannot wait. One that may wait has `waiting`, and perhaps `attempt`, which is asked first and
// answers without a coroutine when it can. All null: STATUS_NOT_IMPLEMENTED.
struct Handler {
  Answer (*plain)(ke::Caller &, Words) = nullptr;
  std::optional<Answer> (*attempt)(ke::Caller &, Words) = nullptr;
  coro::Task<Answer> (*waiting)(ke::Caller &, Words) = nullptr;
};

namespace detail {

template <typename T>
inline constexpr bool kIsIn = false;
template <typename T>
inline constexpr bool kIsIn<UserIn<T>> = true;
template <typename T>
inline constexpr bool kIsOut = false;
template <typename T>
inline constexpr bool kIsOut<UserOut<T>> = true;
template <typename T>
inline constexpr bool kIsInOut = false;
template <typename T>
inline constexpr bool kIsInOut<UserInOut<T>> = true;

template <typename T>
constexpr nt::Access AccessOf() {
  if constexpr (kIsIn<T>) {
    return nt::Access::kIn;
  } else if constexpr (kIsOut<T>) {
    return nt::Access::kOut;
  } else if constexpr (kIsInOut<T>) {
    return nt::Access::kInOut;
  } else if constexpr (std::is_same_v<T, UserPointer>) {
    return nt::Access::kPointer;
  } else {
    return nt::Access::kValue;
  }
}

template <typename T>
T Convert(ke::Caller &caller, std::uint64_t word) {
  if constexpr (AccessOf<T>() != nt::Access::kValue) {
    return T(UserPointer{&caller.Space(), word});
  } else if constexpr (std::is_pointer_v<T>) {
    return reinterpret_cast<T>(word);
  } else {
    return static_cast<T>(word);
  }
}

// NT probes what a service will write before it does anything.
template <typename T, std::size_t Number, std::size_t Index>
Result<void> Probe(ke::Caller &caller, Words words) {
  if constexpr (kIsOut<T> || kIsInOut<T>) {
    if (nt::kServices[Number].arguments[Index].optional && words[Index] == 0) {
      return {};
    }
    return Convert<T>(caller, words[Index]).Probe();
  } else {
    return {};
  }
}

template <std::size_t Number, typename R, typename... A>
struct Signature {
  static_assert(nt::kServices[Number].Count() == sizeof...(A),
                "the handler has another number of arguments than the table");

  template <std::size_t... I>
  static constexpr bool Fits(std::index_sequence<I...>) {
    return (... && (nt::kServices[Number].arguments[I].access == AccessOf<A>()));
  }
  static_assert(Fits(std::index_sequence_for<A...>()),
                "the handler accesses an argument otherwise than the table says");

  template <std::size_t... I>
  static Result<void> ProbeAll(ke::Caller &caller, Words words, std::index_sequence<I...>) {
    Result<void> probed;
    (void)(... && (probed = Probe<A, Number, I>(caller, words)).has_value());
    return probed;
  }
  template <auto F, std::size_t... I>
  static R Invoke(ke::Caller &caller, Words words, std::index_sequence<I...>) {
    return F(caller, Convert<A>(caller, words[I])...);
  }
};

template <std::size_t Number, typename R, typename... A>
Signature<Number, R, A...> SignatureOf(R (*)(ke::Caller &, A...));
template <typename R, typename... A>
std::index_sequence_for<A...> IndicesOf(R (*)(ke::Caller &, A...));

template <std::size_t Number, auto F>
Answer CallPlain(ke::Caller &caller, Words words) {
  using S = decltype(SignatureOf<Number>(F));
  using I = decltype(IndicesOf(F));
  TRY(S::ProbeAll(caller, words, I()));
  return S::template Invoke<F>(caller, words, I());
}
template <std::size_t Number, auto F>
std::optional<Answer> CallAttempt(ke::Caller &caller, Words words) {
  using S = decltype(SignatureOf<Number>(F));
  using I = decltype(IndicesOf(F));
  if (Result<void> probed = S::ProbeAll(caller, words, I()); !probed) {
    return Answer(std::unexpected(probed.error()));
  }
  return S::template Invoke<F>(caller, words, I());
}
template <std::size_t Number, auto F>
coro::Task<Answer> CallWaiting(ke::Caller &caller, Words words) {
  using S = decltype(SignatureOf<Number>(F));
  return S::template Invoke<F>(caller, words, decltype(IndicesOf(F))());
}

}  // namespace detail

template <std::size_t Number, auto F>
constexpr Handler Plain() {
  return {.plain = &detail::CallPlain<Number, F>};
}
template <std::size_t Number, auto F>
constexpr Handler Waiting() {
  return {.waiting = &detail::CallWaiting<Number, F>};
}
template <std::size_t Number, auto Attempt, auto F>
constexpr Handler Waiting() {
  return {.attempt = &detail::CallAttempt<Number, Attempt>, .waiting = &detail::CallWaiting<Number, F>};
}

// By service number.
extern const std::array<Handler, nt::kServiceCount> kHandlers;

// Lets the fibers of driver hosts run services through their ring.
void ServeFibers();

}  // namespace svc
