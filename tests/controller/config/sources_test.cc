// Sources that many signals name, what proves an age, and secrets that stay where they are.
#include "controller/config/sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "controller/config/config.h"
#include "controller/config/kinds.h"
#include "controller/config/plugins.h"
#include "controller/registry.h"

namespace ballast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string document(const std::string& kind, const std::string& name, const std::string& spec) {
  return "---\napiVersion: ballast.run/v1alpha1\nkind: " + kind + "\nmetadata: {name: " + name +
         ", namespace: shop}\nspec: " + spec + "\n";
}
std::string policy(const std::string& signals) {
  return document(
      "ScalingPolicy", "web",
      "{maxReplicas: 3, scaleTarget: {process: {command: [/bin/sleep, \"60\"]}}, signals: [" + signals + "]}");
}
const std::string kTarget = ", target: {type: AverageValue, averageValue: \"80\"}}";
const std::string kSource = document(
    "MetricSource", "main",
    "{prometheus: {serverAddress: \"https://p:9090/x/\", headers: {X-Scope-OrgID: team}, tls: {caFile: /ca.pem, "
    "serverName: p.test}, auth: {bearer: {file: /run/token}}}}");

LoadedSet loaded(const std::string& text) { return load(std::vector<SourceFile>{{"a.yaml", text, {}}}); }
std::vector<std::string> problems(const std::string& text) {
  std::vector<std::string> lines;
  for (const auto& problem : loaded(text).problems) lines.push_back(to_string(problem));
  return lines;
}

TEST(MetricSource, StandsInThePlaceOfTheReference) {
  const auto set =
      loaded(policy("{name: load, prometheus: {sourceRef: {name: main}, query: \"rate(x[1m])\"}" + kTarget) + kSource);
  ASSERT_EQ(set.problems, std::vector<FileProblem>{});
  const auto probes = bind_probes(set.workloads.at(0));
  ASSERT_TRUE(probes) << probes.error().message;
  const Request& request = probes->at(0).request;
  EXPECT_EQ(request.url, "https://p:9090/x/api/v1/query?query=rate%28x%5B1m%5D%29&timeout=5s");
  EXPECT_EQ(request.tls, (TlsOptions{.ca_file = "/ca.pem", .server_name = "p.test"}));
  EXPECT_EQ(request.auth, (AuthSpec{.bearer = SecretRef{.file = "/run/token"}}));
  EXPECT_THAT(request.headers, testing::Contains(std::pair<std::string, std::string>("X-Scope-OrgID", "team")));
  EXPECT_THAT(set.workloads[0].documents, testing::Contains(DocumentId{"MetricSource", "shop", "main"}));
}

TEST(MetricSource, ThatChangesChangesTheWorkloadsThatUseIt) {
  const auto used = policy("{name: load, prometheus: {sourceRef: {name: main}, query: \"rate(x[1m])\"}" + kTarget);
  Reloader reloader;
  reloader.update({{"a.yaml", used + kSource, {}}});
  const auto before = reloader.current().workloads.at(0).workload;
  std::string other = kSource;
  other.replace(other.find("p:9090"), 6, "q:9090");
  EXPECT_THAT(reloader.update({{"a.yaml", used + other, {}}}).changed, ElementsAre("shop/web"));
  EXPECT_NE(reloader.current().workloads.at(0).workload.signals[0].fingerprint, before.signals[0].fingerprint);
  // A bad version leaves the last good one in force.
  const auto broken = reloader.update({{"a.yaml", used + document("MetricSource", "main", "{prometheus: {}}"), {}}});
  EXPECT_EQ(broken.set.errors(), 1U);
  EXPECT_THAT(broken.changed, testing::IsEmpty());
  EXPECT_THAT(broken.removed, testing::IsEmpty());
}

