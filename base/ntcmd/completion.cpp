#include "completion.hpp"

#include <native/directory.hpp>
#include <native/utf.hpp>

namespace ntcmd {
namespace {

using native::String;

// Where the word that the cursor stands behind begins; blanks inside quotes belong to it.
std::size_t WordStart(std::string_view text) {
  std::size_t start = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') {
      quoted = !quoted;
    } else if (text[at] == ' ' && !quoted) {
      start = at + 1;
    }
  }
  return start;
}

// Shortens `common` to what it shares with `name`, ignoring the case of ASCII letters, at a character's boundary.
void ShareWith(String &common, std::string_view name) {
  std::size_t shared = 0;
  while (shared < common.size()) {
    std::size_t next = shared;
    native::DecodeUtf8(common, next);
    if (!native::StartsWithIgnoringCase(name, std::string_view(common).substr(0, next))) {
      break;
    }
    shared = next;
  }
  common.resize(shared);
}

}  // namespace

void Complete(LineEditor &editor, String &out) {
  const std::string_view before = editor.Text().substr(0, editor.Cursor());
  const std::size_t start = WordStart(before);
  String word(before.substr(start));
  std::erase(word, '"');
  const std::size_t separator = word.find_last_of("\\/:");
  const std::size_t name_start = separator == String::npos ? 0 : separator + 1;
  const String directory = word.substr(0, name_start);
  const String prefix = word.substr(name_start);

  String common;
  std::size_t count = 0;
  bool is_directory = false;
  const auto consider = [&](const native::DirectoryEntry &entry) {
    if (entry.name == "." || entry.name == ".." || !native::StartsWithIgnoringCase(entry.name, prefix)) {
      return;
    }
    if (count++ == 0) {
      common = entry.name;
      is_directory = entry.IsDirectory();
    } else {
      ShareWith(common, entry.name);
    }
  };
  const Result<void> listed = native::ListDirectory(directory.empty() ? "." : directory, "*", consider);
  if (!listed || count == 0 || (count > 1 && common.size() <= prefix.size())) {
    out.push_back('\a');
    return;
  }
  String replacement = directory + common;
  if (count == 1 && is_directory) {
    replacement.push_back('\\');
  }
  if (replacement.find(' ') != String::npos) {
    replacement.insert(replacement.begin(), '"');
    if (count == 1 && !is_directory) {
      replacement.push_back('"');
    }
  }
  editor.ReplaceBeforeCursor(start, replacement, out);
}

}  // namespace ntcmd
