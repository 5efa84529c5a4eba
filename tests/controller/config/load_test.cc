#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "controller/config/config.h"
#include "controller/config/plugins.h"
#include "controller/config/yaml.h"

namespace ballast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string monitor(std::string_view name,
                    std::string_view signals = "{name: up, http: {url: \"http://127.0.0.1:1/\"}}",
                    std::string_view extra = "") {
  return "apiVersion: ballast.run/v1alpha1\nkind: Monitor\nmetadata: {name: " + std::string(name) +
         ", namespace: shop}\nspec:\n  signals: [" + std::string(signals) + "]\n" + std::string(extra);
}
std::string configuration(std::string_view spec) {
  return "apiVersion: ballast.run/v1alpha1\nkind: Configuration\nmetadata: {name: host}\nspec: {" + std::string(spec) +
         "}\n";
}
std::vector<std::string> texts(const LoadedSet& set) {
  std::vector<std::string> result;
  for (const auto& problem : set.problems) result.push_back(to_string(problem));
  return result;
}
std::vector<std::string> names(const LoadedSet& set) {
  std::vector<std::string> result;
  for (const auto& document : set.documents) result.push_back(document.id.name);
  return result;
}
LoadedSet load_text(std::string text) { return load(std::vector<SourceFile>{{"shop.yaml", std::move(text), {}}}); }

TEST(Load, ADocumentBecomesAWorkload) {
  const auto set =
      load_text(monitor("web") + "---\n" + configuration("listen: \"0.0.0.0:1234\", journal: {maxSize: 2Gi}"));
  ASSERT_THAT(texts(set), IsEmpty());
  ASSERT_EQ(set.workloads.size(), 1U);
  EXPECT_EQ(set.workloads[0].workload.name, "shop/monitor:web");
  ASSERT_EQ(set.workloads[0].workload.signals.size(), 1U);
  EXPECT_EQ(set.workloads[0].workload.signals[0].interval, std::chrono::seconds{30}) << "that of the monitor";
  EXPECT_NE(set.workloads[0].workload.signals[0].fingerprint, 0U);
  EXPECT_EQ(set.workloads[0].probes[0].type, "http");
  EXPECT_EQ(set.configuration.listen, "0.0.0.0:1234");
  EXPECT_EQ(set.configuration.journal.max_size.milli, (std::int64_t{2} << 30) * 1000);
}

TEST(Load, WithoutAConfigurationThereAreDefaults) {
  const auto set = load_text(monitor("web"));
  EXPECT_EQ(set.configuration, ConfigurationSpec{});
  EXPECT_EQ(set.configuration.journal.max_size.milli, (std::int64_t{1} << 30) * 1000);
}

/// `haproxy, http, … or tls`
std::string all_probes(const std::string& last) {
  const auto names = plugin_names(PluginKind::probe);
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " " + last + " " : ", ";
    text += names[i];
  }
  return text;
}

TEST(Load, AGoodDocumentBesideABadOneTakesEffect) {
  const auto set =
      load_text(monitor("a") + "---\nnot: [yaml\n---\n" + monitor("b", "{name: up}") + "---\n" + monitor("c"));
  EXPECT_THAT(names(set), ElementsAre("a", "c"));
  ASSERT_EQ(set.errors(), 2U);
  EXPECT_THAT(texts(set)[0], HasSubstr("YAML: "));
  EXPECT_EQ(texts(set)[1], "shop.yaml:13:13: spec.signals[0]: needs one of " + all_probes("or"));
}

