// For .cc files that speak Asio, and no others: the io_context under a loop. Names Asio, does not include it.
#pragma once

namespace boost::asio {
class io_context;
}

namespace ballast {

class Loop;

/// Lives as long as the loop.
[[nodiscard]] boost::asio::io_context& context_of(Loop& loop);

}  // namespace ballast
