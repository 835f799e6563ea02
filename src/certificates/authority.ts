import {spawn} from 'node:child_process';
import {X509Certificate} from 'node:crypto';
import {once} from 'node:events';
import {existsSync, mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
import {writeOnce} from '../files/write-once.js';
import {writeWhole} from '../files/write-whole.js';

export interface Certificate {
  /** PEM: the certificate, then the authority's */
  chain: string;
  /** PEM, PKCS #8 */
  privateKey: string;
}

/** What a certificate is to be made of: see issuer.ts. `now`: ms; `days`: how long it is good */
export type IssuerTask = {now: number; days: number} & (
  {kind: 'authority'} | {kind: 'leaf'; hosts: readonly [string, ...string[]]; authority: Certificate}
);

const DAY_MS = 24 * 3600 * 1000;
/** ms before its end at which a certificate is made anew */
const RENEW_MS = 30 * DAY_MS;
/** days: what browsers take at most */
const LEAF_DAYS = 397;
const AUTHORITY_DAYS = 3650;
/** a name, a wildcard or an address: no way out of the folder of their files */
const HOST = /^[\w.*:-]{1,255}$/;

/**
 * The certificate authority of an installation: made at its first use, with a key that never leaves this machine. What
 * it signs is trusted only where the user says so (`dyno env`, `dyno certs:trust`).
 *
 *   <ca>/ca.pem             for everybody to trust
 *   <ca>/authority.pem      the same, then its key   0600
 *   <ca>/hosts/<host>.pem   chain, then key          0600
 */
export class Authority {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #shelf = new Map<string, Certificate>();
  #opening: Promise<Certificate> | undefined;
  readonly #making = new Map<string, Promise<Certificate>>();
  /** ends when nothing is being issued: one at a time, since each is a process */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
    mkdirSync(join(folder, 'hosts'), {recursive: true, mode: 0o700});
  }

  get file(): string {
    return join(this.#folder, 'ca.pem');
  }

  /** Makes the authority, unless it is there. Answers its certificate, PEM. */
  async ensure(): Promise<string> {
    if (existsSync(this.file)) return readFileSync(this.file, 'utf8');
    return (await this.#open()).chain;
  }

  /** A certificate for these names (the first one names it), made now or earlier. Rejects what is no host name. */
  async certificateFor(hosts: readonly [string, ...string[]]): Promise<Certificate> {
    const [name] = hosts;
    const found = this.find(name);
    if (found) return found;
    let making = this.#making.get(name);
    if (!making) {
      making = this.#issue(hosts).finally(() => this.#making.delete(name));
      this.#making.set(name, making);
    }
    return making;
  }

  /** The certificate of this name, if it was made and is good for a while yet. */
  find(name: string): Certificate | undefined {
    const found = this.#shelf.get(name) ?? this.#read(name);
    if (!found || Date.parse(new X509Certificate(found.chain).validTo) - this.#now() < RENEW_MS) return undefined;
    this.#shelf.set(name, found);
    return found;
  }

  #read(name: string): Certificate | undefined {
    try {
      return split(readFileSync(this.#pathOf(name), 'utf8'));
    } catch {
      return undefined;
    }
  }

  async #issue(hosts: readonly [string, ...string[]]): Promise<Certificate> {
    const path = this.#pathOf(hosts[0]);
    const authority = await this.#open();
    const issued = this.#turn.then(() => issue({kind: 'leaf', hosts, authority, now: this.#now(), days: LEAF_DAYS}));
    this.#turn = issued.catch(() => undefined);
    const certificate = await issued;
    writeWhole(path, certificate.chain + certificate.privateKey, 0o600);
    this.#shelf.set(hosts[0], certificate);
    return certificate;
  }

  #open(): Promise<Certificate> {
    this.#opening ??= this.#readOrMake().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #readOrMake(): Promise<Certificate> {
    const path = join(this.#folder, 'authority.pem');
    const authority = split(existsSync(path) ? readFileSync(path, 'utf8') : await this.#make(path))!;
    if (!existsSync(this.file)) writeWhole(this.file, authority.chain, 0o644);
    return authority;
  }

  async #make(path: string): Promise<string> {
    const {chain, privateKey} = await issue({kind: 'authority', now: this.#now(), days: AUTHORITY_DAYS});
    return writeOnce(path, chain + privateKey);
  }

  #pathOf(name: string): string {
    if (!HOST.test(name)) throw new Error(`${JSON.stringify(name.slice(0, 60))} is no host name.`);
    return join(this.#folder, 'hosts', `${name.replace('*', '_')}.pem`);
  }
}

/** In a process of its own, see issuer.ts. */
async function issue(task: IssuerTask): Promise<Certificate> {
  const script = fileURLToPath(new URL('./issuer.js', import.meta.url));
  const issuer = spawn(process.execPath, [script], {stdio: ['pipe', 'pipe', 'pipe']});
  issuer.stdin.on('error', () => undefined).end(JSON.stringify(task));
  const ended = once(issuer, 'close') as Promise<[status: number | null]>;
  const [[status], answer, complaint] = await Promise.all([ended, text(issuer.stdout), text(issuer.stderr)]);
  if (status !== 0) throw new Error(`No certificate was made: ${complaint.trim().slice(-500)}`);
  return JSON.parse(answer) as Certificate;
}

/** Certificates, then a key: the form of every file here but ca.pem. */
function split(text: string): Certificate | undefined {
  const at = text.indexOf('-----BEGIN PRIVATE KEY-----');
  return at < 0 ? undefined : {chain: text.slice(0, at), privateKey: text.slice(at)};
}
