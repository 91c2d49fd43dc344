// Mutants and semaphores.
#include "umtests.hpp"

namespace umtests {
namespace {

using native::Handle;

void MutantOwner() {
  Handle mutant;
  CHECK_SUCCESS(NtCreateMutant(mutant.Out(), MUTANT_ALL_ACCESS, nullptr, TRUE));
  CHECK_SUCCESS(NtWaitForSingleObject(mutant.Get(), FALSE, nullptr));  // an owner may take it again
  MUTANT_BASIC_INFORMATION information{};
  CHECK_SUCCESS(NtQueryMutant(mutant.Get(), MutantBasicInformation, &information, sizeof information, nullptr));
  CHECK(information.CurrentCount == -1);
  CHECK(information.OwnedByCaller);
  LONG previous = 7;
  CHECK_SUCCESS(NtReleaseMutant(mutant.Get(), &previous));
  CHECK(previous == -1);
  CHECK_SUCCESS(NtReleaseMutant(mutant.Get(), &previous));
  CHECK(previous == 0);
  CHECK_STATUS(NtReleaseMutant(mutant.Get(), nullptr), STATUS_MUTANT_NOT_OWNED);
}

NTSTATUS TakeAndEnd(PVOID mutant) { return NtWaitForSingleObject(mutant, FALSE, nullptr); }

void MutantAbandoned() {
  Handle mutant;
  CHECK_SUCCESS(NtCreateMutant(mutant.Out(), MUTANT_ALL_ACCESS, nullptr, FALSE));
  const Handle thread = StartThread(TakeAndEnd, mutant.Get());
  LARGE_INTEGER limit = Milliseconds(5000);
  CHECK_SUCCESS(NtWaitForSingleObject(thread.Get(), FALSE, &limit));
  CHECK_STATUS(NtWaitForSingleObject(mutant.Get(), FALSE, &limit), STATUS_ABANDONED_WAIT_0);
  CHECK_SUCCESS(NtWaitForSingleObject(mutant.Get(), FALSE, &limit));  // told once
}

NTSTATUS ReleaseOther(PVOID mutant) { return NtReleaseMutant(mutant, nullptr); }

void MutantOtherThread() {
  Handle mutant;
  CHECK_SUCCESS(NtCreateMutant(mutant.Out(), MUTANT_ALL_ACCESS, nullptr, TRUE));
  const Handle thread = StartThread(ReleaseOther, mutant.Get());
  LARGE_INTEGER limit = Milliseconds(5000);
  CHECK_SUCCESS(NtWaitForSingleObject(thread.Get(), FALSE, &limit));
  THREAD_BASIC_INFORMATION information{};
  CHECK_SUCCESS(
      NtQueryInformationThread(thread.Get(), ThreadBasicInformation, &information, sizeof information, nullptr));
  CHECK_STATUS(information.ExitStatus, STATUS_MUTANT_NOT_OWNED);
}

void SemaphoreCounts() {
  Handle semaphore;
  CHECK_SUCCESS(NtCreateSemaphore(semaphore.Out(), SEMAPHORE_ALL_ACCESS, nullptr, 1, 3));
  LARGE_INTEGER now = Milliseconds(0);
  CHECK_SUCCESS(NtWaitForSingleObject(semaphore.Get(), FALSE, &now));
  CHECK_STATUS(NtWaitForSingleObject(semaphore.Get(), FALSE, &now), STATUS_TIMEOUT);
  LONG previous = 7;
  CHECK_SUCCESS(NtReleaseSemaphore(semaphore.Get(), 2, &previous));
  CHECK(previous == 0);
  CHECK_STATUS(NtReleaseSemaphore(semaphore.Get(), 2, nullptr), STATUS_SEMAPHORE_LIMIT_EXCEEDED);
  SEMAPHORE_BASIC_INFORMATION information{};
  CHECK_SUCCESS(
      NtQuerySemaphore(semaphore.Get(), SemaphoreBasicInformation, &information, sizeof information, nullptr));
  CHECK(information.CurrentCount == 2);
  CHECK(information.MaximumCount == 3);
}

void SemaphoreBad() {
  Handle semaphore;
  CHECK_STATUS(NtCreateSemaphore(semaphore.Out(), SEMAPHORE_ALL_ACCESS, nullptr, 2, 1), STATUS_INVALID_PARAMETER);
  CHECK_STATUS(NtCreateSemaphore(semaphore.Out(), SEMAPHORE_ALL_ACCESS, nullptr, 0, 0), STATUS_INVALID_PARAMETER);
  CHECK_STATUS(NtCreateSemaphore(semaphore.Out(), SEMAPHORE_ALL_ACCESS, nullptr, -1, 1), STATUS_INVALID_PARAMETER);
  CHECK_SUCCESS(NtCreateSemaphore(semaphore.Out(), SEMAPHORE_ALL_ACCESS, nullptr, 0, 1));
  CHECK_STATUS(NtReleaseSemaphore(semaphore.Get(), 0, nullptr), STATUS_INVALID_PARAMETER);
}

constexpr Test kTests[] = {
    {"mutant.owner", "ReleaseMutex function: recursive ownership", MutantOwner},
    {"mutant.abandoned", "Mutex objects: WAIT_ABANDONED", MutantAbandoned},
    {"mutant.not-owner", "KeReleaseMutex (DDI): STATUS_MUTANT_NOT_OWNED", MutantOtherThread},
    {"semaphore.counts", "KeReleaseSemaphore (DDI): STATUS_SEMAPHORE_LIMIT_EXCEEDED", SemaphoreCounts},
    {"semaphore.bad", "CreateSemaphore function: limits of the counts", SemaphoreBad},
};

}  // namespace

constinit const std::span<const Test> kSynchronisationTests = kTests;

}  // namespace umtests
