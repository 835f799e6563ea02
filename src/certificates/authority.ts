import {randomBytes, webcrypto, X509Certificate} from 'node:crypto';
import {existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

export interface Certificate {
  /** PEM: the certificate, then the authority's */
  chain: string;
  /** PEM, PKCS #8 */
  privateKey: string;
}

const DAY_MS = 24 * 3600 * 1000;
/** ms before its end at which a certificate is made anew */
const RENEW_MS = 30 * DAY_MS;
/** days: what browsers take at most */
const LEAF_DAYS = 397;
const AUTHORITY_DAYS = 3650;

const ECDSA = {name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256'} as const;

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
  #opening: Promise<{pem: string; key: webcrypto.CryptoKey}> | undefined;
  readonly #making = new Map<string, Promise<Certificate>>();

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
    return (await this.#open()).pem;
  }

  /** A certificate for these names (the first one names it), made now or earlier. */
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
    const authority = await this.#open();
    const x509 = await load();
    const keys = await webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']);
    const issuer = new x509.X509Certificate(authority.pem);
    const made = await x509.X509CertificateGenerator.create({
      ...this.#terms(LEAF_DAYS),
      subject: [{CN: [hosts[0].slice(0, 64)]}],
      issuer: issuer.subject,
      publicKey: keys.publicKey,
      signingKey: authority.key,
      signingAlgorithm: ECDSA,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(hosts.map((host) => ({type: kindOf(host), value: host}))),
      ],
    });
    const certificate = {
      chain: `${made.toString('pem')}\n${authority.pem}`,
      privateKey: await toPem(keys.privateKey),
    };
    writeWhole(this.#pathOf(hosts[0]), certificate.chain + certificate.privateKey, 0o600);
    this.#shelf.set(hosts[0], certificate);
    return certificate;
  }

  #open(): Promise<{pem: string; key: webcrypto.CryptoKey}> {
    this.#opening ??= this.#readOrMake().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #readOrMake(): Promise<{pem: string; key: webcrypto.CryptoKey}> {
    const path = join(this.#folder, 'authority.pem');
    if (!existsSync(path)) {
      const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
      writeFileSync(draft, await this.#make(), {mode: 0o600});
      try {
        // A link appears whole or not at all: of processes that race, one makes it and all read the same.
        linkSync(draft, path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      } finally {
        rmSync(draft, {force: true});
      }
    }
    const {chain: pem, privateKey} = split(readFileSync(path, 'utf8'))!;
    if (!existsSync(this.file)) writeWhole(this.file, pem, 0o644);
    const der = Buffer.from(privateKey.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    return {pem, key: await webcrypto.subtle.importKey('pkcs8', der, ECDSA, false, ['sign'])};
  }

  /** A new authority: certificate, then key, PEM. */
  async #make(): Promise<string> {
    const x509 = await load();
    const keys = await webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']);
    const made = await x509.X509CertificateGenerator.createSelfSigned({
      ...this.#terms(AUTHORITY_DAYS),
      name: [{CN: [`dyno local authority ${randomBytes(4).toString('hex')}`]}],
      keys,
      signingAlgorithm: ECDSA,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return `${made.toString('pem')}\n${await toPem(keys.privateKey)}`;
  }

  #terms(days: number): {serialNumber: string; notBefore: Date; notAfter: Date} {
    const now = this.#now();
    // Clocks of virtual machines lag behind.
    const [notBefore, notAfter] = [new Date(now - DAY_MS), new Date(now + (days - 1) * DAY_MS)];
    return {serialNumber: `00${randomBytes(15).toString('hex')}`, notBefore, notAfter};
  }

  #pathOf(name: string): string {
    return join(this.#folder, 'hosts', `${name.replace('*', '_')}.pem`);
  }
}

/** Loaded when a certificate has to be made, which is seldom. */
async function load() {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  return x509;
}

/** Certificates, then a key: the form of every file here but ca.pem. */
function split(text: string): Certificate | undefined {
  const at = text.indexOf('-----BEGIN PRIVATE KEY-----');
  return at < 0 ? undefined : {chain: text.slice(0, at), privateKey: text.slice(at)};
}

const kindOf = (host: string): 'dns' | 'ip' => (/^[\d.]+$|:/.test(host) ? 'ip' : 'dns');

async function toPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/(.{64})/g, '$1\n').trim()}\n-----END PRIVATE KEY-----\n`;
}

/** Appears with all its content, or not at all. */
function writeWhole(path: string, text: string, mode: number): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, {mode});
  renameSync(draft, path);
}
