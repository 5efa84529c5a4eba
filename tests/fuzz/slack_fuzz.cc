// Any bytes as Slack's answer: taken, or a short message. The same bytes as what an alert says: valid JSON, bounded,
// with no other markup than ours, and nothing that Markdown takes for a mention or for a link with another text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "formats/chat_text.h"
#include "formats/slack.h"
#include "formats/utf8.h"

namespace {

/// `shown` without its links, which stand between `<` and `>`.
void check_markdown(std::string shown) {
  for (std::size_t at = shown.find('<'); at != shown.npos; at = shown.find('<', at))
    shown.erase(at, shown.find('>', at) - at);
  if (shown.find("](") != shown.npos) std::abort();
  const auto is_of_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  for (std::size_t at = shown.find('@'); at != shown.npos; at = shown.find('@', at + 1)) {
    const std::string_view next = std::string_view(shown).substr(at + 1);
    const bool parted = next.empty() || next.starts_with("\xe2\x80");  // U+200B, or the ellipsis at a limit
    if (!parted && (at == 0 || !is_of_word(shown[at - 1]))) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(bytes), size};
  if (const auto read = ballast::read_slack_answer(text); !read && read.error().message.size() > 250) std::abort();
  ballast::Alert alert{.labels = {{"alertname", text}, {text, text}}, .annotations = {{"summary", text}}};
  alert.annotations["description"] = text;
  alert.generator_url = text;
  const ballast::Notification told{
      .group_labels = {{"a", text}}, .alerts = {alert, alert, alert}, .external_url = text};
  if (ballast::chat_headline(told).find('\n') != std::string::npos) std::abort();
  const auto body = nlohmann::json::parse(ballast::slack_body(told, {text, text}));  // throws on what is no JSON
  const auto& attachment = body["attachments"][0];
  const auto shown = attachment["text"].get<std::string>();
  if (ballast::count_code_points(shown) > 3000 || ballast::valid_utf8(shown) != shown) std::abort();
  if (ballast::count_code_points(attachment["title"].get<std::string>()) > 1024) std::abort();
  check_markdown(shown);
  check_markdown(attachment["title"].get<std::string>());
  for (std::size_t at = shown.find('<'); at != shown.npos; at = shown.find('<', at + 1))
    if (shown.compare(at, 5, "<http") != 0) std::abort();
  return 0;
}
