#pragma once

namespace ke {

/// Makes the queues of work items.
void StartWorkers();

/// Starts workers for items that found no memory for one when they were queued.
void RetryWorkers();

}  // namespace ke
