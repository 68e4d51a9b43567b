#include <cstdlib>
#include <thread>
#include <tuple>

#include <fmt/format.h>

#include "conformance/probe.hpp"

/// Who is in a cohort after runs that went well, badly, or out of order: where naive readings lose data.
namespace bellwether::conformance {

namespace {

using contract::Action;

constexpr std::string_view kAtOnce =
    "Keep a load's pages apart until all are there, and then replace the membership in one step.";
constexpr std::string_view kWhole =
    "Apply a run as a whole, and take back what a run did that a newer session shows not to have succeeded.";

Members ids(std::size_t first, std::size_t count) {
  Members set;
  for (const Member& member : members(first, count)) set.insert(member.id);
  return set;
}

Members join(Members one, const Members& other) {
  one.insert(other.begin(), other.end());
  return one;
}

/// A cohort and its runs.
class Story {
 public:
  explicit Story(Probe& probe) : Story(probe, probe.target().project) {}
  Story(Probe& probe, std::string project)
      : probe_(probe), project_(std::move(project)), cohort_(probe.fresh_cohort()) {}

  void begin_run() { session_ = probe_.fresh_session(); }
  Page page(Action action, std::vector<Member> who, std::uint32_t count, std::uint32_t total) {
    Page page = probe_.page(action, cohort_, session_, std::move(who), count, total);
    page.project = project_;
    return page;
  }
  void send(Action action, std::vector<Member> who, std::uint32_t count, std::uint32_t total) {
    probe_.deliver(page(action, std::move(who), count, total));
  }
  /// A run of one page.
  void load(std::vector<Member> who) {
    begin_run();
    send(Action::kMembers, std::move(who), 1, 1);
  }
  /// A run of those who entered and those who left.
  void change(std::vector<Member> entered, std::vector<Member> left) {
    begin_run();
    send(Action::kAddMembers, std::move(entered), 1, 2);
    send(Action::kRemoveMembers, std::move(left), 2, 2);
  }
  void expect(const Members& who, std::string_view sent, std::string_view mend) {
    probe_.expect_members(page(Action::kMembers, {}, 1, 1), who, sent, mend);
  }
  void expect_still(const Members& who, std::string_view sent, std::string_view mend) {
    probe_.expect_still(page(Action::kMembers, {}, 1, 1), who, sent, mend);
  }

