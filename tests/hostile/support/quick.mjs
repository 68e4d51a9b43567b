// The quick form of a topic as a test.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prove, table } from './prove.mjs';

export function proveQuickly(topic) {
  test(`nobody can kill the services by ${topic.name}`, async (t) => {
    const result = await prove(t, topic, { quick: true, seed: 1, seconds: 0 });
    for (const line of table([result]).split('\n')) t.diagnostic(line);
    assert.equal(result.failures.length, 0, `\n${result.failures.join('\n')}`);
  });
}
