// Receivers that are wrong in one thing each, as real ones are. What `bellwether check` says of each is in tests/system/check.test.mjs.
import { Receiver, Store } from './right.mjs';

/** Says that it has whatever comes. */
export class AlwaysOk extends Receiver {
  answer(request, body) {
    const [, answered] = super.answer(request, body);
    return [200, { action: answered.action ?? 'members', status: 'success' }];
  }
}

/** Applies each page as it comes: a load's first page replaces, the others add. */
export class PageByPage extends Receiver {
  take(page) {
    const cohort = (this.store.cohorts[page.cohort] ??= { members: [], session: '' });
    const isFirst = cohort.session !== page.session;
    cohort.session = page.session;
    const members = new Set(page.action === 'members' && isFirst ? [] : cohort.members);
    for (const id of page.ids) {
      if (page.action === 'remove_members') members.delete(id);
      else members.add(id);
    }
    cohort.members = [...members];
    this.store.save();
    return [200, { action: page.action, status: 'success' }];
  }
}

/** Takes each page of a full load for the whole. */
class ReplacingStore extends Store {
  addPage(cohort, page) {
    if (page.action !== 'members') {
      super.addPage(cohort, page);
      return;
    }
    cohort.members = page.ids;
    cohort.last = null;
  }
}
export class ReplacesOnEachPage extends Receiver {
  constructor(options) {
    super(options);
    this.store = new ReplacingStore(options?.file);
  }
  restart() {
    this.store = new ReplacingStore(this.file);
  }
}

/** Answers 404 to a cohort that nobody has entered by hand before. */
export class UnknownCohort extends Receiver {
  take(page) {
    return [404, { action: page.action, status: 'failure', error: { message: `there is no cohort ${page.cohort}`, code: 404 } }];
  }
}

/** Keeps everything in memory. */
export class MemoryOnly extends Receiver {
  constructor(options) {
    super({ ...options, file: undefined });
  }
}
