import type Docker from 'dockerode';
import {text} from 'node:stream/consumers';
import {callUnlessGone} from './connection.js';
import {type HostView, listensOn} from './host-view.js';
import {dynoOfLabels} from './labels.js';
import {execSession} from './sessions.js';

/** Whether the dyno listens on its port at an address of its own. Looks at the kernel's table: no connection is made. */
export async function isBound(
  docker: Docker,
  view: HostView,
  engineId: string,
  knownPort: number | null | undefined,
): Promise<boolean> {
  const port = knownPort === undefined ? await portOf(docker, engineId) : knownPort;
  if (port === null) return false;
  return (await view.listens(engineId, port)) ?? listensInside(docker, engineId, port);
}

async function portOf(docker: Docker, engineId: string): Promise<number | null> {
  const info = await callUnlessGone('look at a dyno', () => docker.getContainer(engineId).inspect());
  return info ? dynoOfLabels(info.Config.Labels).port : null;
}

/** The same table, read from inside: where the engine runs in a virtual machine. */
async function listensInside(docker: Docker, engineId: string, port: number): Promise<boolean> {
  try {
    const session = await execSession(docker, engineId, {
      command: 'cat /proc/net/tcp /proc/net/tcp6',
      env: {},
      tty: null,
    });
    session.input.end();
    return listensOn(await text(session.output), port);
  } catch {
    return false;
  }
}
