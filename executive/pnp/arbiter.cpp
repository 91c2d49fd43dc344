#include "arbiter.hpp"

#include <rtl/checked.hpp>

#include <algorithm>
#include <bit>

namespace pnp {
namespace {

bool IsWindow(std::uint8_t type, std::uint16_t flags) {
  switch (type) {
    case CmResourceTypePort:
      return (flags & CM_RESOURCE_PORT_WINDOW_DECODE) != 0;
    case CmResourceTypeMemory:
    case CmResourceTypeMemoryLarge:
      return (flags & CM_RESOURCE_MEMORY_WINDOW_DECODE) != 0;
    default:
      return false;
  }
}

}  // namespace

bool RangeArbiter::Above(Owner upper, Owner lower) const {
  for (Owner at = lower; at != kSystem;) {
    at = ancestry_.ParentOf(at);
    if (at == upper) {
      return at != kSystem;
    }
  }
  return false;
}

// Whether it is a window with no window around it. The windows of bridges below it are theirs alone.
bool RangeArbiter::IsOpen(const Range &range) const { return range.window && WindowOwner(range.owner) == kSystem; }

const Range *RangeArbiter::Conflict(const Range &wanted) const {
  for (const Range &range : ranges_) {
    if (range.last < wanted.first || range.first > wanted.last) {
      continue;
    }
    // The topmost bus's window is not used up by it: devices beside the bus (ports of the board, the Executive's own
    // memory) lie in it too. Windows of two buses exclude each other.
    if (range.window != wanted.window && (IsOpen(range) || IsOpen(wanted))) {
      continue;
    }
    const bool own_boot = range.owner == wanted.owner && range.boot;
    const bool inside_parent =
        range.first <= wanted.first && range.last >= wanted.last && Above(range.owner, wanted.owner);
    const bool around_child =
        wanted.first <= range.first && wanted.last >= range.last && Above(wanted.owner, range.owner);
    if (!own_boot && !inside_parent && !around_child && !(range.shared && wanted.shared)) {
      return &range;
    }
  }
  return nullptr;
}

std::optional<std::uint64_t> RangeArbiter::FindIn(const Requirement &requirement, Owner owner, bool shared, bool window,
                                                  std::uint64_t minimum, std::uint64_t maximum) const {
  std::uint64_t start = minimum;
  for (;;) {
    const Result<std::uint64_t> aligned = CheckedAlignUp(start, requirement.alignment);
    if (!aligned || *aligned > maximum || requirement.length - 1 > maximum - *aligned) {
      return {};
    }
    const Range wanted{*aligned, *aligned + (requirement.length - 1), owner, shared, window, false};
    const Range *conflict = Conflict(wanted);
    if (conflict == nullptr) {
      return *aligned;
    }
    if (conflict->last >= maximum) {
      return {};
    }
    start = conflict->last + 1;
  }
}

// The nearest device above that decides what its children may have; kSystem: nobody does.
Owner RangeArbiter::WindowOwner(Owner owner) const {
  while (owner != kSystem) {
    owner = ancestry_.ParentOf(owner);
    if (owner != kSystem && std::ranges::any_of(ranges_.Items(), [&](const Range &range) {
          return range.owner == owner && range.window;
        })) {
      return owner;
    }
  }
  return kSystem;
}

std::optional<std::uint64_t> RangeArbiter::Find(const Requirement &requirement, Owner owner, bool shared,
                                                bool window) const {
  const Owner above = WindowOwner(owner);
  if (above == kSystem) {
    return FindIn(requirement, owner, shared, window, requirement.minimum, requirement.maximum);
  }
  for (const Range &frame : ranges_) {
    if (frame.owner != above || !frame.window) {
      continue;
    }
    const std::uint64_t minimum = std::max(frame.first, requirement.minimum);
    const std::uint64_t maximum = std::min(frame.last, requirement.maximum);
    if (minimum <= maximum) {
      if (const auto start = FindIn(requirement, owner, shared, window, minimum, maximum)) {
        return start;
      }
    }
  }
  return {};
}

void RangeArbiter::Release(Owner owner, bool boot) {
  for (std::size_t i = ranges_.Size(); i-- > 0;) {
    if (ranges_[i].owner == owner && (boot || !ranges_[i].boot)) {
      ranges_.Remove(i);
    }
  }
}

bool RangeArbiter::Holds(Owner owner, std::uint64_t first, std::uint64_t last) const {
  return std::ranges::any_of(ranges_.Items(), [&](const Range &range) {
    return range.owner == owner && !range.boot && range.first <= first && range.last >= last;
  });
}

void InterruptArbiter::UseMadt(const acpi::Madt &madt) {
  has_madt_ = true;
  for (std::uint8_t i = 0; i < isa_.size(); i += 1) {
    if (const auto route = madt.Route(i); route && route->global < kPins) {
      isa_[i] = Pin{route->global, route->level, route->active_low};
    }
  }
}

std::optional<Pin> InterruptArbiter::Route(std::uint64_t line, bool level) const {
  if (line >= kPins) {
    return {};
  }
  Pin pin{static_cast<std::uint32_t>(line), false, false};
  if (line < isa_.size() && has_madt_) {
    if (!isa_[line]) {
      return {};
    }
    pin = *isa_[line];
  }
  // A level-triggered line that the firmware says nothing special of is PCI's: active low.
  if (level && !pin.level) {
    pin.level = true;
    pin.active_low = true;
  }
  return pin;
}

void InterruptArbiter::ReservePin(std::uint32_t pin) { (void)uses_.Append({.vector = pin, .owner = kSystem}); }

bool InterruptArbiter::Free(std::uint32_t vector) const {
  return std::ranges::none_of(uses_.Items(), [&](const Use &use) { return use.vector == vector; });
}

std::optional<Pin> InterruptArbiter::TakeLine(std::uint64_t line, bool level, Owner owner, bool shared) {
  const std::optional<Pin> pin = Route(line, level);
  if (!pin) {
    return {};
  }
  for (const Use &use : uses_) {
    if (use.vector == pin->pin && !(use.owner == owner && owner != kSystem) &&
        !(use.shared && shared && use.level == pin->level && use.active_low == pin->active_low)) {
      return {};
    }
  }
  if (!uses_.Append({pin->pin, owner, shared, pin->level, pin->active_low})) {
    return {};
  }
  return pin;
}

std::optional<std::uint32_t> InterruptArbiter::TakeMessages(std::uint32_t count, Owner owner) {
  if (count == 0 || count > kKernelVectors) {
    return {};
  }
  const std::uint32_t alignment = std::bit_ceil(count);
  for (std::uint32_t hardware = AlignUp(kFirstVector + kPins, alignment);
       hardware + count <= kFirstVector + kKernelVectors; hardware += alignment) {
    const std::uint32_t first = hardware - kFirstVector;
    std::uint32_t free = 0;
    while (free < count && Free(first + free)) {
      free += 1;
    }
    if (free != count) {
      continue;
    }
    const std::size_t before = uses_.Size();
    for (std::uint32_t i = 0; i < count; i += 1) {
      if (!uses_.Append({.vector = first + i, .owner = owner})) {
        uses_.Truncate(before);
        return {};
      }
    }
    return first;
  }
  return {};
}

void InterruptArbiter::Release(Owner owner) {
  for (std::size_t i = uses_.Size(); i-- > 0;) {
    if (uses_[i].owner == owner) {
      uses_.Remove(i);
    }
  }
}

namespace {

// The arbiter of a kind of range; null for what nobody arbitrates.
RangeArbiter *ArbiterOf(Arbiters &arbiters, std::uint8_t type) {
  switch (type) {
    case CmResourceTypePort:
      return &arbiters.ports;
    case CmResourceTypeMemory:
    case CmResourceTypeMemoryLarge:
      return &arbiters.memory;
    case CmResourceTypeBusNumber:
      return &arbiters.buses;
    case CmResourceTypeDma:
      return &arbiters.dma;
    default:
      return nullptr;
  }
}

}  // namespace

Result<void> Arbiters::ReserveBoot(Owner owner, const ResourceList &resources) {
  for (const Resource &resource : resources) {
    RangeArbiter *arbiter = ArbiterOf(*this, resource.type);
    std::uint64_t last = 0;
    if (arbiter == nullptr || resource.length == 0 ||
        __builtin_add_overflow(resource.start, resource.length - 1, &last)) {
      continue;
    }
    TRY(arbiter->Reserve({resource.start, last, owner, resource.share == CmResourceShareShared,
                          IsWindow(resource.type, resource.flags), true}));
  }
  return {};
}

void Arbiters::Release(Owner owner, bool boot) {
  for (RangeArbiter *arbiter : {&ports, &memory, &buses, &dma}) {
    arbiter->Release(owner, boot);
  }
  interrupts.Release(owner);
}

namespace {

// Where the arbiters stood, to go back there.
struct Position {
  static Position Of(const Arbiters &arbiters) {
    return {{arbiters.ports.Size(), arbiters.memory.Size(), arbiters.buses.Size(), arbiters.dma.Size(),
             arbiters.interrupts.Size()}};
  }
  void Restore(Arbiters &arbiters) const {
    arbiters.ports.Truncate(sizes[0]);
    arbiters.memory.Truncate(sizes[1]);
    arbiters.buses.Truncate(sizes[2]);
    arbiters.dma.Truncate(sizes[3]);
    arbiters.interrupts.Truncate(sizes[4]);
  }
  std::array<std::size_t, 5> sizes = {};
};

// A group, an entry of the list and the alternatives behind it, and what it got.
struct Choice {
  std::size_t first = 0;  // of the group in the list
  std::size_t count = 0;
  std::size_t chosen = 0;  // the alternative
  std::uint64_t start = 0;
  Pin pin;
  Position before;
};

class Assigner {
 public:
  Assigner(Arbiters &arbiters, Owner owner, std::optional<PciAddress> source)
      : arbiters_(arbiters), owner_(owner), source_(source) {}

