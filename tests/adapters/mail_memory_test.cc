// Who is asked again for a mail, and when it is done.
#include "adapters/receivers/mail_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ballast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string failure_of(const Delivery& delivery) {
  return delivery.failure ? std::string(to_string(delivery.failure->code)) + ": " + delivery.failure->message : "none";
}
MailTry failed(Errc code) { return {.failure = Error{code, "mail:25: why"}}; }

TEST(MailMemory, AsksOnlyThoseWhoWereRefusedForAWhileAgain) {
  MailMemory memory("mail:25", {"a@x", "b@x", "c@x"});
  EXPECT_THAT(memory.rest("key"), ElementsAre("a@x", "b@x", "c@x"));
  Delivery delivery =
      memory.settle("key", {.reached = {"a@x"}, .refused = {{"b@x", "550 no"}}, .later = "450 greylisted"});
  EXPECT_EQ(failure_of(delivery),
            "unavailable: mail:25: 1 of 3 recipients refused for a while, they alone are asked again: 450 greylisted");
  EXPECT_THAT(memory.rest("key"), ElementsAre("c@x"));
  EXPECT_THAT(memory.rest("another"), ElementsAre("a@x", "b@x", "c@x"));
  EXPECT_EQ(failure_of(memory.settle("key", failed(Errc::timeout))), "timeout: mail:25: why");
  EXPECT_THAT(memory.rest("key"), ElementsAre("c@x"));
  delivery = memory.settle("key", {.reached = {"c@x"}});
  EXPECT_EQ(failure_of(delivery), "none");
  EXPECT_EQ(delivery.note, "mail:25: 1 of 3 recipients refused, they do not get it: b@x: 550 no");
  EXPECT_EQ(memory.size(), 0U) << "it is done";
}

TEST(MailMemory, IsDoneOnceSomebodyHasItAndTheOthersWillNot) {
  MailMemory memory("mail:25", {"a@x", "b@x"});
  Delivery delivery = memory.settle("one", {.reached = {"a@x"}, .refused = {{"b@x", "550 no"}}});
  EXPECT_EQ(failure_of(delivery), "none");
  EXPECT_THAT(delivery.note, HasSubstr("b@x: 550 no"));
  delivery = memory.settle("two", {.reached = {"a@x", "b@x"}});
  EXPECT_EQ(delivery, Delivery{}) << "without a note";
  // The last one is refused in a try of its own.
  memory.settle("three", {.reached = {"a@x"}, .later = "450 later"});
  MailTry last = failed(Errc::invalid);
  last.refused = {{"b@x", "550 no"}};
  EXPECT_EQ(failure_of(memory.settle("three", last)), "none");
}

TEST(MailMemory, FailsWhereNobodyHasIt) {
  MailMemory memory("mail:25", {"a@x", "b@x"});
  MailTry all = failed(Errc::invalid);
  all.refused = {{"a@x", "550 no"}, {"b@x", "550 no"}};
  EXPECT_EQ(failure_of(memory.settle("key", all)), "invalid: mail:25: why");
  EXPECT_THAT(memory.rest("key"), ElementsAre("a@x", "b@x")) << "whoever tries again means all";
  EXPECT_EQ(failure_of(memory.settle("key", failed(Errc::denied))), "denied: mail:25: why");
  EXPECT_EQ(memory.size(), 0U);
}

TEST(MailMemory, ForgetsTheOldestOfMany) {
  MailMemory memory("mail:25", {"a@x", "b@x"});
  const MailTry half{.reached = {"a@x"}, .later = "450 later"};
  for (std::size_t i = 0; i < kRememberedMails; ++i) memory.settle(std::to_string(i), half);
  memory.settle("0", half);  // no longer the oldest
  memory.settle("new", half);
  EXPECT_EQ(memory.size(), kRememberedMails);
  EXPECT_THAT(memory.rest("0"), ElementsAre("b@x"));
  EXPECT_THAT(memory.rest("new"), ElementsAre("b@x"));
  EXPECT_THAT(memory.rest("1"), ElementsAre("a@x", "b@x"));
}

TEST(MailMemory, NamesAFewOfManyThatWereRefused) {
  std::vector<std::string> to{"good@x"};
  MailTry tried{.reached = {"good@x"}};
  for (int i = 10; i < 30; ++i) {
    to.push_back(std::to_string(i) + "@x");
    tried.refused.emplace(to.back(), "550 no");
  }
  const std::string note = MailMemory("mail:25", to).settle("key", tried).note;
  EXPECT_THAT(note, HasSubstr("20 of 21 recipients refused"));
  EXPECT_THAT(note, HasSubstr("14@x: 550 no; and 15 more"));
  EXPECT_THAT(note, Not(HasSubstr("15@x")));
}

}  // namespace
}  // namespace ballast
