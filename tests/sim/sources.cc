#include "tests/sim/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>

#include "probes/haproxy.h"
#include "probes/http_value.h"
#include "probes/prometheus.h"
#include "tests/sim/canary.h"

namespace ballast::sim {
namespace {

struct PlainPage {
  double value = 0;
  TimePoint at{};
};

Result<Page> decode(const Response& response) {
  if (response.status != 200) return Error{Errc::unavailable, "HTTP " + std::to_string(response.status)};
  PlainPage page;
  const char* end = response.body.data() + response.body.size();
  const auto value = std::from_chars(response.body.data(), end, page.value);
  if (value.ec != std::errc{} || !std::isfinite(page.value) || value.ptr == end)
    return Error{Errc::invalid, "no number"};
  std::int64_t at = 0;
  if (std::from_chars(value.ptr + 1, end, at).ec != std::errc{}) return Error{Errc::invalid, "no time"};
  page.at = TimePoint{Duration{at}};
  return Page{std::make_shared<const PlainPage>(page), response.received_at};
}

Result<NamedReading> select(const Page& page, const Page* /*previous*/) {
  const auto& content = *static_cast<const PlainPage*>(page.content.get());
  return scalar(content.at, content.value);
}

Result<NamedReading> select_mean(const Page& page, const Page* /*previous*/) {
  const auto& content = *static_cast<const PlainPage*>(page.content.get());
  return scalar(content.at, content.value, from_seconds(kMeanWindow));
}

CompiledProbe plain_probe(const std::string& url, Dialect dialect) {
  Request request{.url = url};
  request.deadline = std::chrono::seconds{3};
  return CompiledProbe{.request = std::move(request),
                       .type = "sim",
                       .decode = decode,
                       .select = dialect == Dialect::mean ? select_mean : select};
}

}  // namespace

Dialect dialect_of(const Service& service, const std::string& signal) {
  const auto at = std::ranges::find(service.workload.signals, signal, &Signal::name);
  const auto index = static_cast<std::size_t>(at - service.workload.signals.begin());
  return index < service.dialects.size() ? service.dialects[index] : Dialect::plain;
}

namespace {

CompiledProbe probe_at(Dialect dialect, const std::string& path) {
  switch (dialect) {
    case Dialect::prometheus:
      return compile(PrometheusSpec{.server_address = "http://" + path, .query = "sum(rate(requests_total[4s]))"});
    case Dialect::number:
      return compile(HttpValueSpec{.url = "http://" + path});
    case Dialect::json:
      return compile(HttpValueSpec{.url = "http://" + path, .json_pointer = "/load"});
    case Dialect::haproxy:
      return compile(HaproxySpec{.socket = "/" + path, .backend = "web", .field = "scur"});
    case Dialect::haproxy_counter:
      return compile(HaproxySpec{.socket = "/" + path, .backend = "web", .field = "stot"});
    case Dialect::haproxy_servers: {
      HaproxySpec spec{.socket = "/" + path, .backend = "web", .field = "scur"};
      spec.of = HaproxyRows::servers;
      return compile(spec);
    }
    case Dialect::plain:
    case Dialect::mean:
      break;
  }
  return plain_probe("http://" + path, dialect);
}

}  // namespace

CompiledProbe probe_of(Dialect dialect, std::size_t service, const std::string& signal) {
  return with_secret(probe_at(dialect, fmt::format("sim/{}/{}", service, signal)));
}

Asked asked_by(const Request& request) {
  constexpr std::string_view kHost = "sim/";
  Asked asked;
  std::string_view rest = request.url;
  rest.remove_prefix(rest.find(kHost) + kHost.size());
  std::from_chars(rest.data(), rest.data() + rest.size(), asked.service);
  rest.remove_prefix(rest.find('/') + 1);
  asked.signal = rest.substr(0, rest.find_first_of("/?"));
  return asked;
}

std::string body_of(Dialect dialect, const Said& said) {
  switch (dialect) {
    case Dialect::number:
      return fmt::format("{}\n", said.value);
    case Dialect::prometheus:
      return fmt::format(
          R"({{"status":"success","data":{{"resultType":"vector","result":[{{"metric":{{}},"value":[{:.3f},"{}"]}}]}}}})",
          seconds(said.measured.time_since_epoch()), said.value);
    case Dialect::json:
      return fmt::format(R"({{"service": "web", "load": {}}})", said.value);
    case Dialect::haproxy:
    case Dialect::haproxy_counter:
    case Dialect::haproxy_servers: {
      std::string text = "# pxname,svname,qcur,scur,stot,type,\n";
      for (const auto& [name, value] : said.members)
        text += fmt::format("web,ballast-{},0,{:.0f},{:.0f},2,\n", name, value, value);
      return text + fmt::format("web,BACKEND,0,{0:.0f},{0:.0f},1,\n\n", said.value);
    }
    case Dialect::plain:
    case Dialect::mean:
      break;
  }
  return fmt::format("{:.6f} {}", said.value, said.measured.time_since_epoch().count());
}

}  // namespace ballast::sim
