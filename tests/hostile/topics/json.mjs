// JSON documents in every place where JSON comes in.
import { documents, isNotANumber, misjudged, mutatedDocument } from '../json/documents.mjs';
import { places } from '../json/places.mjs';
import { inParallel } from '../support/prove.mjs';
import { Random } from '../support/random.mjs';

const width = 8;
/** How a refusal says that the JSON itself is wrong (and not the message, or a limit). */
const jsonReasons = /not (valid )?JSON|invalid JSON|syntax|UTF-?8|pars(e|ing)|TAPE|malformed/i;

const isBlank = (bytes) => bytes.every((byte) => byte === 32 || byte === 9);

/** Whether the document stands whole in its place, so that what it is decides. */
function standsWhole(place, { name, bytes }) {
  if (place.nullIsAbsent && name.includes('null')) return false;
  if (!place.isLine) return true;
  // A line break ends the line: what follows is another document. A blank line is none.
  const hasBreak = bytes.some((byte) => byte === 10 || byte === 13);
  return !hasBreak && (place.embedded || !isBlank(bytes));
}

function judge(place, document, answer) {
  if (answer.status >= 500 && answer.status !== 501) return `answered ${answer.status}`;
  if (!standsWhole(place, document)) return null;
  const refused = place.refused(answer);
  if (place.isIngested && isNotANumber(document))
    return refused ? `a record was refused for one property: ${answer.body.slice(0, 200)}` : null;
  if (document.kind === 'n' && !refused) {
    return `a document that is not JSON was taken: ${answer.status} ${answer.body.slice(0, 80)}`;
  }
  if (document.kind === 'y' && refused && jsonReasons.test(place.reason(answer))) {
    return `a valid document was refused: ${answer.body.slice(0, 200)}`;
  }
  return null;
}

async function play(trial, place, document, nth) {
  const bytes = place.request(document, nth);
  const {
    responses: [answer],
    ...got
  } = await trial.send(place.site, bytes, { deadline: 20_000 });
  const wrong = answer
    ? judge(place, document, answer)
    : `no answer (${got.error ?? got.garbage ?? (got.late ? 'hangs' : 'closed')})`;
  if (wrong === null) return;
  trial.fail(`${place.site}: ${place.name}: ${document.kind} ${document.name}: ${wrong}`, {
    site: place.site,
    bytes,
  });
}

/** What was kept although it must not be: all of it has the name "Refused". */
async function expectNothingRefusedIsKept(trial) {
  const { service } = trial.subscriber;
  const { data: cohorts } = await service.get('/v1/cohorts?limit=1000');
  for (const { cohort_id: id } of cohorts)
    if (id.startsWith('Refused'))
      trial.fail(`the subscriber keeps cohort ${id}, whose page was not JSON`);
  if (!cohorts.some(({ cohort_id: id }) => id.startsWith('Accepted')))
    trial.fail('the subscriber keeps no cohort whose page was JSON');
  const { data: alerts } = await service.get('/v1/alerts?limit=1000');
  if (alerts.some(({ payload }) => payload?.name === 'Refused'))
    trial.fail('the subscriber keeps an alert that was not JSON');
  if (!alerts.some(({ payload }) => payload?.name === 'Accepted'))
    trial.fail('the subscriber keeps no alert that was JSON');
  const count = async (condition) =>
    (
      await trial.publisher.service.call('POST', '/v1/cohorts/preview', {
        project_id: '8',
        definition: { groups: [{ conditions: [condition] }] },
      })
    ).count;
  const has = (property) => ({ profile: { property, op: 'is', value: true } });
  if ((await count({ did: { event: 'Refused' } })) !== 0)
    trial.fail('the publisher keeps events that were not JSON');
  if ((await count({ did: { event: 'Accepted' } })) === 0)
    trial.fail('the publisher keeps no events that were JSON');
  if ((await count(has('Refused'))) !== 0)
    trial.fail('the publisher keeps profiles that were not JSON');
  if ((await count(has('Accepted'))) === 0)
    trial.fail('the publisher keeps no profiles that were JSON');
}

export const json = {
  name: 'json',
  async attack(trial) {
    const wrong = misjudged();
    if (wrong.length > 0) trial.fail(`documents of the wrong kind: ${wrong.join(', ')}`);
    const every = trial.options.quick ? 4 : 1;
    const plan = places
      .flatMap((place, p) =>
        documents.map((document, d) => [place, document, p * documents.length + d]),
      )
      .filter((_, at) => (at + Math.floor(at / documents.length)) % every === 0);
    const one = async ([place, document, nth]) => {
      if (trial.goesOn) await play(trial, place, document, nth);
    };
    await inParallel(plan, width, one);
    const random = new Random(trial.options.seed);
    for (let nth = 1_000_000; trial.hasTime && trial.goesOn; nth += 100) {
      await inParallel(
        Array.from({ length: 100 }, (_, i) => [
          random.pick(places),
          mutatedDocument(random),
          nth + i,
        ]),
        width,
        one,
      );
    }
    if (trial.goesOn) await expectNothingRefusedIsKept(trial);
  },
};
