#include "controller/journal/prose.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include <cmath>

#include "core/reason.h"

namespace ballast {

std::string number_text(double value) {
  if (std::abs(value) >= 1000 && std::abs(value) < 1e15) return fmt::format("{:.0f}", value);
  return fmt::format("{:.4g}", value);
}

std::string sentence(const Step& step, const NameOf& name_of) {
  const ReasonInfo& reason = info(step.reason);
  fmt::dynamic_format_arg_store<fmt::format_context> values;
  constexpr const char* kNumbers[] = {"a", "b", "c", "d"};
  for (std::size_t i = 0; i < step.numbers.size(); ++i)
    values.push_back(fmt::arg(kNumbers[i], number_text(step.numbers[i])));
  values.push_back(fmt::arg("subject", name_of(step.subject)));
  values.push_back(fmt::arg("before", step.before));
  values.push_back(fmt::arg("after", step.after));
  try {
    return fmt::vformat(reason.text, values);
  } catch (const fmt::format_error&) {  // a text that does not fit its step: the code still says why
    return std::string(reason.code);
  }
}

}  // namespace ballast