struct BadCase {
  std::string name;
  std::string text;
  std::string problem;
};
void PrintTo(const BadCase& c, std::ostream* out) { *out << c.name; }
class BadDocument : public testing::TestWithParam<BadCase> {};
TEST_P(BadDocument, IsRefusedWithItsReason) {
  const auto set = load_text(GetParam().text);
  EXPECT_THAT(texts(set), ElementsAre(GetParam().problem));
  EXPECT_THAT(set.documents, IsEmpty());
}
const std::string kFrame = "apiVersion: ballast.run/v1alpha1\nkind: Monitor\n";
const std::string kSignals = "spec: {signals: [{name: up, http: {url: \"http://h/\"}}]}\n";
INSTANTIATE_TEST_SUITE_P(
    Load, BadDocument,
    testing::Values(
        BadCase{"api_version", "apiVersion: ballast.run/v2\nkind: Monitor\nmetadata: {name: a}\n" + kSignals,
                "shop.yaml:1:13: apiVersion: ballast.run/v2 is not ballast.run/v1alpha1"},
        BadCase{"kind", "apiVersion: ballast.run/v1alpha1\nkind: Monitr\nmetadata: {name: a}\n",
                "shop.yaml:2:7: kind: Monitr is none of AlertReceiver, AlertRoute, BalancingPolicy, Configuration, "
                "MetricSource, Monitor and ScalingPolicy; did you mean Monitor?"},
        BadCase{"later_kind", "apiVersion: ballast.run/v1alpha1\nkind: Silence\nmetadata: {name: a}\nspec: {x: 1}\n",
                "shop.yaml:2:7: kind: Silence: not available in this version"},
        BadCase{"name", kFrame + "metadata: {name: Not_A_Label}\n" + kSignals,
                "shop.yaml:3:18: metadata.name: Not_A_Label is not a name of a-z, 0-9 and '-' that begins and ends "
                "with a letter or digit, such as checkout"},
        BadCase{"no_metadata", kFrame + kSignals, "shop.yaml:1:1: metadata: is missing"},
        BadCase{"no_spec", kFrame + "metadata: {name: a}\n", "shop.yaml:1:1: spec.signals: is missing"},
        BadCase{"header_key", kFrame + "metadata: {name: a}\nspecs: {}\n" + kSignals,
                "shop.yaml:4:1: specs: unknown key; did you mean spec?"},
        BadCase{"later_annotation",
                kFrame + "metadata: {name: a, annotations: {ballast.run/paused-replicas: \"3\"}}\n" + kSignals,
                "shop.yaml:3:64: metadata.annotations[\"ballast.run/paused-replicas\"]: not available in this version"},
        BadCase{"unknown_annotation",
                kFrame + "metadata: {name: a, annotations: {ballast.run/pasued: \"true\"}}\n" + kSignals,
                "shop.yaml:3:55: metadata.annotations[\"ballast.run/pasued\"]: unknown annotation; known are "
                "ballast.run/paused"},
        BadCase{"paused_value", kFrame + "metadata: {name: a, annotations: {ballast.run/paused: \"yes\"}}\n" + kSignals,
                "shop.yaml:3:55: metadata.annotations[\"ballast.run/paused\"]: \"yes\" is not \"true\" or \"false\""},
        BadCase{"a_list", "- a\n- b\n", "shop.yaml:1:1: needs keys and values, has a list"},
        BadCase{"later_probe", kFrame + "metadata: {name: a}\nspec: {signals: [{name: x, cloudwatch: {query: up}}]}\n",
                "shop.yaml:4:28: spec.signals[0].cloudwatch: not available in this version"},
        BadCase{"unknown_probe",
                kFrame + "metadata: {name: a}\nspec: {signals: [{name: x, htpp: {url: \"http://h/\"}}]}\n",
                "shop.yaml:4:28: spec.signals[0].htpp: unknown key; did you mean http?"},
        BadCase{"two_probes",
                kFrame + "metadata: {name: a}\nspec: {signals: [{name: x, http: {url: \"http://h/\"}, httpValue: {url: "
                         "\"http://h/\"}}]}\n",
                "shop.yaml:4:54: spec.signals[0].httpValue: stands beside http; only one of " + all_probes("and") +
                    " can be set"},
        BadCase{"in_a_plugin",
                kFrame + "metadata: {name: a}\nspec: {signals: [{name: x, http: {url: \"ftp://h/\"}}]}\n",
                "shop.yaml:4:40: spec.signals[0].http.url: \"ftp://h/\" is not a URL that begins with http:// or "
                "https:// and names no user, such as http://127.0.0.1:9001/"},
        BadCase{"target_without_value",
                kFrame + "metadata: {name: a}\nspec: {signals: [{name: x, http: {url: \"http://h/\"}, target: {type: "
                         "Value, averageValue: 1}}]}\n",
                "shop.yaml:4:69: spec.signals[0].target.type: Value needs value beside it"},
        BadCase{
            "stale_before_polled",
            kFrame + "metadata: {name: a}\nspec: {signals: [{name: x, http: {url: \"http://h/\"}, interval: 2m}]}\n",
            "shop.yaml:4:64: spec.signals[0].interval: 2m is above staleAfter (1m)"},
        BadCase{"same_signal_name",
                kFrame + "metadata: {name: a}\nspec: {signals: [{name: x, http: {url: \"http://h/\"}}, {name: x, http: "
                         "{url: \"http://i/\"}}]}\n",
                "shop.yaml:4:62: spec.signals[1].name: x is also the name of signals[0]"},
        BadCase{"same_question",
                kFrame + "metadata: {name: a}\nspec: {signals: [{name: x, http: {url: \"http://h/\"}}, {name: y, http: "
                         "{timeout: 5s, url: \"http://h/\"}}]}\n",
                "shop.yaml:4:71: spec.signals[1].http: asks the same as signals[0] (x)"},
        BadCase{
            "overload_status",
            "apiVersion: ballast.run/v1alpha1\nkind: BalancingPolicy\nmetadata: {name: a}\nspec: {overload: {status: "
            "429}, pool: {haproxy: {socket: /run/h, backend: b}, membersFrom: {scalingPolicyRef: {name: x}}}}\n",
            "shop.yaml:4:19: spec.overload.status: not available in this version"},
        BadCase{
            "no_such_policy",
            "apiVersion: ballast.run/v1alpha1\nkind: BalancingPolicy\nmetadata: {name: a}\nspec: {pool: {haproxy: "
            "{socket: /run/h, backend: b}, membersFrom: {scalingPolicyRef: {name: x}}}}\n",
            "shop.yaml:4:93: spec.pool.membersFrom.scalingPolicyRef.name: there is no good ScalingPolicy default/x"},
        BadCase{"pause_of_a_host",
                "apiVersion: ballast.run/v1alpha1\nkind: Configuration\nmetadata: {name: a, annotations: "
                "{ballast.run/paused: \"true\"}}\n",
                "shop.yaml:3:55: metadata.annotations[\"ballast.run/paused\"]: pauses nothing here: it belongs on the "
                "ScalingPolicy, and holds its pools too"},
        BadCase{"listen", configuration("listen: \"localhost\""),
                "shop.yaml:4:16: spec.listen: \"localhost\" is not an address as HOST:PORT, such as 127.0.0.1:9797"}),
    [](const auto& each) { return each.param.name; });

