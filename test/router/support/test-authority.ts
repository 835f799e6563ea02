import 'reflect-metadata';
import {webcrypto} from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = {name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256'};
const WEAK = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 512,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};

/** A self-signed certificate for `hosts`, PEM. */
export function selfSigned(...hosts: string[]): Promise<{cert: string; key: string}> {
  return make(ALGORITHM, hosts);
}

/** One whose key is so short that OpenSSL refuses it. */
export function weaklySigned(...hosts: string[]): Promise<{cert: string; key: string}> {
  return make(WEAK, hosts);
}

async function make(algorithm: typeof ALGORITHM | typeof WEAK, hosts: string[]): Promise<{cert: string; key: string}> {
  x509.cryptoProvider.set(webcrypto as never);
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${hosts[0]}`,
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() + 86_400_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension(hosts.map((value) => ({type: 'dns', value})))],
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {cert: certificate.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')};
}
