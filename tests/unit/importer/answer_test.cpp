#include "importer/answer.hpp"

#include <gtest/gtest.h>

namespace bellwether::importer {
namespace {

TEST(ImportAnswer, ReadsCountsAndFailures) {
  const auto answer = parse_import_answer(
      R"({"num_records_imported":2,"failed_records":[{"index":1,"field":"f","message":"m"}]})", 3);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->imported, 2U);
  ASSERT_EQ(answer->failures.size(), 1U);
  EXPECT_EQ(answer->failures[0].index, 1U);
  EXPECT_EQ(answer->failures[0].field, "f");
  EXPECT_EQ(answer->failures[0].message, "m");
  EXPECT_TRUE(parse_import_answer(R"({"num_records_imported":0})", 3));
}

TEST(ImportAnswer, RefusesWhatIsNone) {
  for (const char* body : {"",
                           "5",
                           "[]",
                           "[{}]",
                           "null",
                           "<html>",
                           "{}",
                           R"({"num_records_imported":-1})",
                           R"({"num_records_imported":4})",
                           R"({"num_records_imported":1.5})",
                           R"({"num_records_imported":"1"})",
                           R"({"num_records_imported":18446744073709551615})",
                           R"({"num_records_imported":1,"failed_records":5})",
                           R"({"num_records_imported":1,"failed_records":[5]})",
                           R"({"num_records_imported":1,"failed_records":[{}]})",
                           R"({"num_records_imported":1,"failed_records":[{"index":999}]})",
                           R"({"num_records_imported":1,"failed_records":[{"index":3}]})",
                           R"({"num_records_imported":1,"failed_records":[{"index":-1}]})",
                           R"({"num_records_imported":1,"failed_records":[{"index":0},{"index":0}]})",
                           R"({"num_records_imported":3,"failed_records":[{"index":0}]})"})
    EXPECT_FALSE(parse_import_answer(body, 3)) << body;
}

TEST(ImportAnswer, ReadsWhyAllWasRefused) {
  EXPECT_EQ(import_error(R"({"error":"too large"})"), "too large");
  for (const char* body : {"", "5", "[]", "{}", R"({"error":5})"}) EXPECT_EQ(import_error(body), "") << body;
}

}  // namespace
}  // namespace bellwether::importer
