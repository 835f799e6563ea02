import type Docker from 'dockerode';
import type {DynoExit, EngineDyno} from '../engine.js';
import {call, callUnlessGone} from './connection.js';
import {DYNO_ID, dynoOfLabels, type Identity, type Labels, labelFilter, OWNER, RUNTIME} from './labels.js';

/** Reads the dynos of one runtime. Listing is one call; those that have ended are looked at once each. */
export class DynoList {
  readonly #docker: Docker;
  readonly #identity: Identity;
  readonly #clockOffset: () => number;
  readonly #exits = new Map<string, DynoExit>();
  readonly #ports = new Map<string, number | null>();
  /** created and about to be started by us: neither running nor ended */
  readonly starting = new Set<string>();

  constructor(docker: Docker, identity: Identity, clockOffset: () => number) {
    this.#docker = docker;
    this.#identity = identity;
    this.#clockOffset = clockOffset;
  }

  async read(): Promise<EngineDyno[]> {
    const {owner, runtime} = this.#identity;
    const filters = labelFilter({[OWNER]: owner, [RUNTIME]: runtime}, DYNO_ID);
    const listed = await call('list dynos', () => this.#docker.listContainers({all: true, filters}));
    const dynos = await Promise.all(listed.map((container) => this.#dynoOf(container)));
    const there = new Set(listed.map(({Id}) => Id));
    for (const known of [this.#exits, this.#ports]) {
      for (const id of known.keys()) if (!there.has(id)) known.delete(id);
    }
    for (const dyno of dynos) if (dyno) this.#ports.set(dyno.engineId, dyno.port);
    return dynos.filter((dyno) => dyno !== null);
  }

  /** Port of a dyno that was listed before; undefined for others. */
  portOf(engineId: string): number | null | undefined {
    return this.#ports.get(engineId);
  }

  /** One of read(), by one call. */
  async find(engineId: string): Promise<EngineDyno | null> {
    const info = await callUnlessGone('look at a dyno', () => this.#docker.getContainer(engineId).inspect());
    const labels = info?.Config.Labels ?? {};
    const mine = labels[OWNER] === this.#identity.owner && labels[RUNTIME] === this.#identity.runtime;
    if (!info || !mine || labels[DYNO_ID] === undefined) return null;
    return this.#isBetween(engineId, info.State.Status) ? null : this.dynoOf(info);
  }

  /** A dyno that has been started. */
  dynoOf(info: Docker.ContainerInspectInfo): EngineDyno {
    if (info.State.Running) return runningDyno(info);
    return endedDyno(info.Id, info.Config.Labels, this.#exitIn(info));
  }

  /** Not a dyno yet, or no more. */
  #isBetween(id: string, state: string): boolean {
    return state === 'removing' || (state === 'created' && this.starting.has(id));
  }

  async #dynoOf(container: Docker.ContainerInfo): Promise<EngineDyno | null> {
    const {Id, Labels: labels, State, Ports, NetworkSettings} = container;
    if (this.#isBetween(Id, State)) return null;
    const running = State === 'running' || State === 'paused' || State === 'restarting';
    const addresses = Object.values(NetworkSettings?.Networks ?? {}).map(({IPAddress}) => IPAddress);
    const published = Ports.find(({PublicPort}) => PublicPort)?.PublicPort;
    if (running) return withPlace(Id, labels, addresses[0], published);
    const exit = this.#exits.get(Id) ?? (await this.#exitOf(Id));
    if (!exit) return null;
    this.#exits.set(Id, exit);
    return endedDyno(Id, labels, exit);
  }

  async #exitOf(id: string): Promise<DynoExit | null> {
    const info = await callUnlessGone('look at a dyno', () => this.#docker.getContainer(id).inspect());
    return !info || info.State.Running ? null : this.#exitIn(info);
  }

  #exitIn(info: Docker.ContainerInspectInfo): DynoExit {
    const {ExitCode, FinishedAt, OOMKilled, StartedAt} = info.State;
    // Created by a runtime that was killed before it could start it.
    if (StartedAt.startsWith('0001')) {
      return {status: 137, at: Date.parse(info.Created) + this.#clockOffset(), outOfMemory: false};
    }
    return {status: ExitCode, at: Date.parse(FinishedAt) + this.#clockOffset(), outOfMemory: OOMKilled};
  }
}

function endedDyno(engineId: string, labels: Labels, exit: DynoExit): EngineDyno {
  return {engineId, ...dynoOfLabels(labels), running: false, exit, endpoint: null, address: null};
}

function runningDyno({Id, Config, NetworkSettings}: Docker.ContainerInspectInfo): EngineDyno {
  const address = Object.values(NetworkSettings.Networks)[0]?.IPAddress;
  const published = Object.values(NetworkSettings.Ports ?? {}).flatMap((bindings) => bindings ?? [])[0]?.HostPort;
  return withPlace(Id, Config.Labels, address, published ? Number(published) : undefined);
}

/** A running dyno: reached at its own address, or where its port is published. */
function withPlace(
  engineId: string,
  labels: Record<string, string>,
  address: string | undefined,
  published: number | undefined,
): EngineDyno {
  const dyno = dynoOfLabels(labels);
  const own = address ? address : null;
  const endpoint =
    dyno.port === null
      ? null
      : published
        ? {host: '127.0.0.1', port: published}
        : own
          ? {host: own, port: dyno.port}
          : null;
  return {engineId, ...dyno, running: true, exit: null, endpoint, address: own};
}
