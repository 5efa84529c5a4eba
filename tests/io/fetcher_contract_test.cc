// Who runs the contract: every client of http. Its cases stand in the files of what they are about.
#include "tests/io/fetcher_contract.h"

#include <gtest/gtest.h>

namespace ballast {
namespace {

INSTANTIATE_TEST_SUITE_P(Clients, FetcherContract, testing::ValuesIn(kFetcherKinds), name_of_kind);

}  // namespace
}  // namespace ballast
