#include "controller/cli/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

namespace ballast {
namespace {

class SpdLog final : public Log {
 public:
  explicit SpdLog(const LogOptions& options) : json_(options.format == "json") {
    spdlog::sink_ptr sink;
    std::string trouble;
    try {
      if (!options.file.empty()) sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file);
    } catch (const spdlog::spdlog_ex& failure) {
      trouble = failure.what();
    }
    if (!sink) sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    logger_ = std::make_unique<spdlog::logger>("ballast", std::move(sink));
    logger_->set_level(spdlog::level::from_str(options.level == "warn" ? "warning" : options.level));
    logger_->flush_on(spdlog::level::info);
    logger_->set_pattern(json_ ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "%H:%M:%S.%e %^%-7l%$ %v",
                         spdlog::pattern_time_type::utc);
    if (!trouble.empty()) warn("log file cannot be opened, logging to standard error", {{"error", trouble}});
  }
  void info(std::string_view message, const LogFields& fields) override { write(spdlog::level::info, message, fields); }
  void warn(std::string_view message, const LogFields& fields) override { write(spdlog::level::warn, message, fields); }
  void error(std::string_view message, const LogFields& fields) override { write(spdlog::level::err, message, fields); }

 private:
  /// Foreign text may hold anything: replaced where it is not UTF-8, escaped where it is a control character.
  static std::string quoted(std::string_view text) {
    return nlohmann::json(std::string{text}).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  void write(spdlog::level::level_enum level, std::string_view message, const LogFields& fields) {
    if (!logger_->should_log(level)) return;
    std::string line = json_ ? "\"message\":" + quoted(message) : std::string{message};
    for (const auto& [name, value] : fields) {
      if (json_) {
        line += "," + quoted(name) + ":" + quoted(value);
        continue;
      }
      const std::string escaped = quoted(value);
      const bool plain = escaped.size() == value.size() + 2 && value.find(' ') == std::string::npos && !value.empty();
      line += "  " + name + "=" + (plain ? value : escaped);
    }
    logger_->log(level, "{}", line);
  }

  bool json_;
  std::unique_ptr<spdlog::logger> logger_{};
};

}  // namespace

std::unique_ptr<Log> make_log(const LogOptions& options) { return std::make_unique<SpdLog>(options); }

}  // namespace ballast
