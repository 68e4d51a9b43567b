// SQLite as another tool sees it, through Debian's own shell.
import { spawnSync } from 'node:child_process';

export class DatabaseSync {
  constructor(file, { readOnly = false } = {}) {
    this.args = [...(readOnly ? ['-readonly'] : []), '-json', file];
  }
  exec(sql) {
    const done = spawnSync('sqlite3', this.args, { input: sql, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(done.stderr || String(done.error));
    return done.stdout;
  }
  get(sql) {
    return JSON.parse(this.exec(sql))[0];
  }
  close() {}
}
