#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>
#include <termios.h>
#include <unistd.h>

#include "cli/commands.hpp"
#include "net/credentials.hpp"

namespace bellwether::cli {

namespace {

/// Turns the terminal's echo off while it lives.
class NoEcho {
 public:
  NoEcho() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= static_cast<tcflag_t>(~ECHO);
    changed_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  ~NoEcho() {
    if (changed_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }

 private:
  termios before_{};
  bool changed_ = false;
};

int run() {
  std::string password;
  if (isatty(STDIN_FILENO) != 0) {
    std::fputs("Password: ", stderr);
    const NoEcho silent;
    std::getline(std::cin, password);
    std::fputs("\n", stderr);
  } else {
    std::getline(std::cin, password);
  }
  if (password.empty()) return complain("the password is empty");
  std::puts(net::hash_password(password).c_str());
  return EXIT_SUCCESS;
}

}  // namespace

void add_hash_password_command(CLI::App& app, Action& action) {
  auto* command =
      app.add_subcommand("hash-password", "Read a password from standard input and print its salted hash");
  command->callback([&action] { action = run; });
}

}  // namespace bellwether::cli
