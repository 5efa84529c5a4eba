#include "adapters/receivers/smtp.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "adapters/receivers/smtp_talk.h"
#include "formats/excerpt.h"
#include "io/address_rules.h"
#include "io/credentials.h"
#include "io/http_text.h"
#include "io/stream.h"

namespace ballast {
namespace {

constexpr std::size_t kShownReply = 160;
constexpr curl_off_t kMostAloneUs = 60'000'000;  // an end of Ballast waits for it
constexpr std::size_t kHardlyByChance = 3;       // shorter passwords are not looked for in replies

/// What curl's callbacks see and tell; they run inside of `curl_easy_perform`.
struct Transfer {
  CURL* curl = nullptr;
  std::string_view rest{};  ///< of the message
  const std::atomic<bool>* abandoned = nullptr;
  curl_off_t most_us = 0;

  SmtpTalk talk{};
  bool refused_address = false;
  bool tried_address = false;
};

/// The end is told by a call of its own: until then the server cannot have seen it.
std::size_t give_message(char* into, std::size_t size, std::size_t count, void* what) {
  auto& transfer = *static_cast<Transfer*>(what);
  const std::size_t bytes = std::min(size * count, transfer.rest.size());
  std::memcpy(into, transfer.rest.data(), bytes);
  transfer.rest.remove_prefix(bytes);
  if (bytes == 0) note_end_of_message(transfer.talk);
  return bytes;
}

/// Nothing taken ends the transfer.
std::size_t take_line(char* bytes, std::size_t size, std::size_t count, void* what) {
  const std::string_view line(bytes, size * count);
  return take_reply_line(static_cast<Transfer*>(what)->talk, line) ? line.size() : 0;
}

/// curl tells in no other way what a reply answers.
int look_on(CURL*, curl_infotype type, char* bytes, std::size_t size, void* what) {
  if (type == CURLINFO_HEADER_OUT) note_asked(static_cast<Transfer*>(what)->talk, {bytes, size});
  return 0;
}

bool is_link_local(const curl_sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  sockaddr_storage copy{};
  std::memcpy(&copy, &address.addr, std::min<std::size_t>(address.addrlen, sizeof copy));
  const void* const number = address.family == AF_INET6
                                 ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(&copy)->sin6_addr)
                                 : &reinterpret_cast<const sockaddr_in*>(&copy)->sin_addr;
  if (inet_ntop(address.family, number, text.data(), text.size()) == nullptr) return true;
  return kind_of_address(text.data()) == AddressKind::link_local;
}

/// The guard stands here, behind the look-up: no name leads around it.
curl_socket_t open_socket(void* what, curlsocktype, curl_sockaddr* address) {
  if (is_link_local(*address)) {
    static_cast<Transfer*>(what)->refused_address = true;
    return CURL_SOCKET_BAD;
  }
  static_cast<Transfer*>(what)->tried_address = true;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// Called at least each second. Ends what nobody waits for, unless the server may have the mail already, and what takes
/// too long in all: curl's own limit does not count the farewell (QUIT) to a server that does not answer it.
int keep_on(void* what, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& transfer = *static_cast<Transfer*>(what);
  curl_off_t spent_us = 0;
  curl_easy_getinfo(transfer.curl, CURLINFO_TOTAL_TIME_T, &spent_us);
  const bool alone = *transfer.abandoned;
  const curl_off_t most_us = alone ? std::min(transfer.most_us, kMostAloneUs) : transfer.most_us;
  return (alone && !transfer.talk.ended) || spent_us > most_us ? 1 : 0;
}

/// A handle of curl, with the first option that it did not take.
class Easy {
 public:
  Easy() : curl_(curl_easy_init()) {}
  Easy(const Easy&) = delete;
  Easy& operator=(const Easy&) = delete;
  ~Easy() {
    curl_easy_cleanup(curl_);
    curl_slist_free_all(recipients_);
  }
  template <class T>
    requires(std::same_as<T, long> || std::is_pointer_v<T>)
  void set(CURLoption option, T value) {
    if (problem_ == CURLE_OK) problem_ = curl_ == nullptr ? CURLE_FAILED_INIT : curl_easy_setopt(curl_, option, value);
  }
  void set_recipients(const std::vector<std::string>& to) {
    for (const std::string& address : to) recipients_ = curl_slist_append(recipients_, address.c_str());
    set(CURLOPT_MAIL_RCPT, recipients_);
  }
  [[nodiscard]] CURL* get() const { return curl_; }
  CURLcode perform() { return problem_ == CURLE_OK ? curl_easy_perform(curl_) : problem_; }

 private:
  CURL* curl_;
  curl_slist* recipients_ = nullptr;
  CURLcode problem_ = CURLE_OK;
};

void set_place(Easy& easy, const EmailReceiver& spec) {
  const bool implicit = spec.tls == MailTls::implicit;
  const std::string url = fmt::format("{}://{}/{}", implicit ? "smtps" : "smtp", spec.smarthost, spec.hello);
  easy.set(CURLOPT_URL, url.c_str());
  easy.set(CURLOPT_PROTOCOLS_STR, implicit ? "smtps" : "smtp");
  easy.set(CURLOPT_PROXY, "");       // none of the environment: it would stand between the guard and the server
  easy.set(CURLOPT_NOSIGNAL, 1L);    // SIGPIPE is ignored already: io/loop.cc
  easy.set(CURLOPT_QUICK_EXIT, 1L);  // a look-up that hangs is left behind when the time is over
  easy.set(CURLOPT_FORBID_REUSE, 1L);
  const auto most_ms = static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(spec.timeout).count());
  easy.set(CURLOPT_TIMEOUT_MS, most_ms);
  easy.set(CURLOPT_CONNECTTIMEOUT_MS, most_ms);
  easy.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, (most_ms + 999) / 1000);
}