TEST(Load, TheSameNameTwiceNamesTheOtherPlace) {
  const auto set = load({{"a.yaml", monitor("web"), {}}, {"b.yaml", monitor("web"), {}}});
  EXPECT_THAT(texts(set), ElementsAre("b.yaml:3:18: metadata.name: there is already Monitor shop/web (a.yaml:1)"));
  EXPECT_THAT(names(set), ElementsAre("web"));
}

TEST(Load, ThereIsOneConfiguration) {
  auto second = configuration("");
  second.replace(second.find("host"), 4, "two");
  EXPECT_THAT(
      texts(load_text(configuration("") + "---\n" + second)),
      ElementsAre("shop.yaml:7:7: kind: there can be only one; the other is Configuration default/host (shop.yaml:1)"));
}

TEST(Load, ProblemsAreSortedByFileLineAndColumn) {
  const auto set = load({{"b.yaml", monitor("B"), {}}, {"a.yaml", monitor("a", "{name: 1, htp: {}}, {nme: x}"), {}}});
  EXPECT_TRUE(std::ranges::is_sorted(set.problems, {}, [](const FileProblem& p) {
    return std::tuple(p.file, p.problem.place.line, p.problem.place.column);
  }));
  EXPECT_GE(set.problems.size(), 4U);
}

TEST(Load, OrderOfKeysAndWrittenDefaultsAreTheSameQuestion) {
  const auto a = load_text(monitor("a", "{name: up, http: {url: \"http://h/\", timeout: 5s}}"));
  const auto b = load_text(monitor("a", "{name: other, http: {timeout: 5000ms, url: http://h/}, staleAfter: 9m}"));
  EXPECT_EQ(a.workloads.at(0).workload.signals[0].fingerprint, b.workloads.at(0).workload.signals[0].fingerprint);
  EXPECT_NE(a.workloads[0].workload.document, b.workloads[0].workload.document);
}

TEST(Validate, ExitsWith3OnBadDocumentsAnd0OnGoodOnes) {
  EXPECT_EQ(validate({{"a.yaml", monitor("a"), {}}}).exit_status, 0);
  const auto bad = validate({{"a.yaml", monitor("A"), {}}, {"b.yaml", "x: [", {}}});
  EXPECT_EQ(bad.exit_status, 3);
  EXPECT_THAT(bad.text, HasSubstr("a.yaml:3:18: metadata.name"));
  EXPECT_THAT(bad.text, HasSubstr("\nb.yaml:1:"));
}

