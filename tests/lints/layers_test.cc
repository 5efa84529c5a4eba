// The lint of layers finds each kind of forbidden #include, and reads its rules from the documentation.
#include <gtest/gtest.h>

#include <string>

#include "tests/lints/run.h"

namespace ballast::lints {
namespace {

/// A small tree with both tables and one header per folder.
void write_tables(const Tree& tree) {
  tree.write("docs/architecture.md",
             "# A\n\n## Folders and who may include whom\n\n| folder | holds | may include |\n|---|---|---|\n"
             "| `core/` | x | - |\n| `formats/` | x | `core/` |\n| `adapters/` | x | `core/` |\n"
             "| `controller/` | x | all |\n| `tests/` | x | all, `tests/` |\n");
  tree.write("docs/dependencies.md",
             "## Libraries\n\n| library | its headers begin | owner |\n|---|---|---|\n| fmt | `fmt/` | all |\n"
             "| simdjson | `simdjson.h` | `formats/` |\n| SQLite | `sqlite3.h` | `controller/journal/` |\n");
  tree.write("core/a.h", "#include <vector>\n");
  tree.write("formats/b.h", "#include <fmt/format.h>\n#include \"core/a.h\"\n");
  tree.write("adapters/haproxy/c.h", "");
}

struct Case {
  std::string name{};
  std::string path{};
  std::string line{};
  std::string complaint{};  // empty: allowed
};

class Layers : public testing::TestWithParam<Case> {};

TEST_P(Layers, JudgesAnInclude) {
  const Tree tree;
  write_tables(tree);
  tree.write(GetParam().path, "// first line\n" + GetParam().line + "\n");
  const Ended ended = lint("layers", tree);
  if (GetParam().complaint.empty()) {
    EXPECT_EQ(ended.output, "");
    EXPECT_EQ(ended.status, 0);
  } else {
    EXPECT_EQ(ended.output, GetParam().path + ":2: " + GetParam().complaint + "\n");
    EXPECT_EQ(ended.status, 1);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Layers,
    testing::Values(Case{"Downwards", "formats/x.cc", "#include \"core/a.h\"", ""},
                    Case{"Upwards", "core/x.cc", "#include \"formats/b.h\"", "core/ may not include formats/"},
                    Case{"SpacesDoNotHide", "core/x.cc", "  #  include \"formats/b.h\"",
                         "core/ may not include formats/"},
                    Case{"AnotherAdapter", "adapters/aws/x.cc", "#include \"adapters/haproxy/c.h\"",
                         "one adapter never includes another"},
                    Case{"TheSameAdapter", "adapters/haproxy/x.cc", "#include \"adapters/haproxy/c.h\"", ""},
                    Case{"AllIsAll", "controller/engine/x.cc", "#include \"adapters/haproxy/c.h\"", ""},
                    Case{"NoProductIncludesTests", "controller/x.cc", "#include \"tests/fake.h\"",
                         "\"tests/fake.h\" is not a path from the root"},
                    Case{"NotFromTheRoot", "core/x.cc", "#include \"a.h\"", "\"a.h\" is not a path from the root"},
                    Case{"LibraryOfItsOwner", "formats/x.cc", "#include <simdjson.h>", ""},
                    Case{"LibraryOfAnother", "controller/server/x.cc", "#include <sqlite3.h>",
                         "SQLite belongs to controller/journal/"},
                    Case{"LibraryInAHeader", "formats/x.h", "#include <simdjson.h>",
                         "<simdjson.h> in a header: simdjson stays in .cc files"},
                    Case{"UnknownLibrary", "core/x.cc", "#include <absl/strings/str_cat.h>",
                         "<absl/strings/str_cat.h> belongs to no library of docs/dependencies.md"},
                    Case{"OperatingSystemAtTheEdge", "adapters/haproxy/x.cc", "#include <sys/socket.h>", ""},
                    Case{"OperatingSystemInside", "formats/x.cc", "#include <unistd.h>",
                         "<unistd.h> is the operating system's: not in formats/"},
                    Case{"TestsUseAnyLibrary", "tests/journal/x.cc", "#include <sqlite3.h>", ""},
                    Case{"FolderThatNobodyKnows", "helpers/x.cc", "#include \"core/a.h\"",
                         "helpers/ is not in the table of folders"}),
    [](const auto& test) { return test.param.name; });

TEST(LayersOfATree, NeedItsTables) {
  const Tree tree;
  tree.write("core/a.h", "");
  EXPECT_NE(lint("layers", tree).status, 0);
}

}  // namespace
}  // namespace ballast::lints
