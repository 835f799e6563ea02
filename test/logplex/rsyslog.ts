import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {TestCertificate} from './certificates.js';
import {until} from '../support/until.js';

const daemon = '/usr/sbin/rsyslogd';
const tlsModule = ['/usr/lib/x86_64-linux-gnu/rsyslog', '/usr/lib/aarch64-linux-gnu/rsyslog', '/usr/lib/rsyslog'];

export const hasRsyslog = existsSync(daemon);
export const hasRsyslogTls = hasRsyslog && tlsModule.some((directory) => existsSync(join(directory, 'lmnsd_gtls.so')));

/** Debian's rsyslogd with a configuration, a process and files of its own; it writes one line per message. */
export class Rsyslog {
  readonly port: number;
  readonly #directory: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(port: number, directory: string, process: ChildProcess, exited: Promise<unknown>) {
    this.port = port;
    this.#directory = directory;
    this.#process = process;
    this.#exited = exited;
  }

  static async start(certificate?: TestCertificate): Promise<Rsyslog> {
    const directory = await mkdtemp(join(tmpdir(), 'dyno-rsyslog-'));
    await mkdir(join(directory, 'work'));
    if (certificate) {
      await writeFile(join(directory, 'cert.pem'), certificate.certificateChain);
      await writeFile(join(directory, 'key.pem'), certificate.privateKey, {mode: 0o600});
    }
    await writeFile(join(directory, 'rsyslog.conf'), configuration(directory, certificate !== undefined));
    const process = spawn(daemon, ['-n', '-f', join(directory, 'rsyslog.conf'), '-i', join(directory, 'pid')], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const exited = new Promise((resolve) => process.once('exit', resolve));
    const portFile = join(directory, 'port');
    const port = async () => Number(await readFile(portFile, 'utf8').catch(() => '0'));
    await until('rsyslogd to listen', async () => (await port()) > 0);
    return new Rsyslog(await port(), directory, process, exited);
  }

  /** Every message as `<pri>|<time>|<host>|<app-name>|<procid>|<msgid>|<structured data>|<message>`. */
  async lines(): Promise<string[]> {
    const text = await readFile(join(this.#directory, 'out'), 'utf8').catch(() => '');
    return text.split('\n').slice(0, -1);
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGTERM');
    await this.#exited;
    await rm(this.#directory, {recursive: true});
  }
}

function configuration(directory: string, tls: boolean): string {
  const driver = tls ? ' streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon"' : '';
  const certificates = tls
    ? `global(defaultNetstreamDriverCAFile="${directory}/cert.pem" defaultNetstreamDriverCertFile="${directory}/cert.pem" defaultNetstreamDriverKeyFile="${directory}/key.pem")`
    : '';
  return `
global(workDirectory="${directory}/work" maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off")
${certificates}
module(load="imtcp")
template(name="line" type="string" string="%pri%|%timestamp:::date-rfc3339%|%hostname%|%app-name%|%procid%|%msgid%|%structured-data%|%msg:::drop-last-lf%\\n")
input(type="imtcp" port="0" address="127.0.0.1" listenPortFileName="${directory}/port"${driver})
action(type="omfile" file="${directory}/out" template="line" flushOnTXEnd="on")
`;
}