class Reloading : public testing::Test {
 protected:
  Reload update(std::vector<SourceFile> files) { return reloader_.update(files); }
  Reloader reloader_{};
};

TEST_F(Reloading, TellsWhatIsNewChangedAndGone) {
  auto first = update({{"a.yaml", monitor("a") + "---\n" + monitor("b"), {}}});
  EXPECT_THAT(first.added, ElementsAre("shop/monitor:a", "shop/monitor:b"));
  auto second =
      update({{"a.yaml", monitor("b", "{name: up, http: {url: \"http://new/\"}}") + "---\n" + monitor("c"), {}}});
  EXPECT_THAT(second.added, ElementsAre("shop/monitor:c"));
  EXPECT_THAT(second.changed, ElementsAre("shop/monitor:b"));
  EXPECT_THAT(second.removed, ElementsAre("shop/monitor:a"));
  auto third =
      update({{"a.yaml", monitor("b", "{name: up, http: {url: \"http://new/\"}}") + "---\n" + monitor("c"), {}}});
  EXPECT_THAT(third.added, IsEmpty());
  EXPECT_THAT(third.changed, IsEmpty());
  EXPECT_THAT(third.removed, IsEmpty());
}

TEST_F(Reloading, ABadDocumentKeepsItsLastGoodVersionAndTheOthersTakeEffect) {
  update({{"a.yaml", monitor("a") + "---\n" + monitor("b"), {}}});
  const auto before = reloader_.current().documents[0].text;
  const auto reload =
      update({{"a.yaml",
               monitor("a", "{name: up}") + "---\n" + monitor("b", "{name: down, http: {url: \"http://h/\"}}"),
               {}}});
  EXPECT_THAT(names(reload.set), ElementsAre("a", "b"));
  EXPECT_EQ(reload.set.documents[0].text, before);
  EXPECT_THAT(reload.changed, ElementsAre("shop/monitor:b"));
  EXPECT_EQ(reload.set.errors(), 1U);
  const auto repaired = update({{"a.yaml",
                                 monitor("a", "{name: x, http: {url: \"http://h/\"}}") + "---\n" +
                                     monitor("b", "{name: down, http: {url: \"http://h/\"}}"),
                                 {}}});
  EXPECT_THAT(repaired.changed, ElementsAre("shop/monitor:a"));
  EXPECT_EQ(repaired.set.errors(), 0U);
}

TEST_F(Reloading, ADocumentThatCannotBeNamedKeepsWhatStoodAtItsPlace) {
  update({{"a.yaml", monitor("a") + "---\n" + monitor("b"), {}}});
  const auto reload = update({{"a.yaml", "broken: [\n---\n" + monitor("b"), {}}});
  EXPECT_THAT(names(reload.set), ElementsAre("a", "b"));
  EXPECT_THAT(reload.removed, IsEmpty());
}

TEST_F(Reloading, AnUnreadableFileKeepsAllOfItsDocumentsAndAFileThatIsGoneRemovesThem) {
  update({{"a.yaml", monitor("a") + "---\n" + monitor("b"), {}}, {"c.yaml", monitor("c"), {}}});
  auto reload = update(
      {{"a.yaml", "", Error{Errc::denied, "cannot be opened: Permission denied"}}, {"c.yaml", monitor("c"), {}}});
  EXPECT_THAT(names(reload.set), ElementsAre("a", "b", "c"));
  EXPECT_THAT(texts(reload.set), ElementsAre("a.yaml: cannot be opened: Permission denied"));
  reload = update({{"a.yaml", std::string(kMaxFileBytes + 1, '#'), {}}, {"c.yaml", monitor("c"), {}}});
  EXPECT_THAT(names(reload.set), ElementsAre("a", "b", "c"));
  reload = update({{"c.yaml", monitor("c"), {}}});
  EXPECT_THAT(reload.removed, ElementsAre("shop/monitor:a", "shop/monitor:b"));
}

TEST_F(Reloading, AnEmptiedFileRemovesItsDocuments) {
  update({{"a.yaml", monitor("a"), {}}});
  EXPECT_THAT(update({{"a.yaml", "# nothing\n", {}}}).removed, ElementsAre("shop/monitor:a"));
}

