// Every entry of the framing tables, on all four listeners.
import { inParallel } from '../support/prove.mjs';
import { Random } from '../support/random.mjs';
import { entries, mutated } from '../framing/table.mjs';

const width = 16;

function isAllowed(allowed, response, site) {
  if (allowed === 'ok') return response.status === 200 && site.isOk(response.body);
  return response.status === (allowed === 'plain' ? 404 : allowed);
}

/** Why an outcome of the table does not hold; null when it does. */
function mismatch({ answers, closes }, got, site) {
  if (got.responses.length !== answers.length)
    return `${got.responses.length} answers instead of ${answers.length}`;
  const wrong = answers.findIndex(
    (allowed, i) => !allowed.some((each) => isAllowed(each, got.responses[i], site)),
  );
  if (wrong >= 0)
    return `answer ${wrong + 1} is ${got.responses[wrong].status}, expected ${answers[wrong].join(' or ')}`;
  if (closes && got.kept) return 'the connection goes on';
  if (closes && !got.closed) return 'the connection is not closed';
  if (!closes && !got.kept) return 'the connection does not go on';
  return null;
}

function judge(entry, got, site) {
  if (got.garbage) return got.garbage;
  if (got.rest) return `half an answer: ${got.rest.slice(0, 60)}`;
  if (
    got.interim.some(({ status }) => status !== 100) ||
    got.interim.length > entry.outcomes[0].answers.length
  )
    return 'a wrong interim answer';
  const reasons = entry.outcomes.map((outcome) => mismatch(outcome, got, site));
  return reasons.includes(null) ? null : reasons.join(', or ');
}

async function play(trial, site, entry) {
  const bytes = entry.bytes(site);
  const expected = Math.max(...entry.outcomes.map(({ answers }) => answers.length));
  const got = await trial.send(site.name, bytes, {
    expected,
    bodiless: entry.bodiless,
    end: entry.end,
  });
  const wrong = judge(entry, got, site);
  if (wrong === null) return;
  const seen = `${got.responses.map(({ status }) => status).join(' ') || 'no answer'}, ${got.kept ? 'goes on' : got.late ? 'hangs' : 'closed'}`;
  trial.fail(
    `${site.name}: ${entry.name} (${entry.rfc}): ${wrong}; got ${seen}${got.error ? `, ${got.error}` : ''}`,
    { site: site.name, bytes },
  );
}

/** Answers to HEAD have lengths without bodies, so they cannot be told apart when others follow. */
const readable = (bytes) => !bytes.includes('HEAD ');

/** A changed request must be answered or closed, in valid HTTP; a few wait for more and are cut by our deadline. */
async function playChanged(trial, site, random) {
  const bytes = mutated(random.pick(entries).bytes(site), random);
  const got = await trial.send(site.name, bytes, { end: true });
  if (got.garbage && readable(bytes))
    trial.fail(`${site.name}: a changed request: ${got.garbage}`, { site: site.name, bytes });
  if (got.late)
    trial.fail(`${site.name}: a changed request is neither answered nor closed`, {
      site: site.name,
      bytes,
    });
  if (!trial.isAlive())
    trial.fail(`${site.name}: the process died at about this request`, { site: site.name, bytes });
}

export const framing = {
  name: 'framing',
  async attack(trial) {
    const random = new Random(trial.options.seed);
    await inParallel(
      trial.sites.flatMap((site) => entries.map((entry) => [site, entry])),
      width,
      async ([site, entry]) => {
        if (trial.goesOn) await play(trial, site, entry);
      },
    );
    while (trial.hasTime && trial.goesOn) {
      await inParallel(
        Array.from({ length: 200 }, () => random.pick(trial.sites)),
        width,
        (site) => playChanged(trial, site, random),
      );
    }
  },
};