TEST(MetricSource, MustExistInTheNamespaceAndFit) {
  const std::string used = "{name: load, prometheus: {sourceRef: {name: other}, query: \"rate(x[1m])\"}" + kTarget;
  EXPECT_THAT(
      problems(policy(used) + kSource),
      ElementsAre(HasSubstr("spec.signals[0].prometheus.sourceRef.name: there is no good MetricSource shop/other")));
  EXPECT_THAT(problems(policy("{name: load, prometheus: {query: up}" + kTarget)),
              ElementsAre(HasSubstr("sourceRef and serverAddress")));
  EXPECT_THAT(problems(policy("{name: load, prometheus: {sourceRef: {name: main}, tls: {caFile: /ca.pem}, query: up}" +
                              kTarget) +
                       kSource),
              testing::Contains(HasSubstr("tls")));
}

TEST(MetricSource, OfARedisSaysWhereItListens) {
  const std::string used = "{name: jobs, redis: {sourceRef: {name: queue}, command: LLEN, key: jobs}" + kTarget;
  const auto source = [](const std::string& spec) { return document("MetricSource", "queue", spec); };
  const auto set = loaded(policy(used) + source("{redis: {address: \"127.0.0.1:7777\"}}"));
  ASSERT_EQ(set.problems, std::vector<FileProblem>{});
  EXPECT_THAT(bind_probes(set.workloads.at(0))->at(0).request.url, HasSubstr("127.0.0.1:7777"));
  EXPECT_THAT(problems(policy(used) + source("{prometheus: {serverAddress: \"http://p:1\"}}")),
              ElementsAre(HasSubstr("MetricSource shop/queue is no source of redis")));
}

TEST(MetricSource, IsSeenThroughWhenTwoSignalsAskTheSame) {
  const std::string here = "{name: a, prometheus: {serverAddress: \"http://p:1\", query: \"rate(x[1m])\"}" + kTarget +
                           ", {name: b, prometheus: {sourceRef: {name: main}, query: \"rate(x[1m])\"}" + kTarget;
  EXPECT_THAT(
      problems(policy(here) + document("MetricSource", "main", "{prometheus: {serverAddress: \"http://p:1\"}}")),
      ElementsAre(HasSubstr("spec.signals[1].prometheus: asks the same as signals[0] (a)")));
}

TEST(MemberLabel, StandsBesideTheSourceOrInIt) {
  const std::string query = "prometheus: {serverAddress: \"http://p:1\", query: \"rate(x[1m])\"";
  const auto beside = loaded(policy("{name: a, memberLabel: pod, " + query + "}" + kTarget));
  const auto within = loaded(policy("{name: a, " + query + ", memberLabel: pod}" + kTarget));
  ASSERT_EQ(beside.problems, std::vector<FileProblem>{});
  EXPECT_EQ(beside.workloads.at(0).workload.signals[0].fingerprint,
            within.workloads.at(0).workload.signals[0].fingerprint);
  EXPECT_THAT(problems(policy("{name: a, memberLabel: pod, " + query + ", memberLabel: pod}" + kTarget)),
              ElementsAre(HasSubstr("spec.signals[0].memberLabel: is also among the settings of prometheus")));
  EXPECT_THAT(problems(policy("{name: a, memberLabel: pod, http: {url: \"http://h/\"}" + kTarget)),
              ElementsAre(HasSubstr("spec.signals[0].memberLabel: http has no labels")));
}

