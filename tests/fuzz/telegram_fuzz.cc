// Any bytes as Telegram's answer: an error, or numbers within bounds and a short description. The same bytes as what an
// alert says: at most 4096 code points of valid UTF-8, every tag closed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "formats/telegram.h"
#include "formats/utf8.h"

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t result = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++result;
  return result;
}

void check_answer(const ballast::TelegramAnswer& answer) {
  if (answer.error_code != 0 && (answer.error_code < 300 || answer.error_code > 599)) std::abort();
  if (answer.description.size() > 200) std::abort();
  if (answer.retry_after && (answer.retry_after->count() < 0 || *answer.retry_after > std::chrono::hours{24}))
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(bytes), size};
  if (const auto answer = ballast::read_telegram_answer(text)) check_answer(*answer);
  ballast::Alert alert{.labels = {{"alertname", text}, {text, text}}, .annotations = {{"summary", text}}};
  alert.annotations["description"] = text;
  alert.generator_url = text;
  const std::string shown =
      ballast::telegram_text({.group_labels = {{"a", text}}, .alerts = {alert, alert, alert, alert}});
  if (ballast::count_code_points(shown) > 4096 || ballast::valid_utf8(shown) != shown) std::abort();
  for (const std::string tag : {"b", "i"})
    if (count(shown, "<" + tag + ">") != count(shown, "</" + tag + ">")) std::abort();
  if (count(shown, "<a href=\"http") != count(shown, "</a>")) std::abort();
  if (count(shown, "<") != count(shown, "</") * 2 || count(shown, "<") != count(shown, ">")) std::abort();
  return 0;
}
