// A mail server on loopback that keeps what it is given.
import net from 'node:net';
import { atEnd } from './bellwether.mjs';

/** One mail: who from, who to, its lines. */
class Mail {
  lines = [];
  constructor(from) { this.from = from; }

  /** The decoded body of its part of that type, wherever it is nested; undefined when there is none. */
  part(type) {
    const text = this.lines.join('\n');
    const found = new RegExp(`Content-Type: ${type}[^]*?\\n\\n([A-Za-z0-9+/=\\n]*)`).exec(text);
    return found ? Buffer.from(found[1].replaceAll('\n', ''), 'base64') : undefined;
  }
}

export class MailServer {
  taken = [];  // mails that are whole

  static async start(t) {
    const mail = new MailServer();
    mail.server = net.createServer((socket) => mail.#talk(socket));
    await new Promise((resolve) => mail.server.listen(0, '127.0.0.1', resolve));
    mail.url = `smtp://127.0.0.1:${mail.server.address().port}`;
    atEnd(t, () => mail.server.close());
    return mail;
  }

  #talk(socket) {
    let data = '';
    let open = null;
    let inBody = false;
    const say = (line) => socket.write(`${line}\r\n`);
    say('220 test');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      data += chunk;
      for (let end = data.indexOf('\r\n'); end >= 0; end = data.indexOf('\r\n')) {
        const line = data.slice(0, end);
        data = data.slice(end + 2);
        if (inBody && line !== '.') {
          open.lines.push(line);
        } else if (inBody) {
          inBody = false;
          this.taken.push(open);
          say('250 kept');
        } else if (line.startsWith('MAIL')) {
          open = new Mail(/<(.*)>/.exec(line)[1]);
          say('250 ok');
        } else if (line.startsWith('RCPT')) {
          open.to = /<(.*)>/.exec(line)[1];
          say('250 ok');
        } else if (line === 'DATA') {
          inBody = true;
          say('354 go on');
        } else if (line === 'QUIT') {
          socket.end('221 bye\r\n');
        } else {
          say('250 ok');
        }
      }
    });
  }
}