void set_security(Easy& easy, const EmailReceiver& spec) {
  const std::string authorities = spec.ca_file.empty() ? std::string(kSystemAuthorities) : spec.ca_file;
  easy.set(CURLOPT_USE_SSL, static_cast<long>(spec.tls == MailTls::none ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  easy.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  easy.set(CURLOPT_CAINFO, authorities.c_str());
  easy.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // Debian's default would be trusted beside it
  easy.set(CURLOPT_SSL_VERIFYPEER, spec.insecure_skip_verify ? 0L : 1L);
  easy.set(CURLOPT_SSL_VERIFYHOST, spec.insecure_skip_verify ? 0L : 2L);
}

/// curl keeps copies of its own until the handle is gone, and does not wipe them.
void set_login(Easy& easy, const SmtpLogin& login, const std::string& password) {
  easy.set(CURLOPT_USERNAME, login.username.c_str());
  easy.set(CURLOPT_PASSWORD, password.c_str());
  easy.set(CURLOPT_LOGIN_OPTIONS, "AUTH=CRAM-MD5;AUTH=PLAIN;AUTH=LOGIN");  // never what asks Kerberos or a domain
}

void set_callbacks(Easy& easy, Transfer& transfer, char* problem) {
  void* const what = &transfer;
  easy.set(CURLOPT_UPLOAD, 1L);
  easy.set(CURLOPT_READFUNCTION, give_message);
  easy.set(CURLOPT_READDATA, what);
  easy.set(CURLOPT_HEADERFUNCTION, take_line);
  easy.set(CURLOPT_HEADERDATA, what);
  easy.set(CURLOPT_VERBOSE, 1L);
  easy.set(CURLOPT_DEBUGFUNCTION, look_on);
  easy.set(CURLOPT_DEBUGDATA, what);
  easy.set(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  easy.set(CURLOPT_OPENSOCKETDATA, what);
  easy.set(CURLOPT_NOPROGRESS, 0L);
  easy.set(CURLOPT_XFERINFOFUNCTION, keep_on);
  easy.set(CURLOPT_XFERINFODATA, what);
  easy.set(CURLOPT_ERRORBUFFER, problem);
}

/// The password in each form in which it is sent and might come back.
Result<Credentials> credentials_of(const SmtpLogin& login) {
  Credentials result;
  auto password = read_secret(login.password);
  if (!password) return password.error();
  const std::string nul(1, '\0');
  const Secret<std::string> plain(nul + login.username + nul + password->reveal());
  result.words.emplace_back(base64(plain.reveal()));
  result.words.emplace_back(base64(password->reveal()));
  result.words.push_back(*std::move(password));
  return result;
}

MailTry failed(const EmailReceiver& spec, Errc code, std::string_view why) {
  return {.failure = Error{code, fmt::format("{}: {}", spec.smarthost, why)}};
}

/// The server took nothing, and curl says why.
MailTry of_curl(const EmailReceiver& spec, CURLcode code, const Transfer& transfer, const std::string& why) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return failed(spec, Errc::timeout, fmt::format("no answer within {} s", seconds(spec.timeout)));
    case CURLE_ABORTED_BY_CALLBACK:
      return *transfer.abandoned
                 ? failed(spec, Errc::cancelled, "nobody waits for this mail any more")
                 : failed(spec, Errc::timeout, fmt::format("no end within {} s", seconds(spec.timeout)));
    case CURLE_COULDNT_CONNECT:
      if (!transfer.refused_address || transfer.tried_address) return failed(spec, Errc::unavailable, why);
      return failed(spec, Errc::denied, "an address where clouds keep metadata is not connected to");
    case CURLE_USE_SSL_FAILED:
      return failed(spec, Errc::unavailable,
                    "the server does not offer STARTTLS; nothing was sent (port 465 wants tls: Implicit)");
    case CURLE_SSL_CACERT_BADFILE:
      return failed(spec, Errc::invalid, fmt::format("caFile: {}", why));
    case CURLE_LOGIN_DENIED:
      return failed(spec, Errc::denied, "the server offers no way to log in that Ballast has");
    case CURLE_URL_MALFORMAT:
      return failed(spec, Errc::invalid, why);
    case CURLE_FAILED_INIT:
    case CURLE_OUT_OF_MEMORY:
    case CURLE_UNKNOWN_OPTION:
    case CURLE_NOT_BUILT_IN:
      return failed(spec, Errc::bug, why);
    default:
      return failed(spec, Errc::unavailable, why);
  }
}

MailTry outcome(const EmailReceiver& spec, CURLcode code, const Transfer& transfer, const std::string& why) {
  const bool answered =
      code != CURLE_OPERATION_TIMEDOUT && code != CURLE_ABORTED_BY_CALLBACK && code != CURLE_USE_SSL_FAILED;
  auto said = what_replies_say(transfer.talk, spec.smarthost, spec.to);
  if (said && (answered || transfer.talk.ended)) return *std::move(said);
  return of_curl(spec, code, transfer, excerpt(why, kShownReply));
}

MailTry transfer_mail(const SmtpJob& job, const Credentials& credentials) {
  std::array<char, CURL_ERROR_SIZE> problem{};
  Transfer transfer{.rest = job.message, .abandoned = job.abandoned.get(), .most_us = job.spec.timeout.count()};
  Easy easy;  // ends before what its callbacks touch
  transfer.curl = easy.get();
  set_place(easy, job.spec);
  set_security(easy, job.spec);
  if (job.spec.auth) set_login(easy, *job.spec.auth, credentials.words.back().reveal());
  set_callbacks(easy, transfer, problem.data());
  easy.set(CURLOPT_MAIL_FROM, job.spec.from.c_str());
  easy.set_recipients(job.spec.to);
  easy.set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);  // one address that is gone does not silence the others
  const CURLcode code = easy.perform();
  for (SmtpReply& reply : transfer.talk.replies) scrub(reply.text, credentials, kHardlyByChance);
  return outcome(job.spec, code, transfer, problem[0] != '\0' ? problem.data() : curl_easy_strerror(code));
}

}  // namespace

MailTry send_mail(const SmtpJob& job) {
  if (*job.abandoned) return failed(job.spec, Errc::cancelled, "nobody waits for this mail any more");
  if (!job.spec.auth) return transfer_mail(job, {});
  const auto credentials = credentials_of(*job.spec.auth);
  if (!credentials) return {.failure = credentials.error()};
  return transfer_mail(job, *credentials);
}

}  // namespace ballast
