// The AsyncAPI documents, judged from outside: by the AsyncAPI parser, by ajv, and against each other.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Parser } from '@asyncapi/parser';
import { Subscriber, alert, page, run } from './support/bellwether.mjs';
import { documents, schemaOf, text, validator } from './support/asyncapi.mjs';

const facts = JSON.parse(readFileSync(new URL('../contract/wire.json', import.meta.url)));

for (const version of ['2.6', '3.1']) {
  test(`AsyncAPI ${version} parses without an error`, async () => {
    const { document, diagnostics } = await new Parser().parse(text(version));
    assert.deepEqual(diagnostics.filter((found) => found.severity === 0), []);
    assert.ok(document);
  });

  test(`AsyncAPI ${version} has every field, type, required list and enum of the wire`, () => {
    const schemas = documents[version].components.schemas;
    assert.deepEqual(Object.keys(schemas).sort(), Object.keys(facts).sort());
    for (const [name, expected] of Object.entries(facts)) {
      const { required = [], properties } = schemas[name];
      assert.deepEqual([...required].sort(), [...expected.required].sort(), name);
      const found = Object.fromEntries(Object.entries(properties).map(([field, schema]) => [field, describe(schema)]));
      assert.deepEqual(found, expected.fields, name);
    }
  });

  test(`the examples of AsyncAPI ${version} conform`, () => {
    for (const message of Object.values(documents[version].components.messages)) {
      const check = validator(version, message.payload.$ref.split('/').at(-1));
      for (const example of message.examples ?? []) assert.equal(check(example.payload), null);
    }
  });
}

function describe(schema) {
  if (schema.$ref) return schema.$ref.split('/').at(-1);
  if (schema.enum) return schema.enum.join('|');
  if (schema.type === 'array') return `[${describe(schema.items)}]`;
  if (schema.type === 'object') {
    return Object.fromEntries(Object.entries(schema.properties).map(([field, inner]) => [field, describe(inner)]));
  }
  return schema.format ? `${schema.type} ${schema.format}` : schema.type;
}

test('the two documents agree with each other', () => {
  assert.deepEqual(documents['2.6'].components.schemas, documents['3.1'].components.schemas);
  const wire = (messages) => Object.fromEntries(Object.entries(messages)
    .filter(([name]) => name !== 'CohortSyncReply')
    .map(([name, message]) => [name, { ...message, correlationId: undefined }]));
  assert.deepEqual(wire(documents['2.6'].components.messages), wire(documents['3.1'].components.messages));
  const addresses = Object.values(documents['3.1'].channels).map((channel) => channel.address).filter(Boolean);
  assert.deepEqual(Object.keys(documents['2.6'].channels), addresses);
});

test('3.1 says the reply and the correlation by session', () => {
  const operation = documents['3.1'].operations.receiveMixpanelCohortSync;
  assert.equal(operation.reply.messages.length, 1);
  const reply = documents['3.1'].components.messages.CohortSyncReply;
  assert.equal(reply.payload.$ref, '#/components/schemas/CohortSyncResponse');
  for (const name of ['CohortMembers', 'CohortAddMembers', 'CohortRemoveMembers']) {
    const id = documents['3.1'].components.messages[name].correlationId.$ref.split('/').at(-1);
    assert.equal(documents['3.1'].components.correlationIds[id].location,
      '$message.payload#/parameters/mixpanel_session_id');
  }
});

test('what is accepted conforms, what does not conform is refused, and every answer conforms', async (t) => {
  const subscriber = await Subscriber.start(t);
  const corpus = new URL('../contract/messages/', import.meta.url);
  const answerConforms = validator('3.1', 'CohortSyncResponse');
  for (const kind of ['valid', 'tolerated', 'invalid']) {
    for (const file of readdirSync(new URL(`${kind}/`, corpus))) {
      const body = readFileSync(new URL(`${kind}/${file}`, corpus), 'utf8');
      const message = JSON.parse(body);
      const isAlert = file.startsWith('alert');
      const schema = isAlert ? 'CustomAlertTriggeredPayload' : schemaOf[message.action] ?? 'CohortMembersPayload';
      const wrong = validator('3.1', schema)(message);
      const response = await subscriber.post(isAlert ? '/mixpanel/alerts' : '/mixpanel/cohort-sync', body);
      const answer = await response.json();
      assert.equal(response.status, kind === 'invalid' ? 400 : 200, `${file}: ${JSON.stringify(answer)}`);
      // Tolerated: what the contract does not allow and a membership can be read from (docs/receiving.md).
      if (kind === 'valid') assert.equal(wrong, null, file);
      if (kind !== 'valid') assert.notEqual(wrong, null, file);
      if (!isAlert && schemaOf[message.action]) {
        assert.equal(answerConforms(answer), null, file);
        assert.equal(answer.action, message.action);
        assert.equal(answer.status, kind === 'invalid' ? 'failure' : 'success');
      }
    }
  }
  for (const made of [page('members', 's', { ids: ['ann'] }), page('add_members', 't'), alert()]) {
    assert.equal(validator('2.6', schemaOf[made.action] ?? 'CustomAlertTriggeredPayload')(made), null);
  }
});

test('`bellwether contract` prints the documents and the subscriber serves them', async (t) => {
  assert.equal(run(['contract']).stdout, text('3.1'));
  assert.equal(run(['contract', '--version', '2.6']).stdout, text('2.6'));
  assert.notEqual(run(['contract', '--version', '2.5']).status, 0);
  const subscriber = await Subscriber.start(t);
  assert.equal(await (await fetch(`${subscriber.admin}/asyncapi.yaml`)).text(), text('3.1'));
  assert.equal(await (await fetch(`${subscriber.admin}/asyncapi.yaml?version=2.6`)).text(), text('2.6'));
  assert.equal((await fetch(`${subscriber.admin}/asyncapi.yaml?version=1`)).status, 400);
});
