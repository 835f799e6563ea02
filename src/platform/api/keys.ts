import {createHash} from 'node:crypto';
import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import type {ApiCall} from '../http/route.js';
import {route} from '../http/route.js';
import type {AccountKey} from '../store/account-records.js';
import {newId, timestamp} from '../store/identity.js';

const ranges = ['created_at', 'id', 'fingerprint'] as const;
const KEY = /^(ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+|sk-\S+) ([A-Za-z0-9+/]+={0,2})(?: ([^\r\n]*))?$/;

const present = ({account}: PlatformContext, key: AccountKey) => ({
  comment: key.comment,
  created_at: key.createdAt,
  email: account.email,
  fingerprint: key.fingerprint,
  id: key.id,
  public_key: key.publicKey,
  updated_at: key.updatedAt,
});

/** By id, fingerprint or comment. @throws DynoError not_found */
function requireKey({context, params}: ApiCall): AccountKey {
  const identity = params.key!;
  const found = context.store.keys.find('id = @identity OR fingerprint = @identity OR comment = @identity', {identity});
  if (!found) throw new DynoError('not_found', {resource: 'key'});
  return found;
}

function add({context, body}: ApiCall) {
  const {store, clock} = context;
  const publicKey = (body.public_key as string).trim();
  const [, kind, data, comment = ''] = KEY.exec(publicKey) ?? [];
  const bytes = Buffer.from(data ?? '', 'base64');
  // The key's own bytes begin with its kind: text that only looks like a key has not.
  if (!kind || !data || !bytes.subarray(4, 4 + kind.length).equals(Buffer.from(kind))) {
    throw new DynoError('invalid_params', {
      message: 'The public key is not one of ssh: use the content of a .pub file.',
    });
  }
  if (store.keys.find('public_key = @publicKey', {publicKey})) {
    throw new DynoError('invalid_params', {message: 'The public key has already been added.'});
  }
  const fingerprint = `SHA256:${createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')}`;
  const now = timestamp(clock.now());
  return present(
    context,
    store.keys.insert({id: newId(), publicKey, comment, fingerprint, createdAt: now, updatedAt: now}),
  );
}

function remove(call: ApiCall) {
  const key = requireKey(call);
  call.context.store.keys.delete(key.id);
  return present(call.context, key);
}

const list = ({context}: ApiCall) => context.store.keys.list().map((key) => present(context, key));
const show = (call: ApiCall) => present(call.context, requireKey(call));

const body = {
  type: 'object',
  required: ['public_key'],
  properties: {public_key: {type: 'string', minLength: 1, maxLength: 16_384}},
};

/** The official CLI uses the first path, the published schema has the second. */
export const keyRoutes = ['/account/keys', '/users/~/keys'].flatMap((path) => [
  route('GET', path, {title: 'list ssh keys', answers: 'key', ranges}, list),
  route('POST', path, {title: 'add an ssh key', answers: 'key', status: 201, body}, add),
  route('GET', `${path}/:key`, {title: 'ssh key', answers: 'key'}, show),
  route('DELETE', `${path}/:key`, {title: 'remove an ssh key', answers: 'key'}, remove),
]);
