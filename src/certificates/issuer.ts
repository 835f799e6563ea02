import {randomBytes, webcrypto} from 'node:crypto';
import {text} from 'node:stream/consumers';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type {Certificate, IssuerTask} from './authority.js';

/**
 * Makes one certificate, as a process that ends with it: the library takes 20 MB, which would stay in every process
 * that ever made one. An IssuerTask comes on stdin, the Certificate goes to stdout, as JSON.
 */
const DAY_MS = 24 * 3600 * 1000;
const ECDSA = {name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256'} as const;

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
const task = JSON.parse(await text(process.stdin)) as IssuerTask;
const made = await (task.kind === 'authority' ? makeAuthority(task) : makeLeaf(task));
process.stdout.write(JSON.stringify(made));

async function makeAuthority({now, days}: IssuerTask & {kind: 'authority'}): Promise<Certificate> {
  const keys = await webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']);
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    ...terms(now, days),
    name: [{CN: [`dyno local authority ${randomBytes(4).toString('hex')}`]}],
    keys,
    signingAlgorithm: ECDSA,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {chain: `${made.toString('pem')}\n`, privateKey: await toPem(keys.privateKey)};
}

async function makeLeaf({now, days, hosts, authority}: IssuerTask & {kind: 'leaf'}): Promise<Certificate> {
  const keys = await webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']);
  const made = await x509.X509CertificateGenerator.create({
    ...terms(now, days),
    subject: [{CN: [hosts[0].slice(0, 64)]}],
    issuer: new x509.X509Certificate(authority.chain).subject,
    publicKey: keys.publicKey,
    signingKey: await signingKeyOf(authority.privateKey),
    signingAlgorithm: ECDSA,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(hosts.map((host) => ({type: kindOf(host), value: host}))),
    ],
  });
  return {chain: `${made.toString('pem')}\n${authority.chain}`, privateKey: await toPem(keys.privateKey)};
}

function terms(now: number, days: number): {serialNumber: string; notBefore: Date; notAfter: Date} {
  // Clocks of virtual machines lag behind.
  const [notBefore, notAfter] = [new Date(now - DAY_MS), new Date(now + (days - 1) * DAY_MS)];
  return {serialNumber: `00${randomBytes(15).toString('hex')}`, notBefore, notAfter};
}

function kindOf(host: string): 'dns' | 'ip' {
  return /^[\d.]+$|:/.test(host) ? 'ip' : 'dns';
}

function signingKeyOf(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, ECDSA, false, ['sign']);
}

async function toPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/(.{64})/g, '$1\n').trim()}\n-----END PRIVATE KEY-----\n`;
}
