#include "io/channels.h"

#include <utility>

namespace ballast {
namespace {

class ByChannel final : public Fetcher {
 public:
  explicit ByChannel(Channels channels) : channels_(channels) {}

  Task<Result<Response>> fetch(Request request) override {
    if (request.channel == Channel::command && channels_.commands == nullptr)
      co_return Error{Errc::denied, request.url + ": commands are off; start Ballast with --allow-exec"};
    Fetcher* const serves = server_of(request.channel);
    if (serves == nullptr) co_return Error{Errc::invalid, request.url + ": no such channel here"};
    co_return co_await serves->fetch(std::move(request));
  }

 private:
  [[nodiscard]] Fetcher* server_of(Channel channel) const {
    if (channel == Channel::command) return channels_.commands;
    if (channel == Channel::heartbeat) return channels_.heartbeats;
    return channel == Channel::workers ? channels_.workers : &channels_.network;
  }
  Channels channels_;
};

}  // namespace

std::unique_ptr<Fetcher> make_channels(Channels channels) { return std::make_unique<ByChannel>(channels); }

}  // namespace ballast
