// Reads from the binary what the compiler and linker were told to harden: flags in a build file prove nothing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const binary = process.env.BELLWETHER;
const readelf = (...options) => execFileSync('readelf', ['--wide', ...options, binary], { encoding: 'utf8', maxBuffer: 1 << 28 });
const x86 = process.arch === 'x64';

/** How often the bytes occur, given in hexadecimal. */
function count(hex) {
  const code = readFileSync(binary);
  const wanted = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  let found = 0;
  for (let at = code.indexOf(wanted); at >= 0; at = code.indexOf(wanted, at + 1)) ++found;
  return found;
}

test('it can be loaded anywhere, and its tables are read-only before it runs', () => {
  assert.match(readelf('--file-header'), /Type:\s+DYN/);
  const dynamic = readelf('--dynamic');
  assert.match(dynamic, /\(FLAGS_1\).*\bNOW\b.*\bPIE\b/);
  const segments = readelf('--program-headers');
  assert.match(segments, /GNU_RELRO/);
  assert.match(segments, /GNU_STACK.*\bRW\s/, 'the stack is not executable');
});

test('overflows of the stack, of buffers and of containers end the process', () => {
  const symbols = readelf('--dyn-syms');
  assert.match(symbols, /__stack_chk_fail/, '-fstack-protector-strong');
  assert.match(symbols, /__(memcpy|snprintf|read|fread|strncpy|memset|memmove|fdelt|recv)_chk/, '_FORTIFY_SOURCE');
  assert.match(symbols, /glibcxx_assert_fail/, '_GLIBCXX_ASSERTIONS');
});

test('large stack frames touch each page', { skip: !x86 }, () => {
  // sub $0x1000,%rsp and then a write to the new page, as clang and GCC do it.
  const probes = count('48 81 ec 00 10 00 00 48 c7 04 24 00 00 00 00') + count('48 81 ec 00 10 00 00 48 83 0c 24 00');
  assert.ok(probes > 0, '-fstack-clash-protection');
});

test('indirect jumps land only where they may', { skip: !x86 }, () => {
  // Debian 12's start files carry no note of it, so the linker leaves none in ours: the instructions are counted.
  assert.ok(count('f3 0f 1e fa') > 1000, 'endbr64 of -fcf-protection');
});
