// What a source can do wrong, by its answers as bytes and by what the fetcher says of those that never came. What only
// differs in the message there (nobody listens, an unknown name, a certificate that is not trusted) is one kind here;
// tests/io has it apart.
#include <string>
#include <utility>

#include "tests/sim/canary.h"
#include "tests/sim/fault_matrix.h"

namespace ballast::sim {
namespace {

using Answer = std::function<void(Response&)>;

Kind kind(At channel, std::string_view name, Trouble trouble, Time lasts = 0) {
  trouble.target = Target::source;
  trouble.signal = channel == At::prometheus ? "load0" : "load1";
  return kind_of(name, std::move(trouble), lasts);
}
Kind mishap(At channel, std::string_view name, Mishap how, Time lasts = 0) {
  return kind(channel, name, {.fault = Fault::mishap, .mishap = std::move(how)}, lasts);
}
Kind answers(At channel, std::string_view name, Answer answer, Time lasts = 0) {
  return mishap(channel, name, {.answer = std::move(answer)}, lasts);
}
Answer status(int status, Time retry_after = 0) {
  return [=](Response& response) {
    response.status = status;
    response.body = "0";
    if (retry_after > 0) response.retry_after = from_seconds(retry_after);
  };
}
Answer body(std::string text) {
  return [text = std::move(text)](Response& response) { response.body = text; };
}

std::string vector_of(const char* series) {
  return std::string(R"({"status":"success","data":{"resultType":"vector","result":[)") + series + "]}}";
}
std::string one(const char* value) {
  return vector_of((std::string(R"({"metric":{},"value":[1700000100,")") + value + "\"]}").c_str());
}
/// The same value in the words of either.
std::string value(At channel, const char* text) {
  return channel == At::prometheus ? one(text) : std::string(R"({"load": ")") + text + "\"}";
}

void add_connection(At at, std::vector<Kind>& kinds) {
  for (Kind& each : std::vector<Kind>{
           mishap(at, "refused at once", {.looks = Errc::unavailable}),
           mishap(at, "refused after 2 s", {.looks = Errc::unavailable, .takes = 2}),
           mishap(at, "not allowed", {.looks = Errc::denied}),
           mishap(at, "its secret is gone", {.looks = Errc::not_found}),
           mishap(at, "no answer at all", {.takes = 100}),
           mishap(at, "slow", {.takes = 2.5, .holds_value = true}),
           mishap(at, "up to 2 s late", {.jitter = 2, .holds_value = true}),
           mishap(at, "each second call fails", {.looks = Errc::unavailable, .every = 2}),
           mishap(at, "each third call fails", {.looks = Errc::timeout, .every = 3}),
           kind(at, "its name comes and goes", {.fault = Fault::source_nameless}),
           kind(at, "a byte a second", {.fault = Fault::source_drips}),
           kind(at, "too large", {.fault = Fault::source_huge}),
           mishap(at, "it throws", {.throws_looking = true}),
       })
    kinds.push_back(std::move(each));
}

void tell_back(Response& response) {
  response.status = 401;
  response.body =
      R"({"status": "error", "errorType": "unauthorized", "error": "Bearer )" + std::string(kCanary) + "\"}";
}

void add_statuses(At at, std::vector<Kind>& kinds) {
  for (Kind& each : std::vector<Kind>{
           answers(at, "204", status(204)), answers(at, "301", status(301)), answers(at, "401", status(401)),
           answers(at, "401, with all that it was shown", tell_back), answers(at, "403", status(403)),
           answers(at, "404", status(404)), answers(at, "409", status(409)), answers(at, "410", status(410)),
           answers(at, "429", status(429)), answers(at, "429, Retry-After 20 s", status(429, 20), 20),
           answers(at, "429, Retry-After a day", status(429, 86'400), 310), answers(at, "500", status(500)),
           answers(at, "502", status(502)), answers(at, "503, Retry-After 20 s", status(503, 20), 20),
           answers(at, "504", status(504))})
    kinds.push_back(std::move(each));
}

void add_bodies(At at, std::vector<Kind>& kinds) {
  const Answer cut = [](Response& response) { response.body.resize(response.body.size() / 2); };
  for (Kind& each : std::vector<Kind>{
           answers(at, "cut in the middle", cut), answers(at, "an empty body", body("")),
           answers(at, "HTML", body("<html><body>login</body></html>")),
           answers(at, "bytes that are no text", body(std::string("\x1f\x8b\x08\x00\xff\xfe\x00\x01", 8))),
           answers(at, "null", body("null")), answers(at, "another document", body(R"({"answer": [42]})")),
           answers(at, "NaN", body(value(at, "NaN"))), answers(at, "+Inf", body(value(at, "+Inf"))),
           answers(at, "-Inf", body(value(at, "-Inf"))), answers(at, "1e999", body(value(at, "1e999"))),
           answers(at, "a word for a number", body(value(at, "many")))})
    kinds.push_back(std::move(each));
}

/// What has times and says more than a number.
void add_of_prometheus(std::vector<Kind>& kinds) {
  constexpr At at = At::prometheus;
  const std::string good = R"({"metric":{},"value":[1700000100,"0"]})";
  const std::string data = R"("data":{"resultType":"vector","result":[)" + good + "]}}";
  for (Kind& each : std::vector<Kind>{
           answers(at, "an error in a 200", body(R"({"status":"error","errorType":"internal","error":"no"})")),
           answers(at, "a partial answer", body(R"({"status":"success","warnings":["a store is down"],)" + data)),
           answers(at, "no series", body(vector_of(""))),
           answers(at, "two series",
                   body(vector_of((good + ",{\"metric\":{\"a\":\"b\"},\"value\":[1,\"0\"]}").c_str()))),
           answers(at, "a string", body(R"({"status":"success","data":{"resultType":"string","result":[1,"0"]}})")),
           kind(at, "frozen", {.fault = Fault::source_frozen}),
           kind(at, "a minute old", {.fault = Fault::source_lags, .by = 60})})
    kinds.push_back(std::move(each));
}

}  // namespace

std::vector<Kind> source_kinds(At channel) {
  std::vector<Kind> kinds;
  add_connection(channel, kinds);
  add_statuses(channel, kinds);
  add_bodies(channel, kinds);
  kinds.push_back(kind(channel, "a third of the value", {.fault = Fault::source_partial, .by = 0.34}));
  if (channel == At::prometheus) add_of_prometheus(kinds);
  return kinds;
}

}  // namespace ballast::sim
