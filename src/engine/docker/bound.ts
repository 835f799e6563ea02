import type Docker from 'dockerode';
import {text} from 'node:stream/consumers';
import {callUnlessGone} from './connection.js';
import {type HostView, listensOn} from './host-view.js';
import {execSession} from './sessions.js';

/** Whether the dyno listens on its port at an address of its own. Looks at the kernel's table: no connection is made. */
export async function isBound(docker: Docker, view: HostView, engineId: string): Promise<boolean> {
  const info = await callUnlessGone('look at a dyno', () => docker.getContainer(engineId).inspect());
  const port = Number(info?.Config.Labels['dyno.port'] ?? 0);
  if (!info?.State.Running || port === 0) return false;
  const listens = await view.listens(engineId, port);
  return listens ?? (await listensInside(docker, engineId, port));
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