 private:
  Probe& probe_;
  std::string project_;
  std::string cohort_;
  std::string session_;
};

void full_load_swaps_at_once(Probe& probe) {
  Story story(probe);
  story.load(members(0, 4));
  story.expect(ids(0, 4), "a full load of one page", kAtOnce);
  story.begin_run();
  story.send(Action::kMembers, members(2, 3), 1, 3);
  story.send(Action::kMembers, members(5, 3), 2, 3);
  story.expect_still(ids(0, 4), "two of three pages of the next full load", kAtOnce);
  story.send(Action::kMembers, members(8, 3), 3, 3);
  story.expect(ids(2, 9), "the third page", kAtOnce);
}

void replace_removes(Probe& probe) {
  Story story(probe);
  story.load(members(0, 10));
  story.load(members(9, 2));
  story.expect(ids(9, 2), "a full load of 10, and then one of 2",
               "A full load replaces: who is not in it has left.");
  story.load({});
  story.expect({}, "an empty full load", "A full load of nobody empties the cohort.");
}

void pages_out_of_order(Probe& probe) {
  Story story(probe);
  story.begin_run();
  for (const std::uint32_t count : {3U, 1U, 4U, 2U})
    story.send(Action::kMembers, members(std::size_t{count} * 10, 5), count, 4);
  Members all;
  for (const std::size_t count : {1U, 2U, 3U, 4U}) all = join(all, ids(count * 10, 5));
  story.expect(all, "the pages 3, 1, 4, 2 of 4",
               "Count which pages are there; do not wait for the last number.");
}

void pages_repeated(Probe& probe) {
  Story story(probe);
  story.load(members(0, 2));
  story.begin_run();
  story.send(Action::kMembers, members(10, 5), 1, 2);
  story.send(Action::kMembers, members(10, 5), 1, 2);
  story.expect_still(ids(0, 2), "the first of two pages, twice",
                     "Know a page by its session, action and index; count it once.");
  story.send(Action::kMembers, members(20, 5), 2, 2);
  story.send(Action::kMembers, members(20, 5), 2, 2);
  story.send(Action::kMembers, members(10, 5), 1, 2);
  story.expect(join(ids(10, 5), ids(20, 5)), "both pages of two, repeated",
               "A page that comes again is answered with success and changes nothing.");
}

void pages_in_parallel(Probe& probe) {
  constexpr std::uint32_t kPages = 8;
  Story story(probe);
  story.begin_run();
  std::vector<std::string> bodies;
  for (std::uint32_t i = 1; i <= kPages; ++i)
    bodies.push_back(encode(story.page(Action::kMembers, members(std::size_t{i} * 100, 50), i, kPages)));
  std::vector<retry_policy::Attempt> attempts(kPages);
  std::vector<std::thread> threads;
  threads.reserve(kPages);
  for (std::size_t i = 0; i < kPages; ++i)
    threads.emplace_back([&, i] { attempts[i] = probe.send_beside(bodies[i]); });
  for (std::thread& thread : threads) thread.join();
  Members all;
  for (std::uint32_t i = 1; i <= kPages; ++i) {
    probe.expect_taken(story.page(Action::kMembers, members(std::size_t{i} * 100, 50), i, kPages),
                       attempts[i - 1]);
    all = join(all, ids(std::size_t{i} * 100, 50));
  }
  story.expect(all, "eight pages at the same time",
               "Serialise the pages of a session, in a transaction of the database.");
}

void numbering_by_run(Probe& probe) {
  Story story(probe);
  story.load(members(0, 5));
  story.begin_run();
  story.send(Action::kAddMembers, members(10, 3), 1, 3);
  story.send(Action::kAddMembers, members(13, 3), 2, 3);
  story.expect_still(ids(0, 5), "two of three pages of a run", kWhole);
  story.send(Action::kRemoveMembers, members(0, 2), 3, 3);
  story.expect(join(ids(2, 3), ids(10, 6)), "a run whose pages are numbered through", kWhole);
}

void numbering_by_action(Probe& probe) {
  // A project's sender numbers in one way, and receivers may remember in which.
  Story story(probe, probe.target().other_project);
  story.begin_run();
  const auto known =
      probe.send(Stream::kCohortSync, encode(story.page(Action::kMembers, members(0, 5), 1, 1)));
  if (known && (known->status == 401 || known->status == 403 || known->status == 404))
    throw Obstacle{"the endpoint does not take project " + probe.target().other_project +
                   ": name one by --other-project"};
  story.load(members(0, 5));
  story.begin_run();
  story.send(Action::kAddMembers, members(10, 3), 1, 2);
  story.send(Action::kAddMembers, members(13, 3), 2, 2);
  story.send(Action::kRemoveMembers, members(0, 2), 1, 1);
  story.expect(join(ids(2, 3), ids(10, 6)), "a run whose actions are numbered each by itself",
               "Senders number in both ways: a page is known by its action too.");
}

void first_load_by_add(Probe& probe) {
  Story story(probe);
  story.begin_run();
  story.send(Action::kAddMembers, members(0, 5), 1, 2);
  story.send(Action::kAddMembers, members(5, 5), 2, 2);
  story.expect(ids(0, 10), "a first load by add_members", "A cohort may begin with add_members.");
}

void add_and_remove(Probe& probe) {
  Story story(probe);
  story.load(members(0, 5));
  story.change(members(5, 2), members(0, 2));
  story.expect(ids(2, 5), "a run that adds two and removes two", "Apply both actions of a run.");
  story.change({}, {});
  story.expect_still(ids(2, 5), "a run without changes", "An empty add_members replaces nothing.");
  story.change({}, {{"nobody-we-know"}});
  story.expect_still(ids(2, 5), "a removal of somebody unknown", "It is no error, and changes nothing.");
}

void failed_run_leaves_nothing(Probe& probe) {
  Story story(probe);
  story.load(members(0, 3));
  story.begin_run();
  story.send(Action::kAddMembers, {{"came-and-went"}}, 1, 2);
  // Its second page never comes, and who came has left: the next run does not mention them.
  story.change({{"later"}}, {});
  story.expect(join(ids(0, 3), {"later"}),
               "half a run that adds somebody, and a next run that does not mention them", kWhole);
}

void failed_removal_leaves_nothing(Probe& probe) {
  Story story(probe);
  story.load(members(0, 3));
  story.begin_run();
  story.send(Action::kRemoveMembers, members(0, 1), 2, 2);
  story.change({{"later"}}, {});
  story.expect(join(ids(0, 3), {"later"}),
               "half a run that removes somebody, and a next run that does not mention them", kWhole);
}

void lost_answer_converges(Probe& probe) {
  Story story(probe);
  story.load(members(0, 3));
  story.expect(ids(0, 3), "a full load", kAtOnce);
  story.begin_run();
  story.send(Action::kAddMembers, {{"stays"}, {"came-and-went"}}, 1, 2);
  Unusual unusual;
  unusual.lose_answer = true;
  // Nothing can be learnt from an answer that is not read.
  std::ignore =
      probe.send(Stream::kCohortSync, encode(story.page(Action::kRemoveMembers, {}, 2, 2)), unusual);
  // For the sender that run has failed: it says again what still holds, against the state before it.
  story.change({{"stays"}}, {});
  story.expect(join(ids(0, 3), {"stays"}),
               "a run whose last answer is lost, and a next one that repeats one of its two adds",
               "An add of a member whom the last run added shows that the sender did not see that run "
               "succeed: take back "
               "what it changed and is not repeated.");
}

void ten_thousand_members(Probe& probe) {
  constexpr std::uint32_t kPages = 10;
  constexpr std::size_t kEach = 1000;
  Story story(probe);
  story.begin_run();
  for (std::uint32_t i = 1; i <= kPages; ++i)
    story.send(Action::kMembers, members(i * kEach, kEach), i, kPages);
  story.expect(ids(kEach, kPages * kEach), "a full load of ten pages of 1,000", kAtOnce);
}

void restart(Probe& probe) {
  const std::string& command = probe.target().restart_command;
  // NOLINTNEXTLINE(bugprone-command-processor, cert-env33-c): the user's own command, asked for by an option
  if (std::system(command.c_str()) != 0)
    throw Finding{command, "that it ends with 0", "another status", "Mend the restart command."};
}

void survives_restart(Probe& probe) {
  Story story(probe);
  story.load(members(0, 5));
  restart(probe);
  story.expect(ids(0, 5), "a full load, and a restart", "Answer when what you answer for is on the disk.");
  story.begin_run();
  story.send(Action::kAddMembers, members(10, 2), 1, 2);
  restart(probe);
  story.send(Action::kRemoveMembers, members(0, 1), 2, 2);
  story.expect(join(ids(1, 4), ids(10, 2)), "a run of two pages, with a restart between them",
               "Keep the pages of an open run on the disk too.");
}

constexpr Case kCases[] = {
    {"full-load-swaps-at-once", "A reader that looks while a full load comes must not see half a cohort.",
     "members, page_info", Stream::kCohortSync, Needs::kMirror, full_load_swaps_at_once},
    {"replace-removes", "Who left while nobody synced is only missing from the next full load.", "members",
     Stream::kCohortSync, Needs::kMirror, replace_removes},
    {"pages-out-of-order", "A retried page comes behind later ones.", "page_info", Stream::kCohortSync,
     Needs::kMirror, pages_out_of_order},
    {"pages-repeated", "A page whose answer was lost comes again.", "page_info", Stream::kCohortSync,
     Needs::kMirror, pages_repeated},
    {"pages-in-parallel", "Pages may come over several connections at once.", "page_info",
     Stream::kCohortSync, Needs::kMirror, pages_in_parallel},
    {"numbering-by-run", "page_count may go through all pages of a run.", "page_info", Stream::kCohortSync,
     Needs::kMirror, numbering_by_run},
    {"numbering-by-action", "page_count may begin anew with each action.", "page_info", Stream::kCohortSync,
     Needs::kMirror, numbering_by_action},
    {"first-load-by-add", "A first sync may come as add_members.", "add_members", Stream::kCohortSync,
     Needs::kMirror, first_load_by_add},
    {"add-and-remove", "A run has both actions, either may be empty.", "add_members, remove_members",
     Stream::kCohortSync, Needs::kMirror, add_and_remove},
    {"failed-run-leaves-nothing",
     "Who was added by half a run and left since is never mentioned again, and stays for ever.",
     "mixpanel_session_id; diffs are against the last run that succeeded", Stream::kCohortSync,
     Needs::kMirror, failed_run_leaves_nothing},
    {"failed-removal-leaves-nothing",
     "Who was removed by half a run and came back is never mentioned again, and stays away.",
     "mixpanel_session_id; diffs are against the last run that succeeded", Stream::kCohortSync,
     Needs::kMirror, failed_removal_leaves_nothing},
    {"lost-answer-converges",
     "A run that succeeded here and failed there must be told from one that did not.",
     "diffs are against the last run that succeeded", Stream::kCohortSync, Needs::kMirror,
     lost_answer_converges},
    {"ten-thousand-members", "A first load is many pages; all of them count.", "page_info",
     Stream::kCohortSync, Needs::kMirror, ten_thousand_members},
    {"survives-restart", "What was answered with success is there after the endpoint is restarted.",
     "CohortSyncResponse, success", Stream::kCohortSync, Needs::kRestart, survives_restart},
};

}  // namespace

std::span<const Case> membership_cases() {
  return kCases;
}

}  // namespace bellwether::conformance
