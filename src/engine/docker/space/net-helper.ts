import type Docker from 'dockerode';
import {DynoError} from '../../../model/error.js';
import {call, callUnlessGone} from '../connection.js';
import {type Identity, runtimeLabels} from '../labels.js';
import {makerLabel} from '../makers.js';
import {FrameReader} from '../raw-stream.js';

export interface NetHelper {
  image: string;
  /** `host`, or `container:<id>`: whose network it changes */
  network: string;
  /** POSIX sh; has nft and ip */
  script: string;
  /** continues "refused to …" */
  action: string;
}

/**
 * Runs a script once in the network namespace of a container or of the engine's host, with NET_ADMIN and nothing else:
 * the one privileged primitive of this part (docker-facts.md 2.I). Where the engine is rootless or in a virtual machine,
 * the host is that namespace or that machine.
 *
 * @throws DynoError engine_refused with what the script said
 */
export async function runNetHelper(docker: Docker, identity: Identity, helper: NetHelper): Promise<void> {
  const container = await call(helper.action, () =>
    docker.createContainer({
      Image: helper.image,
      Entrypoint: ['/bin/sh', '-c', helper.script],
      Labels: {...runtimeLabels(identity, 'net-helper'), ...makerLabel()},
      HostConfig: {
        NetworkMode: helper.network,
        // With remapped users the host's namespaces are out of reach otherwise.
        ...(helper.network === 'host' ? {UsernsMode: 'host'} : {}),
        ...netAdmin,
      },
    }),
  );
  try {
    await call(helper.action, () => container.start());
    const {StatusCode: status} = (await call(helper.action, () => container.wait())) as {StatusCode: number};
    if (status === 0) return;
    const said = (await readLog(container)).trim().slice(0, 500);
    throw new DynoError('engine_refused', {
      engine: 'docker',
      action: helper.action,
      reason: said || `status ${status}`,
    });
  } finally {
    await callUnlessGone('remove a helper', () => container.remove({force: true, v: true}));
  }
}

export const netAdmin: Docker.HostConfig = {
  CapDrop: ['ALL'],
  CapAdd: ['NET_ADMIN'],
  SecurityOpt: ['no-new-privileges'],
  ReadonlyRootfs: true,
  RestartPolicy: {Name: ''},
  PidsLimit: 16,
  LogConfig: {Type: 'json-file', Config: {'max-size': '1m', 'max-file': '1'}},
};

/** What it has written so far. */
export async function readLog(container: Docker.Container): Promise<string> {
  return plain((await call('read a log', () => container.logs({stdout: true, stderr: true}))) as unknown as Buffer);
}

export function plain(frames: Buffer): string {
  const pieces: Buffer[] = [];
  new FrameReader((piece) => pieces.push(piece)).read(frames);
  return Buffer.concat(pieces).toString();
}
