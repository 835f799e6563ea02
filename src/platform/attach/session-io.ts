import type {Duplex} from 'node:stream';
import type {PlatformContext} from '../context.js';
import type {AttachTarget} from './attach-tickets.js';

/** Opens what a ticket stands for, on the app's runtime. @throws DynoError */
export async function openTarget(context: PlatformContext, target: AttachTarget): Promise<Duplex> {
  const app = context.store.apps.get(target.appId);
  const client = await context.runtimes.clientFor(app);
  return target.exec ? client.exec(app.id, target.dyno, target.exec) : client.attach(app.id, target.dyno);
}

/** Joins two streams until either is through; one that breaks takes the other with it. */
export function join(client: Duplex, dyno: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      client.destroy();
      dyno.destroy();
      resolve();
    };
    for (const stream of [client, dyno]) stream.on('error', end);
    // The client may end its input long before the dyno ends its output.
    client.pipe(dyno);
    dyno.pipe(client);
    client.once('close', end);
    dyno.once('close', () => (client.writableFinished || client.destroyed ? end() : client.once('finish', end)));
  });
}
