import type Docker from 'dockerode';
import type {Duplex, Readable} from 'node:stream';
import {DynoError} from '../../model/error.js';
import type {DynoSpec, EngineDyno, EngineFacts} from '../engine.js';
import {type AttachedOptions, deliverAttached} from './attached-output.js';
import type {CaBundle} from './ca-bundle.js';
import {call, callUnlessGone} from './connection.js';
import {dynoContainer} from './dyno-container.js';
import type {DynoList} from './dyno-list.js';
import {CHECKSUM, type Identity} from './labels.js';
import type {QuotaFiles} from './quota-files.js';
import {attach} from './sessions.js';

export interface StarterOptions {
  docker: Docker;
  identity: Identity;
  facts: EngineFacts;
  ca: CaBundle | null;
  quotas: QuotaFiles;
  list: DynoList;
  now: () => number;
}

export type Delivery = Omit<AttachedOptions, 'stream' | 'engineId'>;

/** Creates, attaches and starts: output is there from the first byte because nothing runs before it is read. */
export class DynoStarter {
  readonly #options: StarterOptions;

  constructor(options: StarterOptions) {
    this.#options = options;
  }

  async start(spec: DynoSpec, delivery: Delivery): Promise<{dyno: EngineDyno; terminal: Duplex | null}> {
    const {docker, list} = this.#options;
    await this.#verify(spec);
    const container = await this.#create(spec);
    list.starting.add(container.id);
    let stream: Duplex | Readable | null = null;
    try {
      stream = spec.attach ? await attach(docker, container.id) : await this.#attachOutput(container);
      await call(`start ${spec.name} of ${spec.app}`, () => container.start());
      // It may have ended by now.
      const dyno = list.dynoOf(await call('look at a dyno', () => container.inspect()));
      if (!spec.attach) deliverAttached({...delivery, stream, engineId: container.id});
      else if (spec.attach.tty) await this.#resize(container, spec.attach.tty);
      return {dyno, terminal: spec.attach ? (stream as Duplex) : null};
    } catch (error) {
      stream?.destroy();
      await callUnlessGone('remove a dyno', () => container.remove({force: true, v: true})).catch(() => undefined);
      throw error;
    } finally {
      list.starting.delete(container.id);
    }
  }

  /** A release image whose slug is another than the release says is not started (R17). */
  async #verify({image, checksum, app}: DynoSpec): Promise<void> {
    if (checksum === undefined) return;
    const {Config} = await call(`find the release image of ${app}`, () =>
      this.#options.docker.getImage(image).inspect(),
    );
    const found = Config.Labels?.[CHECKSUM];
    if (found !== undefined && found !== checksum)
      throw new DynoError('checksum_mismatch', {app, expected: checksum, actual: found});
  }

  async #create(spec: DynoSpec): Promise<Docker.Container> {
    const {docker, identity, ca, facts, quotas, now} = this.#options;
    const options = {
      identity,
      createdAt: now(),
      ca,
      publish: !facts.abilities['direct-address'].holds,
      limits: facts.abilities['memory-limit'].holds,
    };
    const create = (mounts: Docker.MountSettings[]) =>
      call(`create ${spec.name} of ${spec.app}`, () =>
        docker.createContainer(dynoContainer(spec, {...options, mounts})),
      );
    const mounts = await quotas.mountFor(spec.memoryMb);
    try {
      return await create(mounts);
    } catch (error) {
      if (mounts.length === 0 || !/mount|bind source/i.test((error as Error).message)) throw error;
      quotas.giveUp();
      return create([]);
    }
  }

  async #attachOutput(container: Docker.Container): Promise<Readable> {
    const options = {stream: true, stdout: true, stderr: true};
    return (await call('attach to a dyno', () => container.attach(options))) as unknown as Readable;
  }

  async #resize(container: Docker.Container, {columns, rows}: {columns: number; rows: number}): Promise<void> {
    await callUnlessGone('resize a terminal', () => container.resize({h: rows, w: columns}));
  }
}