TEST_F(Reloading, ADocumentMayMoveToAnotherFile) {
  update({{"a.yaml", monitor("a"), {}}});
  const auto reload = update({{"z.yaml", monitor("a"), {}}});
  EXPECT_THAT(reload.changed, IsEmpty());
  EXPECT_THAT(reload.removed, IsEmpty());
  EXPECT_EQ(reload.set.documents[0].file, "z.yaml");
}

TEST_F(Reloading, WhatRunsIsNotPushedOutByWhatIsNew) {
  update({{"b.yaml", monitor("web"), {}}});
  const auto reload = update(
      {{"a.yaml", monitor("web", "{name: x, http: {url: \"http://thief/\"}}"), {}}, {"b.yaml", monitor("web"), {}}});
  EXPECT_EQ(reload.set.errors(), 1U);
  EXPECT_THAT(reload.changed, IsEmpty());
}

TEST_F(Reloading, AChangeThatCannotStandBesideTheOthersIsTakenBack) {
  const std::string twice = "{name: x, http: {url: \"http://h/\"}}, {name: x, http: {url: \"http://i/\"}}";
  update({{"a.yaml", monitor("a"), {}}});
  const auto reload = update({{"a.yaml", monitor("a", twice), {}}});
  EXPECT_EQ(reload.set.errors(), 1U);
  EXPECT_THAT(names(reload.set), ElementsAre("a"));
  EXPECT_THAT(reload.changed, IsEmpty());
}

TEST_F(Reloading, WhatCannotChangeWhileBallastRunsStaysWithAProblem) {
  update({{"c.yaml", configuration("journal: {path: /a/journal.db}"), {}}});
  const auto reload =
      update({{"c.yaml", configuration("journal: {path: /b/journal.db}, listen: \"127.0.0.1:1\""), {}}});
  EXPECT_THAT(
      texts(reload.set),
      ElementsAre("c.yaml:4:24: spec.journal.path: cannot change while the document lives; it is /a/journal.db"));
  EXPECT_EQ(reload.set.configuration.journal.path, "/a/journal.db");
}

TEST_F(Reloading, PausingIsAChange) {
  const auto paused = [](const std::string& text) {
    auto result = monitor("a");
    result.replace(result.find("namespace: shop"), 15,
                   "namespace: shop, annotations: {ballast.run/paused: \"" + text + "\"}");
    return result;
  };
  update({{"a.yaml", monitor("a"), {}}});
  const auto reload = update({{"a.yaml", paused("true"), {}}});
  EXPECT_THAT(reload.changed, ElementsAre("shop/monitor:a"));
  EXPECT_TRUE(reload.set.workloads[0].orders.paused);
  EXPECT_FALSE(update({{"a.yaml", paused("false"), {}}}).set.workloads[0].orders.paused);
}

class Folder : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() / ("ballast-load-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path_);
  }
  void TearDown() override { std::filesystem::remove_all(path_); }
  void put(const std::string& name, const std::string& text) { std::ofstream(path_ / name) << text; }
  std::filesystem::path path_{};
};

TEST_F(Folder, GivesItsDocumentFilesSortedAndNothingElse) {
  for (const auto* name : {"b.yaml", "a.yml", "c.json", "d.txt", ".hidden.yaml"}) put(name, "x: 1\n");
  std::filesystem::create_directories(path_ / "sub.yaml");
  std::vector<std::string> found;
  for (const auto& file : read_files({path_.string()}))
    found.push_back(std::filesystem::path(file.name).filename().string());
  EXPECT_THAT(found, ElementsAre("a.yml", "b.yaml", "c.json"));
}

TEST_F(Folder, AFileThatIsMissingOrTooLargeIsAProblemOfThatFile) {
  put("large.yaml", std::string(kMaxFileBytes + 10, '#'));
  put("good.yaml", monitor("a"));
  const auto set = load(std::vector<std::string>{(path_ / "missing.yaml").string(), path_.string()});
  EXPECT_THAT(names(set), ElementsAre("a"));
  ASSERT_EQ(set.problems.size(), 2U);
  EXPECT_THAT(to_string(set.problems[0]), HasSubstr("large.yaml:1:1: larger than the limit of 1048576 bytes"));
  EXPECT_THAT(to_string(set.problems[1]), HasSubstr("missing.yaml: cannot be opened: No such file or directory"));
}

}  // namespace
}  // namespace ballast
