#include "conformance/report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_writer.hpp"
#include "base/markup.hpp"

namespace bellwether::conformance {

namespace {

constexpr double kMs = 1000;

std::string_view sign_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPassed:
      return "✓";
    case Verdict::kFailed:
      return "✗";
    case Verdict::kNotChecked:
      return "–";
  }
  return "";
}

std::string_view word_of(Verdict verdict) {
  return verdict == Verdict::kNotChecked ? "not_checked" : to_string(verdict);
}

double seconds_of(const Outcome& outcome) {
  return static_cast<double>(outcome.took.count()) / kMs;
}

}  // namespace

Totals count(const std::vector<Outcome>& outcomes) {
  const auto of = [&](Verdict verdict) {
    return static_cast<std::size_t>(std::ranges::count(outcomes, verdict, &Outcome::verdict));
  };
  return {of(Verdict::kPassed), of(Verdict::kFailed), of(Verdict::kNotChecked)};
}

std::string line_of(const Outcome& outcome) {
  const std::string note = outcome.verdict == Verdict::kNotChecked ? "not checked: " + outcome.not_checked
                           : outcome.verdict == Verdict::kFailed   ? std::string(outcome.which->protects)
                                                                 : fmt::format("{} ms", outcome.took.count());
  return fmt::format("{} {:<30} {}\n", sign_of(outcome.verdict), outcome.which->name, note);
}

std::string summary(const std::vector<Outcome>& outcomes) {
  std::string text;
  for (const Outcome& outcome : outcomes) {
    if (outcome.verdict != Verdict::kFailed) continue;
    const Finding& finding = outcome.finding;
    text += fmt::format("\n{} ({})\n    sent      {}\n    expected  {}\n    came      {}\n    mend      {}\n",
                        outcome.which->name, outcome.which->contract, finding.sent, finding.expected,
                        finding.came, finding.mend);
  }
  const Totals totals = count(outcomes);
  return text + fmt::format("\n{} passed, {} failed, {} not checked\n", totals.passed, totals.failed,
                            totals.not_checked);
}

std::string to_json(const std::vector<Outcome>& outcomes) {
  const Totals totals = count(outcomes);
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("passed").value(totals.passed).key("failed").value(totals.failed);
  json.key("not_checked").value(totals.not_checked).key("cases").begin_array();
  for (const Outcome& outcome : outcomes) {
    json.begin_object().key("name").value(outcome.which->name).key("verdict").value(word_of(outcome.verdict));
    json.key("protects_from").value(outcome.which->protects).key("contract").value(outcome.which->contract);
    json.key("seconds").value(seconds_of(outcome));
    if (outcome.verdict == Verdict::kNotChecked) json.key("not_checked").value(outcome.not_checked);
    if (outcome.verdict == Verdict::kFailed) {
      json.key("sent").value(outcome.finding.sent).key("expected").value(outcome.finding.expected);
      json.key("came").value(outcome.finding.came).key("mend").value(outcome.finding.mend);
    }
    json.end_object();
  }
  json.end_array().end_object();
  return text + "\n";
}

std::string to_junit(const std::vector<Outcome>& outcomes) {
  const Totals totals = count(outcomes);
  Markup cases;
  for (const Outcome& outcome : outcomes) {
    const Finding& finding = outcome.finding;
    Markup inside;
    if (outcome.verdict == Verdict::kNotChecked)
      inside = markup("<skipped message=\"{}\"/>", outcome.not_checked);
    if (outcome.verdict == Verdict::kFailed)
      inside = markup("<failure message=\"{}\">sent: {}\nexpected: {}\ncame: {}\nmend: {}</failure>",
                      outcome.which->protects, finding.sent, finding.expected, finding.came, finding.mend);
    cases += markup("<testcase classname=\"{}\" name=\"{}\" time=\"{}\">{}</testcase>\n",
                    outcome.which->stream == Stream::kAlerts ? "alerts" : "cohort-sync", outcome.which->name,
                    seconds_of(outcome), inside);
  }
  return markup(
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"bellwether check\" tests=\"{}\" "
             "failures=\"{}\" skipped=\"{}\">\n{}</testsuite>\n",
             outcomes.size(), totals.failed, totals.not_checked, cases)
      .text();
}

std::string list(const std::vector<const Case*>& cases) {
  std::string text;
  for (const Case* one : cases)
    text += fmt::format("{}\n    {}\n    {}\n", one->name, one->protects, one->contract);
  return text;
}

}  // namespace bellwether::conformance