  // Tries one list; false, and nothing is taken, when it cannot be satisfied.
  Result<bool> Try(const RequirementList &list);
  // What the last list that could be satisfied got.
  Result<Assignment> Describe(const RequirementList &list);

 private:
  static constexpr std::size_t kMaximumSteps = 4096;

  Result<void> FindGroups(const RequirementList &list);
  Result<bool> Take(const Requirement &requirement, Choice &choice);
  Result<bool> TakeAlternative(const RequirementList &list, Choice &choice);
  Result<bool> TakeInterrupt(const Requirement &requirement, Choice &choice);
  Result<void> Add(const Requirement &requirement, const Choice &choice, Assignment &to);
  Result<void> AddInterrupt(const Requirement &requirement, const Choice &choice, Assignment &to);

  Arbiters &arbiters_;
  Owner owner_;
  std::optional<PciAddress> source_;
  Array<Choice> choices_;
  std::size_t steps_ = 0;
  std::uint32_t messages_ = 0;
};

bool IsLevel(const Requirement &requirement) {
  return (requirement.flags & CM_RESOURCE_INTERRUPT_LEVEL_LATCHED_BITS) == CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE;
}

Result<void> Assigner::FindGroups(const RequirementList &list) {
  choices_.Clear();
  for (std::size_t i = 0; i < list.Size(); i += 1) {
    if (list[i].type == CmResourceTypeNull || list[i].type == CmResourceTypeConfigData) {
      continue;
    }
    Choice *last = choices_.Empty() ? nullptr : &choices_[choices_.Size() - 1];
    if (list[i].IsAlternative() && last != nullptr && last->first + last->count == i) {
      last->count += 1;
    } else {
      Choice choice;
      choice.first = i;
      choice.count = 1;
      TRY(choices_.Append(choice));
    }
  }
  return {};
}

Result<bool> Assigner::TakeInterrupt(const Requirement &requirement, Choice &choice) {
  if (requirement.IsMessage()) {
    const auto first = source_ ? arbiters_.interrupts.TakeMessages(requirement.MessageCount(), owner_) : std::nullopt;
    choice.start = first.value_or(0);
    return first.has_value();
  }
  const bool shared = requirement.share == CmResourceShareShared;
  for (std::uint64_t line = requirement.minimum; line <= requirement.maximum && line < kPins; line += 1) {
    if (const auto pin = arbiters_.interrupts.TakeLine(line, IsLevel(requirement), owner_, shared)) {
      choice.start = line;
      choice.pin = *pin;
      return true;
    }
  }
  return false;
}

Result<bool> Assigner::Take(const Requirement &requirement, Choice &choice) {
  constexpr std::uint64_t kLastPort = 0xffff;
  constexpr std::uint64_t kLastChannel = 7;
  if (requirement.type == CmResourceTypeInterrupt) {
    return TakeInterrupt(requirement, choice);
  }
  RangeArbiter *arbiter = ArbiterOf(arbiters_, requirement.type);
  if (arbiter == nullptr) {
    return true;  // private to the driver
  }
  Requirement wanted = requirement;
  if (requirement.type == CmResourceTypeDma) {
    wanted.length = 1;
    wanted.maximum = std::min(wanted.maximum, kLastChannel);
  } else if (requirement.type == CmResourceTypePort) {
    wanted.maximum = std::min(wanted.maximum, kLastPort);
  }
  const bool shared = requirement.share == CmResourceShareShared;
  const bool window = IsWindow(requirement.type, requirement.flags);
  const auto start = wanted.minimum <= wanted.maximum ? arbiter->Find(wanted, owner_, shared, window) : std::nullopt;
  if (!start) {
    return false;
  }
  choice.start = *start;
  TRY(arbiter->Reserve({*start, *start + (wanted.length - 1), owner_, shared, window, false}));
  return true;
}

// The first alternative from `chosen` on that can be had; false when there is none or the patience is at an end.
Result<bool> Assigner::TakeAlternative(const RequirementList &list, Choice &choice) {
  choice.before = Position::Of(arbiters_);
  for (; choice.chosen < choice.count && steps_ < kMaximumSteps; choice.chosen += 1) {
    steps_ += 1;
    if (TRY(Take(list[choice.first + choice.chosen], choice))) {
      return true;
    }
  }
  return false;
}

// Depth first over the alternatives of the groups, without recursion.
Result<bool> Assigner::Try(const RequirementList &list) {
  TRY(FindGroups(list));
  const Position origin = Position::Of(arbiters_);
  steps_ = 0;
  for (std::size_t at = 0; at < choices_.Size();) {
    const Result<bool> taken = TakeAlternative(list, choices_[at]);
    if (taken && *taken) {
      at += 1;
      continue;
    }
    if (!taken || at == 0 || steps_ >= kMaximumSteps) {
      origin.Restore(arbiters_);
      return taken;
    }
    choices_[at].chosen = 0;
    at -= 1;
    choices_[at].before.Restore(arbiters_);
    choices_[at].chosen += 1;
  }
  return true;
}

// IRQL of a hardware vector: its priority class, as on amd64.
std::uint32_t IrqlOf(std::uint32_t vector) { return vector >> 4; }

Result<void> Assigner::AddInterrupt(const Requirement &requirement, const Choice &choice, Assignment &to) {
  Resource raw{.type = requirement.type, .share = requirement.share, .flags = requirement.flags, .start = choice.start};
  AssignedInterrupt assigned;
  assigned.shared = requirement.share == CmResourceShareShared;
  if (requirement.IsMessage()) {
    assigned.kernel_vector = static_cast<std::uint32_t>(choice.start);
    assigned.message = true;
    assigned.first_message = messages_;
    assigned.message_count = requirement.MessageCount();
    assigned.source = *source_;
    messages_ += assigned.message_count;
    raw.message_count = assigned.message_count;
    raw.start = choice.start + kFirstVector;
  } else {
    assigned.kernel_vector = choice.pin.pin;
    assigned.pin = choice.pin.pin;
    assigned.level = choice.pin.level;
    assigned.active_low = choice.pin.active_low;
    raw.level = static_cast<std::uint32_t>(choice.start);
  }
  assigned.vector = assigned.kernel_vector + kFirstVector;
  Resource translated = raw;
  translated.translated = true;
  translated.start = assigned.vector;
  translated.level = IrqlOf(assigned.vector);
  TRY(to.raw.Append(raw));
  TRY(to.translated.Append(translated));
  return to.resources.interrupts.Append(assigned);
}

Result<void> Assigner::Add(const Requirement &requirement, const Choice &choice, Assignment &to) {
  if (requirement.type == CmResourceTypeInterrupt) {
    return AddInterrupt(requirement, choice, to);
  }
  Resource resource{.type = requirement.type,
                    .share = requirement.share,
                    .flags = requirement.flags,
                    .start = choice.start,
                    .length = requirement.length,
                    .data = {requirement.data[0], requirement.data[1], requirement.data[2]}};
  const std::uint64_t last = choice.start + (requirement.length - 1);
  // A window is handed on to the children: the driver of the bridge itself has no business in it.
  const bool own = !IsWindow(requirement.type, requirement.flags);
  switch (requirement.type) {
    case CmResourceTypePort:
      if (own) {
        TRY(to.resources.ports.Append({static_cast<std::uint16_t>(choice.start), static_cast<std::uint16_t>(last),
                                       requirement.share == CmResourceShareShared}));
      }
      break;
    case CmResourceTypeMemory:
    case CmResourceTypeMemoryLarge:
      if (own) {
        TRY(to.resources.memory.Append(
            {.start = choice.start,
             .length = requirement.length,
             .read_only = (requirement.flags & CM_RESOURCE_MEMORY_WRITEABILITY_MASK) == CM_RESOURCE_MEMORY_READ_ONLY,
             .prefetchable = (requirement.flags & CM_RESOURCE_MEMORY_PREFETCHABLE) != 0}));
      }
      break;
    case CmResourceTypeDma:
      resource.length = 1;
      TRY(to.resources.dma.Append({static_cast<std::uint32_t>(choice.start)}));
      break;
    case CmResourceTypeBusNumber:
      TRY(to.resources.buses.Append({static_cast<std::uint32_t>(choice.start), static_cast<std::uint32_t>(last)}));
      break;
    default:
      break;
  }
  TRY(to.raw.Append(resource));
  resource.translated = true;
  return to.translated.Append(resource);
}

Result<Assignment> Assigner::Describe(const RequirementList &list) {
  Assignment assignment;
  messages_ = 0;
  for (const Choice &choice : choices_) {
    TRY(Add(list[choice.first + choice.chosen], choice, assignment));
  }
  return assignment;
}

}  // namespace

Result<Assignment> Assign(Arbiters &arbiters, Owner owner, const Requirements &requirements,
                          std::optional<PciAddress> source) {
  if (requirements.alternatives.Empty()) {
    return Assignment();
  }
  Assigner assigner(arbiters, owner, source);
  for (const RequirementList &list : requirements.alternatives) {
    const Position before = Position::Of(arbiters);
    if (!TRY(assigner.Try(list))) {
      continue;
    }
    Result<Assignment> assignment = assigner.Describe(list);
    if (!assignment) {
      before.Restore(arbiters);
    }
    return assignment;
  }
  return Fail(STATUS_CONFLICTING_ADDRESSES);
}

}  // namespace pnp