TEST(Age, IsProvedByTheQueryOrByFreshnessAndValidateSaysWhenNot) {
  const auto proves = [](const std::string& settings, const std::string& more = "") {
    return loaded(policy("{name: a, prometheus: {serverAddress: \"http://p:1\", " + settings + "}" + more + kTarget))
        .workloads.at(0)
        .workload.signals[0]
        .proves_age;
  };
  EXPECT_TRUE(proves("query: \"rate(x[1m])\""));
  EXPECT_FALSE(proves("query: \"rate(x[5m])\""));
  EXPECT_TRUE(proves("query: \"rate(x[5m])\"", ", staleAfter: 5m"));
  EXPECT_FALSE(proves("query: up"));
  EXPECT_TRUE(proves("query: up, freshness: timestamp(up)"));
  const std::string text = policy("{name: a, prometheus: {serverAddress: \"http://p:1\", query: sum(up)}" + kTarget);
  EXPECT_THAT(
      problems(text),
      ElementsAre(HasSubstr(
          "warning: spec.signals[0].prometheus: never lets the target shrink: `up` has no range; see freshness")));
  EXPECT_EQ(validate({{"a.yaml", text, {}}}).exit_status, 0);
  // One that has no target decides nothing.
  EXPECT_THAT(problems(policy("{name: a, prometheus: {serverAddress: \"http://p:1\", query: up}}")),
              testing::Not(testing::Contains(HasSubstr("never lets"))));
}

TEST(Secrets, AreReferencesOnAHost) {
  const auto with_auth = [](const std::string& auth) {
    return problems(
        document("MetricSource", "main", "{prometheus: {serverAddress: \"http://p:1\", auth: " + auth + "}}"));
  };
  EXPECT_THAT(with_auth("{bearer: {env: TOKEN}}"), testing::IsEmpty());
  EXPECT_THAT(with_auth("{basic: {username: bob, password: {file: /run/pw}}}"), testing::IsEmpty());
  EXPECT_THAT(
      with_auth("{bearer: {secretKeyRef: {name: a, key: b}}}"),
      ElementsAre(HasSubstr("spec.prometheus.auth.bearer.secretKeyRef: is for a cluster; on a host write {file: …} "
                            "or {env: …}")));
  EXPECT_THAT(with_auth("{bearer: {file: /a, env: B}}"), ElementsAre(HasSubstr("file")));
  EXPECT_THAT(with_auth("{bearer: canary-3f9}"), testing::Each(testing::Not(HasSubstr("canary"))));
  EXPECT_THAT(with_auth("{bearer: {env: TOKEN}, header: {name: X-Key, value: {env: KEY}}}"),
              ElementsAre(HasSubstr("header")));
}

TEST(Secrets, DoNotBelongIntoHeadersAndAddresses) {
  const auto source = [](const std::string& address, const std::string& headers) {
    return problems(document("MetricSource", "main",
                             "{prometheus: {serverAddress: \"" + address + "\", headers: {" + headers + "}}}"));
  };
  EXPECT_THAT(source("http://p:1", "Authorization: Bearer canary-3f9"),
              ElementsAre(testing::AllOf(HasSubstr("headers[\"Authorization\"]: would be kept in the journal"),
                                         testing::Not(HasSubstr("canary")))));
  EXPECT_THAT(source("http://bob:canary-3f9@p:1", "X-A: b"),
              ElementsAre(testing::AllOf(HasSubstr("\"http://p:1\" is not a URL"), HasSubstr("names no user"),
                                         testing::Not(HasSubstr("canary")))));
  EXPECT_THAT(source("http://p:1/?token=canary-3f9", "X-A: b"),
              ElementsAre(testing::AllOf(HasSubstr("serverAddress: has a query"), testing::Not(HasSubstr("canary")))));
  EXPECT_THAT(source("http://p:1", "Host: other"), ElementsAre(HasSubstr("cannot be set")));
}

TEST(Secrets, AreHiddenWhereASpecIsShown) {
  const auto set = loaded(policy("{name: a, httpValue: {url: \"http://h/?token=canary-3f9\"}" + kTarget) + kSource);
  for (const auto& document : set.documents) {
    const auto shown = to_json(find_kind(document.id.kind)->write(document.spec, Secrets::redacted));
    EXPECT_THAT(shown, testing::Not(HasSubstr("canary")));
    EXPECT_THAT(shown, testing::Not(HasSubstr("team")));  // the value of a header
  }
}

}  // namespace
}  // namespace ballast
