#include "controller/engine/told_notes.h"

#include <gtest/gtest.h>

#include <string>

namespace ballast {
namespace {

TEST(ToldNotes, TellASentenceOnceHoweverItsNumbersChange) {
  ToldNotes notes;
  EXPECT_FALSE(notes.is_news(""));
  EXPECT_TRUE(notes.is_news("web-3 exited with status 1 after 12ms; next try in 4s"));
  EXPECT_FALSE(notes.is_news("web-17 exited with status 1 after 9ms; next try in 120s"));
  EXPECT_TRUE(notes.is_news("web-4 was killed by signal 9"));
  EXPECT_FALSE(notes.is_news("web-5 exited with status 1 after 12ms; next try in 1s")) << "told before";
  EXPECT_FALSE(notes.is_news("")) << "all is well";
  EXPECT_TRUE(notes.is_news("web-6 exited with status 1 after 12ms; next try in 4s")) << "news again";
}

TEST(ToldNotes, RememberFew) {
  ToldNotes notes;
  std::string note;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(notes.is_news(note += 'x'));
  EXPECT_FALSE(notes.is_news(note));
}

}  // namespace
}  // namespace ballast
