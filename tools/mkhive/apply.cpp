#include "apply.hpp"

#include <rtl/upcase.hpp>

namespace {

class Applier {
 public:
  Applier(hive::Hive &hive, std::u16string_view root, std::uint64_t time) : hive_(hive), root_(root), time_(time) {}

  // What is wrong; empty when nothing is.
  std::string Do(const Statement &statement) {
    switch (statement.kind) {
      case Statement::Kind::kKey:
        return EnterKey(statement.name);
      case Statement::Kind::kDeleteKey:
        return DeleteKey(statement.name);
      case Statement::Kind::kValue:
        if (statement.name.size() > hive::kMaxValueName) {
          return "the name of the value is too long";
        }
        return Outcome(hive_.SetValue(key_, statement.name, statement.type, statement.data, time_));
      case Statement::Kind::kDeleteValue:
        (void)hive_.DeleteValue(key_, statement.name, time_);  // it need not be there
        return {};
    }
    return {};
  }

 private:
  template <typename T>
  static std::string Outcome(const Result<T> &result) {
    return result ? "" : "the hive is full (out of memory or too deep)";
  }

  // The path below the hive's root, or what is wrong with it.
  std::string Below(std::u16string_view path, std::u16string_view &below) const {
    if (!rtl::EqualNoCase(path.substr(0, root_.size()), root_) ||
        (path.size() > root_.size() && path[root_.size()] != u'\\')) {
      return "key \"" + ToUtf8(path) + "\" is not below " + ToUtf8(root_);
    }
    below = path.substr(std::min(root_.size() + 1, path.size()));
    return {};
  }

  static std::u16string_view TakeName(std::u16string_view &path) {
    const std::size_t end = std::min(path.find(u'\\'), path.size());
    const auto name = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    return name;
  }

  std::string EnterKey(std::u16string_view path) {
    std::u16string_view below;
    if (auto problem = Below(path, below); !problem.empty()) {
      return problem;
    }
    key_ = hive_.Root();
    while (!below.empty()) {
      const auto name = TakeName(below);
      if (name.empty() || name.size() > hive::kMaxKeyName) {
        return "a name in \"" + ToUtf8(path) + "\" is empty or longer than 255 characters";
      }
      auto key = hive_.FindChild(key_, name);
      if (!key) {
        key = hive_.CreateChild(key_, name, {.time = time_});
      }
      if (!key) {
        return Outcome(key);
      }
      key_ = *key;
    }
    return {};
  }

  std::string DeleteKey(std::u16string_view path) {
    std::u16string_view below;
    if (auto problem = Below(path, below); !problem.empty()) {
      return problem;
    }
    if (below.empty()) {
      return "the root of the hive cannot be deleted";
    }
    hive::Key key = hive_.Root();
    while (!below.empty()) {
      const auto child = hive_.FindChild(key, TakeName(below));
      if (!child) {
        return {};  // it need not be there
      }
      key = *child;
    }
    DeleteTree(key);
    return {};
  }

  void DeleteTree(hive::Key key) {
    while (const auto child = hive_.ChildAt(key, 0)) {
      DeleteTree(*child);
    }
    (void)hive_.Delete(key, time_);
  }

  hive::Hive &hive_;
  std::u16string_view root_;
  std::uint64_t time_;
  hive::Key key_ = hive::Key::kNone;
};

}  // namespace

std::expected<void, Error> Apply(hive::Hive &hive, std::u16string_view root, std::uint64_t time,
                                 const std::string &file, const std::vector<Statement> &statements) {
  Applier applier(hive, root, time);
  for (const Statement &statement : statements) {
    if (auto problem = applier.Do(statement); !problem.empty()) {
      return std::unexpected(Error{file, statement.line, std::move(problem)});
    }
  }
  return {};
}
