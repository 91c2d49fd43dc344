#pragma once
// Symbolic links of the object namespace.

#include <ob/object.hpp>

namespace ob {

// Stands for another absolute path; immutable.
class SymbolicLink final : public Object {
 public:
  static Type kType;
  // STATUS_INSUFFICIENT_RESOURCES.
  static Result<Ref<SymbolicLink>> Create(NameView target);

  NameView Target() const { return target_.View(); }

 private:
  explicit SymbolicLink(Name target) : Object(kType), target_(std::move(target)) {}
  ~SymbolicLink() override = default;
  Name target_;
};

}  // namespace ob
